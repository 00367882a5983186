import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { PlatformIo } from '../../src/platforms/adapter.ts';
import type { EmailSettings } from '../../src/platforms/email/email-settings.ts';
import { client } from './stub-server.ts';

export const mailUser = {
  user: 'help',
  password: 'secret of the mailbox',
  accessToken: 'token-of-today',
} as const;

interface StoredMessage {
  uid: number;
  readonly raw: string;
  readonly flags: string[];
}
interface StoredFolder {
  uidvalidity: number;
  uidnext: number;
  messages: StoredMessage[];
}
/** What a client asks for of a mail. */
interface FetchQuery {
  readonly section?: readonly unknown[];
}
type FetchHandler = (connection: unknown, message: StoredMessage, query: FetchQuery) => unknown;
type CommandHandler = (...args: readonly unknown[]) => void;
interface HoodiecrowConnection {
  readonly socket: Socket;
  /** Takes the next line, while something like IDLE goes on. */
  inputHandler: false | ((line: string) => void);
}
/** What hoodiecrow-imap, which has no types, is used for here. */
interface Hoodiecrow {
  readonly server: Server;
  readonly connectionHandlers: ((connection: HoodiecrowConnection) => void)[];
  readonly fetchHandlers: Record<string, FetchHandler>;
  getCommandHandler(command: string): CommandHandler;
  setCommandHandler(command: string, handler: CommandHandler): void;
  /** Places and mails. */
  getMessageRange(...args: readonly unknown[]): (readonly [number, StoredMessage])[];
  listen(port: number, host: string, ready: () => void): void;
  getMailbox(path: string): StoredFolder | undefined;
  appendMessage(path: string, flags: string[], at: Date, raw: string): void;
}
const tlsFile = (name: string) => new URL(`../fixtures/email/tls/${name}.pem`, import.meta.url);
/** Of mail.shop.example; nobody trusts it who is not told to. */
export const mailCertificate = tlsFile('certificate');
const credentials = {
  key: readFileSync(tlsFile('key'), 'utf8'),
  cert: readFileSync(mailCertificate, 'utf8'),
};
export interface ImapOptions {
  readonly tls?: 'from the start' | 'when asked';
  /** `null`: it has none. */
  readonly sentFolder?: string | null;
}

const load = createRequire(import.meta.url);
const hoodiecrow = load('hoodiecrow-imap') as (options: object) => Hoodiecrow;
const fetchHandlers = load('hoodiecrow-imap/lib/commands/handlers/fetch.js') as Record<string, FetchHandler>;
const plugins = [
  'ID',
  'IDLE',
  'UIDPLUS',
  'SPECIAL-USE',
  'NAMESPACE',
  'ENABLE',
  'CONDSTORE',
  'LITERALPLUS',
  'XOAUTH2',
  'SASL-IR',
];

/** Counts who is there, and can send everybody away. */
class Connections {
  readonly #open = new Set<Socket>();
  /** All that ever came. */
  count = 0;

  watch(server: Server): void {
    server.on('connection', socket => {
      this.count++;
      // It answers in many small pieces, each of which would wait for the one before.
      socket.setNoDelay(true);
      this.#open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#open.delete(socket));
    });
  }
  get open(): number {
    return this.#open.size;
  }
  reset(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** A real IMAP server with one mailbox. */
export class ImapServer {
  readonly connections = new Connections();
  /** By UID: mails that are there and are left out of every answer, or that it refuses to give whole. */
  readonly withheld = new Set<number>();
  readonly refused = new Set<number>();
  /** After so many answers it gives them all the same. */
  timesWithheld = Number.POSITIVE_INFINITY;
  /** What it says that each mail has, in bytes. */
  claimedSize: number | undefined;
  /** The UIDs of mails that it gave whole. */
  readonly given: number[] = [];
  readonly #server: Hoodiecrow;

  constructor({ tls, sentFolder = 'Sent' }: ImapOptions = {}) {
    this.#server = hoodiecrow({
      plugins: [...plugins, ...(tls === 'when asked' ? ['STARTTLS', 'LOGINDISABLED'] : [])],
      secureConnection: tls === 'from the start',
      credentials,
      users: {
        [mailUser.user]: {
          password: mailUser.password,
          xoauth2: { accessToken: mailUser.accessToken, sessionTimeout: 3_600_000 },
        },
      },
      storage: {
        INBOX: {},
        '': { folders: sentFolder === null ? {} : { [sentFolder]: { 'special-use': '\\Sent' } } },
      },
    });
    this.connections.watch(this.#server.server);
    this.#giveLess();
    // Its IDLE has a timer of half an hour that only its end stops: one that was cut off would keep the process alive.
    this.#server.connectionHandlers.push(connection => {
      connection.socket.once('close', () => {
        if (connection.inputHandler) connection.inputHandler('DONE');
      });
    });
  }
  async start(): Promise<void> {
    await new Promise<void>(ready => this.#server.listen(0, '127.0.0.1', ready));
  }
  async stop(): Promise<void> {
    this.connections.reset();
    await new Promise(ended => this.#server.server.close(ended));
  }
  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** As `withheld`, `refused` and `claimedSize` say. */
  #giveLess(): void {
    const server = this.#server;
    const whole = fetchHandlers['BODY.PEEK'] as FetchHandler;
    server.fetchHandlers['RFC822.SIZE'] = (_connection, { raw }) => this.claimedSize ?? raw.length;
    server.fetchHandlers['BODY.PEEK'] = (connection, message, query) => {
      if (query.section?.length === 0) {
        if (this.refused.has(message.uid)) throw new Error('The message cannot be converted');
        this.given.push(message.uid);
      }
      return whole(connection, message, query);
    };
    const fetch = server.getCommandHandler('UID FETCH');
    const rangeOf = server.getMessageRange.bind(server);
    let isFetching = false;
    server.getMessageRange = (...args) => {
      const range = rangeOf(...args);
      const found = range.filter(([, { uid }]) => !this.withheld.has(uid));
      if (!isFetching || found.length === range.length || this.timesWithheld === 0) return range;
      this.timesWithheld--;
      return found;
    };
    server.setCommandHandler('UID FETCH', (...args) => {
      isFetching = true;
      fetch(...args);
      isFetching = false;
    });
  }
  /** A mail arrives. */
  deliver(raw: string | Buffer, { folder = 'INBOX', at = new Date() } = {}): void {
    this.#server.appendMessage(folder, [], at, Buffer.from(raw).toString('latin1'));
  }
  #folder(path: string): StoredFolder {
    const folder = this.#server.getMailbox(path);
    if (!folder) throw new Error(`There is no folder ${path}.`);
    return folder;
  }
  /** As after a restore: the same mails in another order, with other UIDs under another UIDVALIDITY. */
  renumber(path = 'INBOX'): void {
    const folder = this.#folder(path);
    folder.uidvalidity += 1;
    folder.messages.forEach((message, index) => {
      message.uid = 100 + index;
    });
    folder.uidnext = 100 + folder.messages.length;
  }
  remove(uid: number, path = 'INBOX'): void {
    const folder = this.#folder(path);
    folder.messages = folder.messages.filter(message => message.uid !== uid);
  }
  flags(path = 'INBOX'): readonly (readonly string[])[] {
    return this.#folder(path).messages.map(({ flags }) => flags);
  }
}

export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly user: string | undefined;
}
/** What the server says to a command, by its name: an error with a code, or nothing, which is yes. */
export type SmtpAnswers = Partial<
  Record<'connect' | 'mail' | 'data', { readonly code: number; readonly text: string }>
> & {
  /** By recipient. */
  readonly rcpt?: Readonly<Record<string, { readonly code: number; readonly text: string }>>;
  /** The line goes dead while the mail comes, or after all of it was taken and before that is said. */
  readonly drop?: 'in-data' | 'after-data';
};

/** A real SMTP server that keeps what it is given. */
export class SmtpServer {
  readonly connections = new Connections();
  readonly taken: TakenMail[] = [];
  answers: SmtpAnswers = {};
  readonly #server: SMTPServer;

  constructor(options: SMTPServerOptions = {}) {
    this.#server = new SMTPServer({
      authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
      ...credentials,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onConnect: (_session, done) => done(refusal(this.answers.connect)),
      onAuth: ({ username, password, accessToken }, _session, done) => {
        const isRight =
          username === mailUser.user &&
          (password === mailUser.password || accessToken === mailUser.accessToken);
        if (isRight) done(null, { user: username });
        else done(refusal({ code: 535, text: '5.7.8 Username and Password not accepted' }));
      },
      onMailFrom: (_address, _session, done) => done(refusal(this.answers.mail)),
      onRcptTo: ({ address }, _session, done) => done(refusal(this.answers.rcpt?.[address])),
      onData: (stream, session, done) => {
        if (this.answers.drop === 'in-data') return this.connections.reset();
        const chunks: Buffer[] = [];
        stream.on('data', chunk => chunks.push(chunk));
        stream.on('end', () => {
          this.taken.push(takenMail(session, Buffer.concat(chunks)));
          if (this.answers.drop === 'after-data') this.connections.reset();
          else done(refusal(this.answers.data));
        });
      },
      ...options,
    });
    this.#server.on('error', () => undefined);
    this.connections.watch(this.#server.server as unknown as Server);
  }
  async start(): Promise<void> {
    await new Promise<void>(ready => this.#server.listen(0, '127.0.0.1', ready));
  }
  /** Also ends what is connected. */
  async stop(): Promise<void> {
    await new Promise<void>(ended => this.#server.close(ended));
  }
  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }
  get last(): TakenMail {
    const mail = this.taken.at(-1);
    if (!mail) throw new Error('No mail arrived.');
    return mail;
  }
}

function refusal(answer: { readonly code: number; readonly text: string } | undefined): Error | null {
  return answer ? Object.assign(new Error(answer.text), { responseCode: answer.code }) : null;
}

function takenMail({ envelope, user }: SMTPServerSession, raw: Buffer): TakenMail {
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
    raw: raw.toString('latin1'),
    user,
  };
}

/** Settings of a mailbox at these servers, as they are complete. */
export function mailSettings(
  ports: { readonly imap?: number; readonly smtp?: number },
  changes: Partial<EmailSettings> = {},
): EmailSettings {
  const { user, password } = mailUser;
  const server = (port = 1) => ({ host: 'localhost', port, secure: false, user, password });
  return {
    address: 'help@shop.example',
    name: 'Lumen & Oak',
    imap: server(ports.imap),
    smtp: server(ports.smtp),
    plusAddressing: false,
    ...changes,
  };
}

/** Every name leads to this machine. */
export const mailIo: PlatformIo = { http: client(), baseUrl: '', resolve: async () => '127.0.0.1' };

/** A port that nobody listens at. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise(ended => server.close(ended));
  return port;
}
