import { type Command, Option } from 'commander';
import { decimal, wholeNumber } from './option-values.ts';

/** A setting of a channel, as a flag: `--page-id` stands for `pageId`. */
interface SettingFlag {
  readonly flag: string;
  readonly description: string;
  readonly default?: string;
  /** Only the platform's own side needs it. */
  readonly isForProvider?: boolean;
}
interface Simulation {
  readonly platform: 'whatsapp' | 'facebook' | 'instagram' | 'telegram' | 'sms' | 'crisp' | 'tidio';
  readonly description: string;
  readonly settings: readonly SettingFlag[];
  /** Not all of its webhooks hold words: whoever gets one must ask the platform. */
  readonly onlyRings?: boolean;
  /** For the end of its help. */
  readonly note?: string;
}

const appSecret: SettingFlag = { flag: '--app-secret <secret>', description: 'signs the posts' };

const simulations: readonly Simulation[] = [
  {
    platform: 'whatsapp',
    description: 'customers who write to one WhatsApp number, as Meta would post it',
    settings: [
      appSecret,
      { flag: '--phone-number-id <id>', description: 'of the channel', default: '100000000000001' },
      { flag: '--business-account-id <id>', description: 'of the channel', default: '200000000000001' },
      {
        flag: '--access-token <token>',
        description: 'that the channel sends with',
        isForProvider: true,
      },
    ],
  },
  {
    platform: 'facebook',
    description: 'people who write to one Facebook page, as Meta would post it',
    settings: [
      appSecret,
      { flag: '--page-id <id>', description: 'of the channel' },
      {
        flag: '--page-access-token <token>',
        description: 'that the channel sends with',
        isForProvider: true,
      },
    ],
  },
  {
    platform: 'instagram',
    description: 'people who write to one Instagram account, as Meta would post it',
    settings: [
      appSecret,
      { flag: '--account-id <id>', description: 'of the channel' },
      {
        flag: '--access-token <token>',
        description: 'that the channel sends with',
        isForProvider: true,
      },
    ],
  },
  {
    platform: 'telegram',
    description: 'people who write to one bot, as Telegram would post it',
    settings: [
      { flag: '--secret-token <token>', description: 'proves the posts' },
      { flag: '--bot-token <token>', description: 'that the channel sends with', isForProvider: true },
    ],
  },
  {
    platform: 'sms',
    description: 'people who write to one number, as Twilio would post it',
    note: `
Twilio signs the address that it posts to: --url must be what the server knows as its own, by PUBLIC_URL.`,
    settings: [
      { flag: '--account-sid <sid>', description: 'of the channel' },
      { flag: '--auth-token <token>', description: 'signs the posts' },
      { flag: '--from <number>', description: 'the number of the channel' },
    ],
  },
  {
    platform: 'crisp',
    description: 'visitors who write in the chat of one website, as Crisp would post it',
    settings: [
      { flag: '--website-id <id>', description: 'of the channel' },
      { flag: '--hook-secret <secret>', description: "signs the posts, as a plugin's are" },
      { flag: '--identifier <text>', description: 'a half of its token', isForProvider: true },
      { flag: '--key <text>', description: 'the other half', isForProvider: true },
      {
        flag: '--tier <tier>',
        description: 'whose token it is: plugin or website',
        default: 'plugin',
        isForProvider: true,
      },
    ],
  },
  {
    platform: 'tidio',
    description: 'contacts who write in the chat and the tickets of one project, as Tidio would ring',
    onlyRings: true,
    note: `
Every other contact writes in the chat, which only rings: the words are fetched from the platform's API, ten chats a
minute. The channel's apiUrl must therefore lead to this command, as in http://127.0.0.1:4310, and the command stays
until Ctrl-C. The others write in tickets, which agents can answer.`,
    settings: [
      { flag: '--project-public-key <key>', description: 'of the channel' },
      { flag: '--webhook-secret <secret>', description: 'signs the posts' },
      { flag: '--client-id <id>', description: 'that the channel asks with', isForProvider: true },
      { flag: '--client-secret <secret>', description: 'that it asks with', isForProvider: true },
    ],
  },
];

export function addSimulate(program: Command): void {
  const simulate = program.command('simulate').description('play customers of a platform');
  for (const simulation of simulations) addPlatform(simulate, simulation);
}

function addPlatform(simulate: Command, simulation: Simulation): void {
  const { platform, description, settings, onlyRings = false, note = '' } = simulation;
  const command = simulate
    .command(platform)
    .description(description)
    .option('--tenant <slug>', `this tenant's first ${platform} channel at the running server`)
    .option(
      '--url <url>',
      'webhook URL to post to; without --tenant the settings of its channel belong to it',
    );
  const flags = settings.map(setting => {
    const help = `${setting.description}; with --url${setting.isForProvider ? ' and --provider' : ''}`;
    const option = new Option(setting.flag, help);
    if (setting.default !== undefined) option.default(setting.default);
    command.addOption(option);
    return { ...setting, name: option.attributeName() };
  });
  command
    .option('--customers <n>', 'how many write', wholeNumber(1, 1_000_000), 5)
    .option('--messages <n>', 'how many they write in all', wholeNumber(1, 1_000_000), 20)
    .option('--rate <n>', 'messages in a second', decimal(0.001, 100_000), 5)
    .option('--duplicates <share>', 'of the posts made twice, from 0 to 1', decimal(0, 1), 0)
    .option('--shuffle', 'later messages overtake earlier ones')
    .option('--delay <ms>', 'each post comes up to this much later', wholeNumber(0, 3_600_000), 0)
    .option(
      '--seed <n>',
      'the same one plays the same messages; by default a new one each time',
      wholeNumber(0, 2 ** 31),
    )
    .option(
      '--provider [port]',
      "also be the platform's API on loopback, until Ctrl-C; by default where the channel's apiUrl leads",
      wholeNumber(1, 65_535),
    )
    .option('--json', 'the summary as one JSON document')
    .addHelpText(
      'after',
      `
With --provider what agents answer is shown here, when the channel has the printed address as its apiUrl.${note}`,
    )
    .action(async options =>
      (await import('./commands/simulate-platform.ts')).simulatePlatform(
        { platform, settings: flags, onlyRings },
        options,
      ),
    );
}
