import type { Platform } from '../../../../src/contract/index.ts';

interface Field {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly isRequired?: boolean;
  readonly isSecret?: boolean;
  /** Several values, one a line. */
  readonly isList?: boolean;
  readonly placeholder?: string;
}

export interface ChannelKind {
  readonly platform: Platform;
  readonly title: string;
  readonly help: string;
  readonly fields: readonly Field[];
  /** What is left to do elsewhere when the channel has been made. */
  readonly next: string;
}

/** The platforms that can be connected here, with what each of them asks. */
export const channelKinds: readonly ChannelKind[] = [
  {
    platform: 'whatsapp',
    title: 'WhatsApp',
    help: 'A number of the WhatsApp Business Cloud API.',
    fields: [
      {
        name: 'phoneNumberId',
        label: 'Phone number id',
        help: 'In Meta’s console under WhatsApp, API setup.',
        isRequired: true,
      },
      {
        name: 'businessAccountId',
        label: 'Business account id',
        help: 'On the same page, below the number.',
        isRequired: true,
      },
      {
        name: 'accessToken',
        label: 'Access token',
        help: 'A permanent token of a system user.',
        isRequired: true,
        isSecret: true,
      },
      {
        name: 'appSecret',
        label: 'App secret',
        help: 'Proves that a webhook comes from Meta. Leave it empty to use the app of this server.',
        isSecret: true,
      },
    ],
    next: 'Enter the address and the verify token in Meta’s console under WhatsApp, Configuration, and subscribe to “messages”.',
  },
  {
    platform: 'widget',
    title: 'Website chat',
    help: 'A chat on your own website.',
    fields: [
      {
        name: 'allowedDomains',
        label: 'Allowed domains',
        help: 'Where the chat may be shown, one a line: shop.example, *.shop.example, localhost:3000.',
        isRequired: true,
        isList: true,
        placeholder: 'shop.example',
      },
    ],
    next: 'The key below names this channel to the chat on your website.',
  },
  {
    platform: 'api',
    title: 'API',
    help: 'Messages of a program of yours.',
    fields: [
      {
        name: 'callbackUrl',
        label: 'Callback address',
        help: 'Where agents’ messages are posted. Left empty, the channel only receives.',
        placeholder: 'https://shop.example/concierge',
      },
    ],
    next: 'Post messages to the address, signed with the secret as Standard Webhooks asks.',
  },
];
