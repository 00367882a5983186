import { isIP } from 'node:net';
import { z } from 'zod';

const withoutControls = /^[^\p{Cc}]*$/u;
const line = (most: number) =>
  z.string().min(1).max(most).regex(withoutControls, 'Leave out line breaks and control characters.');

const host = z
  .string()
  .max(253)
  .refine(
    name => isIP(name) !== 0 || /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/.test(name),
    'Use the name of the server, as mail.example.com.',
  );

interface Server {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS is asked for, and insisted on. */
  readonly secure: boolean;
  readonly user: string;
  readonly password?: string | undefined;
}

/** What is left out follows from the port, and the port from what is usual. */
function server(usualPort: number): z.ZodType<Server> {
  return z
    .strictObject({
      host,
      port: z.int().min(1).max(65_535).default(usualPort),
      secure: z.boolean().optional(),
      user: line(320),
      password: line(1000).optional(),
    })
    .transform(({ secure, ...rest }) => ({ ...rest, secure: secure ?? rest.port === usualPort }));
}

const printable = z
  .string()
  .min(1)
  .max(4000)
  .regex(/^[\x21-\x7e]+$/, 'Use printable characters without spaces.');

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const oauth = z.strictObject({
  clientId: printable,
  clientSecret: printable,
  refreshToken: printable,
  tokenUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine(text => {
      const url = URL.parse(text);
      return url?.protocol === 'https:' || loopback.test(url?.hostname ?? '');
    }, 'Use an address that begins with https://.')
    .refine(text => {
      const url = URL.parse(text);
      return url?.username === '' && url.password === '';
    }, 'Leave user and password out of the address.'),
});
export type OAuthSettings = z.infer<typeof oauth>;

const fields = z.strictObject({
  /** Ours: what customers write to, and what they see as the sender. */
  address: z.email().max(254),
  /** Stands beside the address in what we send. */
  name: line(200).optional(),
  imap: server(993),
  smtp: server(465),
  /** Instead of the passwords. */
  oauth: oauth.optional(),
  /** The name under which our own mail server writes `Authentication-Results`; nobody else's are believed. */
  authservId: z
    .string()
    .min(1)
    .max(255)
    .regex(
      /^[^\s;()"\p{Cc}]+$/u,
      'Use the name that stands first in Authentication-Results, as mx.example.com.',
    )
    .optional(),
  /** Answers go to `local+token@domain`, so that they find their conversation even without the usual headers. */
  plusAddressing: z.boolean().default(false),
  /** Mail from then on is fetched; without it, what comes after the first look into the mailbox. */
  since: z.iso.datetime().optional(),
  /** Where the server calls them otherwise. */
  folders: z.strictObject({ inbox: line(255).optional(), sent: line(255).optional() }).optional(),
});

export type EmailSettings = z.infer<typeof fields>;
export type MailServer = Server;

/** The mailbox is looked into later than it is connected, when its password is wrong at first. */
export function sinceNow(settings: EmailSettings): EmailSettings {
  if (settings.since !== undefined) return settings;
  // Servers write down the second in which a mail came.
  const second = Math.floor(Date.now() / 1000) * 1000;
  return { ...settings, since: new Date(second).toISOString() };
}

/** Passwords or OAuth; one that is missing, or too much, is named. */
export const emailSettings: z.ZodType<EmailSettings> = fields.superRefine((settings, context) => {
  for (const name of ['imap', 'smtp'] as const) {
    const { password } = settings[name];
    if (settings.oauth === undefined && password === undefined)
      context.addIssue({
        code: 'custom',
        path: [name, 'password'],
        message: 'Give a password, or oauth instead of both passwords.',
      });
    if (settings.oauth !== undefined && password !== undefined)
      context.addIssue({
        code: 'custom',
        path: [name, 'password'],
        message: 'Leave it out: oauth takes the place of the passwords.',
      });
  }
});
