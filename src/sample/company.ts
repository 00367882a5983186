import type { AgentKey, ChannelKey, TagName } from './dialogue.ts';

export interface SampleAgent {
  readonly email: string;
  readonly name: string;
  readonly role: 'lead' | 'agent';
  readonly team: TeamKey;
}
export type TeamKey = 'support' | 'sales';
type EmployeeKey = Exclude<AgentKey, 'admin'>;

/** Lumen & Oak: lamps and furniture, an online shop with a showroom in Lisbon. */
export const agents: Readonly<Record<EmployeeKey, SampleAgent>> = {
  maria: { email: 'maria@lumen-oak.example', name: 'Maria Santos', role: 'lead', team: 'support' },
  lena: { email: 'lena@lumen-oak.example', name: 'Lena Brandt', role: 'agent', team: 'support' },
  tomas: { email: 'tomas@lumen-oak.example', name: 'Tomás Oliveira', role: 'agent', team: 'sales' },
  aisha: { email: 'aisha@lumen-oak.example', name: 'Aisha Karim', role: 'agent', team: 'sales' },
};
export const agentKeys: readonly EmployeeKey[] = ['maria', 'lena', 'tomas', 'aisha'];
export const teams: Readonly<Record<TeamKey, string>> = { support: 'Support', sales: 'Sales' };

export const teamOf = (agent: AgentKey): TeamKey => (agent === 'admin' ? 'support' : agents[agent].team);

/** Stands in notes for the name of whoever owns the demo. */
export const OWNER = '@Owner';
/** How a note names each of them. */
export const mentionNames: readonly (readonly [string, AgentKey])[] = [
  ['@Maria', 'maria'],
  ['@Lena', 'lena'],
  ['@Tomás', 'tomas'],
  ['@Aisha', 'aisha'],
  [OWNER, 'admin'],
];

/** Channels that exist in the sample only; WhatsApp, the widget and the API channel are real ones. */
export const historyChannels: Readonly<
  Record<Exclude<ChannelKey, 'whatsapp' | 'widget' | 'api'>, { platform: string; name: string }>
> = {
  instagram: { platform: 'instagram', name: 'Instagram' },
  facebook: { platform: 'facebook', name: 'Messenger' },
  email: { platform: 'email', name: 'hello@lumen-oak.example' },
  telegram: { platform: 'telegram', name: 'Telegram' },
};
/** Where free text may only be sent within 24 hours of the customer's last message. */
export const platformsWithWindow: ReadonlySet<ChannelKey> = new Set(['whatsapp', 'instagram', 'facebook']);
/** Where a customer has one thread only, and so at most one unresolved conversation. */
export const isThreaded = (channel: ChannelKey) => channel === 'email' || channel === 'api';

export const tagColors: Readonly<Record<TagName, string>> = {
  refund: '#e8590c',
  'batch-17': '#c2255c',
  'pre-sale': '#0ca678',
  vip: '#7048e8',
  address: '#1098ad',
  invoice: '#4c6ef5',
  warranty: '#5c940d',
  bulk: '#f08c00',
  fr: '#364fc7',
  delivery: '#868e96',
};

export const slaPolicy = {
  name: 'Standard',
  description: 'First answer in half an hour, every next one in an hour, solved in two days.',
  firstResponseMinutes: 30,
  nextResponseMinutes: 60,
  resolutionHours: 48,
} as const;

export const cannedResponses: readonly {
  readonly shortcut: string;
  readonly title: string;
  readonly category: string;
  readonly team: TeamKey | null;
  readonly content: string;
}[] = [
  {
    shortcut: 'hello',
    title: 'Greeting',
    category: 'General',
    team: null,
    content: 'Hello, thank you for writing to Lumen & Oak. Let me look into this for you.',
  },
  {
    shortcut: 'hours',
    title: 'Opening hours',
    category: 'General',
    team: null,
    content: 'Our showroom at Rua da Rosa 48 in Lisbon is open Tuesday to Saturday, 10:00 to 19:00.',
  },
  {
    shortcut: 'delivery',
    title: 'Delivery times',
    category: 'Orders',
    team: null,
    content:
      'Lamps take 2 to 3 working days in Portugal, 4 to 8 in the rest of the EU and 7 to 10 in the UK. Furniture comes by appointment, in about three weeks.',
  },
  {
    shortcut: 'return',
    title: 'How to return',
    category: 'Orders',
    team: 'support',
    content:
      'You have 30 days to return anything you do not love. Open the order in your account and choose “Return”: the label comes by e-mail, and your money is back three to five days after the parcel.',
  },
  {
    shortcut: 'photo',
    title: 'Ask for a photo',
    category: 'Damage',
    team: 'support',
    content: 'I am sorry about that. Could you send me a photo in daylight, and the number under the base?',
  },
  {
    shortcut: 'warranty',
    title: 'Warranty',
    category: 'Damage',
    team: 'support',
    content:
      'Everything electric has two years of warranty and every piece of oak five. Your order number is all we need.',
  },
  {
    shortcut: 'trade',
    title: 'Trade prices',
    category: 'Sales',
    team: 'sales',
    content:
      'From ten pieces on we take 12 % off, from twenty 18 %. Studios and hotels get a price of their own: tell me what you plan and I write a quote today.',
  },
  {
    shortcut: 'merci',
    title: 'Merci (français)',
    category: 'General',
    team: null,
    content: 'Merci pour votre message ! Je regarde tout de suite et je reviens vers vous.',
  },
];
