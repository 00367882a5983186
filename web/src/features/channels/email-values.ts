import type { Channel } from '../../../../src/contract/index.ts';
import {
  type EmailPreset,
  emailPresets,
  otherPreset,
  type ServerAddress,
  type SignIn,
} from './email-presets.ts';

/** What the form of a mailbox holds, as it was typed. */
export interface EmailValues {
  readonly preset: string;
  readonly address: string;
  readonly name: string;
  readonly signIn: SignIn;
  readonly user: string;
  readonly password: string;
  /** Sending has a user and a password of its own. */
  readonly hasOwnSmtp: boolean;
  readonly smtpUser: string;
  readonly smtpPassword: string;
  readonly imap: ServerAddress;
  readonly smtp: ServerAddress;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly tokenUrl: string;
  readonly authservId: string;
  readonly plusAddressing: boolean;
}

export function presetOf({ preset }: Pick<EmailValues, 'preset'>): EmailPreset {
  return emailPresets.find(({ key }) => key === preset) ?? otherPreset;
}

/** What a service brings along; what was typed of the person stays. */
export function withPreset(values: EmailValues, preset: EmailPreset): EmailValues {
  const { key, imap, smtp, tokenUrl, authservId, signIns } = preset;
  return { ...values, preset: key, imap, smtp, tokenUrl, authservId, signIn: signIns[0] ?? 'password' };
}

const nothing: EmailValues = {
  preset: '',
  address: '',
  name: '',
  signIn: 'password',
  user: '',
  password: '',
  hasOwnSmtp: false,
  smtpUser: '',
  smtpPassword: '',
  imap: otherPreset.imap,
  smtp: otherPreset.smtp,
  clientId: '',
  clientSecret: '',
  refreshToken: '',
  tokenUrl: '',
  authservId: '',
  plusAddressing: false,
};

export const newEmailValues = (): EmailValues => withPreset(nothing, emailPresets[0] ?? otherPreset);

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** What can be read back of a mailbox that exists; secrets never can. */
export function valuesOf({ settings }: Pick<Channel, 'settings'>): EmailValues {
  const [imap, smtp] = [settings.imap, settings.smtp].map(
    server => (server ?? {}) as Record<string, unknown>,
  );
  const imapHost = textOf(imap?.host);
  const preset =
    emailPresets.find(known => known.imap.host !== '' && known.imap.host === imapHost) ?? otherPreset;
  const addressOf = (server: Record<string, unknown> | undefined, usual: ServerAddress): ServerAddress =>
    textOf(server?.host) === ''
      ? usual
      : {
          host: textOf(server?.host),
          port: String(server?.port ?? usual.port),
          secure: server?.secure !== false,
        };
  return {
    ...withPreset(nothing, preset),
    address: textOf(settings.address),
    name: textOf(settings.name),
    user: textOf(imap?.user),
    imap: addressOf(imap, preset.imap),
    smtp: addressOf(smtp, preset.smtp),
    authservId: textOf(settings.authservId),
    plusAddressing: settings.plusAddressing === true,
  };
}

/** Ports have a usual way: the rest is typed by those who know better. */
export function withPort(server: ServerAddress, port: string): ServerAddress {
  if (port === '993' || port === '465') return { ...server, port, secure: true };
  if (port === '143' || port === '587' || port === '25') return { ...server, port, secure: false };
  return { ...server, port };
}

function connectionOf(server: ServerAddress, user: string, password: string | undefined) {
  const { host, port, secure } = server;
  return { host: host.trim(), port: Number(port), secure, user: user.trim(), password };
}

/** Who signs in, and where. */
export function accessSettings(values: EmailValues) {
  const { signIn, password, address, hasOwnSmtp, smtpUser, smtpPassword } = values;
  const hasPassword = signIn === 'password';
  const user = values.user.trim() === '' ? address : values.user;
  const sendingUser = hasOwnSmtp && smtpUser.trim() !== '' ? smtpUser : user;
  const sendingPassword = hasOwnSmtp ? smtpPassword : password;
  return {
    imap: connectionOf(values.imap, user, hasPassword ? password : undefined),
    smtp: connectionOf(values.smtp, sendingUser, hasPassword ? sendingPassword : undefined),
    oauth: hasPassword
      ? undefined
      : {
          clientId: values.clientId.trim(),
          clientSecret: values.clientSecret.trim(),
          refreshToken: values.refreshToken.trim(),
          tokenUrl: values.tokenUrl.trim(),
        },
  };
}

/** What stands beside the sign-in; what is empty is taken away when the mailbox exists already. */
export function plainSettings({ address, name, authservId, plusAddressing }: EmailValues, isChange: boolean) {
  const nothing = isChange ? null : undefined;
  return {
    address: address.trim(),
    name: name.trim() || nothing,
    authservId: authservId.trim() || nothing,
    plusAddressing,
  };
}

/** Whether everything is there that the servers cannot do without. */
export function isComplete(values: EmailValues, hasAccess: boolean): boolean {
  const needed = [values.address];
  if (hasAccess) {
    needed.push(values.imap.host, values.imap.port, values.smtp.host, values.smtp.port);
    if (values.signIn === 'password') needed.push(values.password);
    else needed.push(values.clientId, values.clientSecret, values.refreshToken, values.tokenUrl);
    if (values.signIn === 'password' && values.hasOwnSmtp) needed.push(values.smtpPassword);
  }
  return needed.every(value => value.trim() !== '');
}

/** The names under which the server speaks of these values. */
export const emailFields = [
  'address',
  'name',
  'authservId',
  'imap.host',
  'imap.port',
  'imap.user',
  'imap.password',
  'smtp.host',
  'smtp.port',
  'smtp.user',
  'smtp.password',
  'oauth.clientId',
  'oauth.clientSecret',
  'oauth.refreshToken',
  'oauth.tokenUrl',
] as const;
