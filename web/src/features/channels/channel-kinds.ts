import type { Platform } from '../../../../src/contract/index.ts';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly isRequired?: boolean;
  readonly isSecret?: boolean;
  /** What is used without it: said of an optional one, which can be taken away again. */
  readonly otherwise?: string;
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
  /** The platform lets us set up the webhook: when that went well, nothing is left. */
  readonly setsItselfUp?: boolean;
  /** What to think about before it is added. */
  readonly caution?: string;
}

/** Why not to rely on it; said wherever somebody is about to. */
export const webCaution =
  'WhatsApp Web is not made for programs: Meta may block a number that is used so, for good. Do not pair a number that you cannot do without; the WhatsApp Business API is the safe way.';

const metaAppSecret: Field = {
  name: 'appSecret',
  label: 'App secret',
  help: 'Proves that a webhook comes from Meta.',
  otherwise: 'use the app of this server',
  isSecret: true,
};

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
      metaAppSecret,
    ],
    next: 'Enter the address and the verify token in Meta’s console under WhatsApp, Configuration, and subscribe to “messages”.',
    setsItselfUp: true,
  },
  {
    platform: 'facebook',
    title: 'Messenger',
    help: 'The messages of a Facebook page.',
    fields: [
      {
        name: 'pageId',
        label: 'Page id',
        help: 'In the page’s settings under Page transparency.',
        isRequired: true,
      },
      {
        name: 'pageAccessToken',
        label: 'Page access token',
        help: 'Made in Meta’s console under Messenger, API setup. It needs pages_messaging.',
        isRequired: true,
        isSecret: true,
      },
      metaAppSecret,
    ],
    next: 'Enter the address and the verify token in Meta’s console under Messenger, Webhooks. The page itself has been subscribed.',
  },
  {
    platform: 'instagram',
    title: 'Instagram',
    help: 'The direct messages of a professional account.',
    fields: [
      {
        name: 'accountId',
        label: 'Account id',
        help: 'The number of the Instagram account, as Meta’s console shows it.',
        isRequired: true,
      },
      {
        name: 'accessToken',
        label: 'Access token',
        help: 'Of the page that the account is linked to, or of the account itself.',
        isRequired: true,
        isSecret: true,
      },
      {
        name: 'login',
        label: 'Token of',
        help: '“facebook” for a page’s token, “instagram” for the account’s own. Left empty: facebook.',
        placeholder: 'facebook',
      },
      metaAppSecret,
    ],
    next: 'Enter the address and the verify token in Meta’s console under Instagram, Webhooks, and subscribe to “messages”.',
  },
  {
    platform: 'telegram',
    title: 'Telegram',
    help: 'A bot that your customers write to.',
    fields: [
      {
        name: 'botToken',
        label: 'Bot token',
        help: '@BotFather gives it when the bot is made, and again with /token.',
        isRequired: true,
        isSecret: true,
        placeholder: '123456:ABC…',
      },
    ],
    next: 'Telegram needs an address with https:// that it can reach: set PUBLIC_URL on the server, then check the channel again.',
    setsItselfUp: true,
  },
  {
    platform: 'email',
    title: 'E-mail',
    help: 'A mailbox, by IMAP and SMTP.',
    // Its form is one of its own.
    fields: [],
    next: 'Mail is fetched every few minutes, and at once where the server tells of it.',
    setsItselfUp: true,
  },
  {
    platform: 'sms',
    title: 'SMS',
    help: 'A phone number at Twilio.',
    fields: [
      {
        name: 'accountSid',
        label: 'Account SID',
        help: 'On the first page of Twilio’s console.',
        isRequired: true,
        placeholder: 'AC…',
      },
      {
        name: 'authToken',
        label: 'Auth token',
        help: 'Next to it. It also proves that a webhook comes from Twilio.',
        isRequired: true,
        isSecret: true,
      },
      {
        name: 'from',
        label: 'Number',
        help: 'With + and country code; or a short code, a messaging service (MG…), a name of up to 11 letters, or whatsapp: before a number.',
        isRequired: true,
        placeholder: '+351…',
      },
    ],
    next: 'Enter the address in Twilio’s console as the webhook for incoming messages of this number.',
    setsItselfUp: true,
  },
  {
    platform: 'crisp',
    title: 'Crisp',
    help: 'The chats of a website on Crisp.',
    fields: [
      {
        name: 'websiteId',
        label: 'Website ID',
        help: 'In Crisp under Settings → Workspace Settings → Setup & Integrations.',
        isRequired: true,
      },
      {
        name: 'identifier',
        label: 'Token identifier',
        help: 'One half of a token, made in Crisp’s marketplace or for this website.',
        isRequired: true,
      },
      { name: 'key', label: 'Token key', help: 'The other half.', isRequired: true, isSecret: true },
      {
        name: 'tier',
        label: 'Token of',
        help: '“plugin” or “website”. Left empty: plugin.',
        placeholder: 'plugin',
      },
      {
        name: 'hookSecret',
        label: 'Hook secret',
        help: 'Signs a plugin’s hooks; for a website’s hooks one of your own, at least 16 characters.',
        isRequired: true,
        isSecret: true,
      },
    ],
    next: 'Enter the address as a web hook in Crisp; a website’s hook has ?key= and the hook secret behind it.',
  },
  {
    platform: 'tidio',
    title: 'Tidio',
    help: 'The chats and tickets of a Tidio project.',
    fields: [
      {
        name: 'projectPublicKey',
        label: 'Project public key',
        help: 'In Tidio under Settings, Developer.',
        isRequired: true,
      },
      {
        name: 'clientId',
        label: 'Client ID',
        help: 'Of the OpenAPI key, on the same page.',
        isRequired: true,
      },
      {
        name: 'clientSecret',
        label: 'Client secret',
        help: 'Next to it.',
        isRequired: true,
        isSecret: true,
      },
      {
        name: 'webhookSecret',
        label: 'Webhook secret',
        help: 'Tidio shows it when the webhook is made.',
        isRequired: true,
        isSecret: true,
      },
      {
        name: 'operatorId',
        label: 'Operator id',
        help: 'Who answers tickets in Tidio. Health shows the ids; without one this channel only receives.',
      },
    ],
    next: 'Enter the address as a webhook in Tidio under Settings, Developer.',
  },
  {
    platform: 'whatsapp_web',
    title: 'WhatsApp Web',
    help: 'The WhatsApp of a phone, paired by a code.',
    fields: [],
    next: 'Pair the phone to begin.',
    caution: webCaution,
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
