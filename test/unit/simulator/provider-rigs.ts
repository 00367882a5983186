import { Readable } from 'node:stream';
import type { OutboundContent, OutboundFile, OutboundMessage } from '../../../src/platforms/adapter.ts';
import {
  CrispProvider,
  type Fault,
  type MessagingAccount,
  MessagingProvider,
  TelegramProvider,
  TidioProvider,
  TwilioProvider,
  tidioCustomer,
} from '../../../src/simulator/index.ts';
import { adapterOf, channelSettings } from './platform-samples.ts';
import { io, quickRetry } from './webhook-receiver.ts';

export const settings = channelSettings;
export const contact = { id: '147ae37d-43bc-42a6-bc7b-c10d1525a2f7', firstName: 'Ana' };
export const ticketId = 10021;

/** Providers of every platform but WhatsApp, each with the account of the sample's channel. */
export type ProviderPlatform = Exclude<keyof typeof channelSettings, 'whatsapp'>;

const addresses = {
  facebook: { kind: 'psid', value: '25990000000000001' },
  instagram: { kind: 'igsid', value: '25990000000000001' },
  telegram: { kind: 'telegram_id', value: '7000000001' },
  sms: { kind: 'phone', value: '+351910000002' },
  crisp: { kind: 'crisp_session', value: 'session_ab12' },
  tidio: { kind: 'tidio_contact', value: contact.id },
} as const;

/** A message to the customer that the samples know. */
export function messageTo(
  platform: ProviderPlatform,
  content: OutboundContent | string,
  more: Partial<OutboundMessage> = {},
): OutboundMessage {
  return {
    correlator: '7.c0ffee',
    to: [addresses[platform]],
    content: typeof content === 'string' ? { type: 'text', text: content } : content,
    threadKey: platform === 'tidio' ? String(ticketId) : '',
    ...more,
  };
}

export function outboundFile(bytes: Buffer, url: string, more: Partial<OutboundFile> = {}): OutboundFile {
  return {
    kind: 'image',
    filename: 'lamp.jpg',
    mimeType: 'image/jpeg',
    size: bytes.length,
    isVoice: false,
    open: async () => Readable.from([bytes]),
    url,
    ...more,
  };
}

export function messagingAccount(platform: 'facebook' | 'instagram', webhookUrl = ''): MessagingAccount {
  return platform === 'facebook'
    ? {
        object: 'page',
        id: settings.facebook.pageId,
        accessToken: settings.facebook.pageAccessToken,
        appSecret: settings.facebook.appSecret,
        webhookUrl,
      }
    : {
        object: 'instagram',
        id: settings.instagram.accountId,
        accessToken: settings.instagram.accessToken,
        appSecret: settings.instagram.appSecret,
        webhookUrl,
      };
}

interface Opened {
  readonly provider: { start(): Promise<string>; stop(): Promise<void>; behaveWell(id: string): void };
  readonly id: string;
  /** The words of what was taken, and the event that tells of it. */
  words(): readonly unknown[];
  failNext(fault: Fault): void;
}

/** As `webhookRetry` tests want it. */
const options = { webhookRetry: quickRetry };

const openings: Readonly<Record<ProviderPlatform, () => Opened>> = {
  facebook: () => openMessaging('facebook'),
  instagram: () => openMessaging('instagram'),
  telegram: () => {
    const provider = new TelegramProvider({ ...options, accounts: [settings.telegram] });
    const id = '7100000001';
    return {
      ...{ provider, id },
      words: () => provider.accepted(id).map(({ message }) => message.text),
      failNext: fault => provider.failNext(id, fault),
    };
  },
  sms: () => {
    const provider = new TwilioProvider({ ...options, accounts: [settings.sms] });
    const id = settings.sms.accountSid;
    return {
      ...{ provider, id },
      words: () => provider.accepted(id).map(({ fields }) => fields.get('Body')),
      failNext: fault => provider.failNext(id, fault),
    };
  },
  crisp: () => {
    const provider = new CrispProvider({ ...options, accounts: [{ ...settings.crisp, webhookUrl: '' }] });
    const id = settings.crisp.websiteId;
    return {
      ...{ provider, id },
      words: () => provider.accepted(id).map(({ body }) => body.content),
      failNext: fault => provider.failNext(id, fault),
    };
  },
  tidio: () => {
    const operators = [{ id: settings.tidio.operatorId, name: 'Rui' }];
    const provider = new TidioProvider({
      ...options,
      accounts: [{ ...settings.tidio, webhookUrl: '', operators }],
    });
    const id = settings.tidio.projectPublicKey;
    provider.note(id, tidioCustomer.inboundTicket(contact, { id: ticketId, subject: 'Parcel' }, 'Where?'));
    return {
      ...{ provider, id },
      words: () => provider.accepted(id).map(({ text }) => text),
      failNext: fault => provider.failNext(id, fault),
    };
  },
};

function openMessaging(platform: 'facebook' | 'instagram'): Opened {
  const account = messagingAccount(platform);
  const provider = new MessagingProvider({ ...options, accounts: [account] });
  return {
    ...{ provider, id: account.id },
    words: () => provider.accepted(account.id).map(({ message }) => message.text),
    failNext: fault => provider.failNext(account.id, fault),
  };
}

export const providerPlatforms = Object.keys(openings) as readonly ProviderPlatform[];

export interface ProviderRig extends Opened {
  /** By the real adapter, with so much patience. */
  send(text: string, timeoutMs?: number): Promise<unknown>;
  close(): Promise<void>;
}

export async function openRig(platform: ProviderPlatform): Promise<ProviderRig> {
  const opened = openings[platform]();
  const apiUrl = await opened.provider.start();
  const adapter = adapterOf(platform);
  return {
    ...opened,
    send: async (text, timeoutMs) =>
      adapter.send?.(messageTo(platform, text), settings[platform], io(apiUrl, timeoutMs)),
    close: () => opened.provider.stop(),
  };
}
