import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSession, type Session } from '../../src/platforms/whatsapp_web/open-session.ts';
import { openProfile } from '../../src/platforms/whatsapp_web/profile-archive.ts';
import { layProfile } from '../../src/platforms/whatsapp_web/session-profile.ts';
import {
  type FromSession,
  fromSession,
  type SentOutcome,
  type SessionMessage,
} from '../../src/platforms/whatsapp_web/session-protocol.ts';
import type { SessionTiming } from '../../src/platforms/whatsapp_web/session-timing.ts';
import { FakeWebClient } from './whatsapp-web-fake-client.ts';
import { MemoryHost } from './whatsapp-web-host.ts';
import { fastTiming } from './whatsapp-web-timing.ts';

/** A session in this process with a client that is played, between a folder of its own and a host in memory. */
export class PlayedSession {
  readonly client = new FakeWebClient();
  readonly host: MemoryHost;
  readonly said: FromSession[] = [];
  /** False: what comes is neither stored nor acknowledged. */
  isStoring = true;
  directory = '';
  #session: Session | undefined;
  #outcomes = new Map<number, (outcome: SentOutcome) => void>();
  #nextSend = 0;

  constructor(host = new MemoryHost()) {
    this.host = host;
  }

  async open(
    options: { profile?: Buffer; hasOther?: boolean; timing?: Partial<SessionTiming>; mark?: string } = {},
  ): Promise<this> {
    const { profile, hasOther = false, timing = {}, mark } = options;
    this.directory = await mkdtemp(join(tmpdir(), 'whatsapp-web-session-'));
    const laid = await layProfile(this.directory, profile);
    if (mark !== undefined) await this.client.writeProfile(this.directory, mark);
    this.#session = openSession({
      client: this.client,
      port: message => this.#hear(message),
      profile: laid,
      hasOther,
      timing: { ...fastTiming, ...timing },
      random: () => 0,
    });
    return this;
  }

  get session(): Session {
    if (!this.#session) throw new Error('It is not open.');
    return this.#session;
  }

  async close(): Promise<void> {
    this.session.receive({ type: 'close' });
    await this.session.ended;
  }

  /** How it ended. */
  get lastWords(): Extract<FromSession, { type: 'ended' }> | undefined {
    return this.said.find(message => message.type === 'ended');
  }

  send(message: Partial<SessionMessage> & Pick<SessionMessage, 'content'>): Promise<SentOutcome> {
    const request = this.#nextSend++;
    const outcome = new Promise<SentOutcome>(resolve => this.#outcomes.set(request, resolve));
    this.session.receive({
      type: 'send',
      request,
      message: { correlator: `12.c${request}`, to: { kind: 'phone', user: '351910000002' }, ...message },
    });
    return outcome;
  }

  /** What the line does, without a process between. */
  #hear(raw: FromSession): void {
    const message = fromSession.parse(raw);
    this.said.push(message);
    this.#answer(message).catch(() => undefined);
  }

  async #answer(message: FromSession): Promise<void> {
    switch (message.type) {
      case 'bodies': {
        if (!this.isStoring) return;
        await this.host.deliver(message.items.map(({ key, body }) => ({ key, body: Buffer.from(body) })));
        return this.session.receive({
          type: 'acknowledge',
          sequences: message.items.map(item => item.sequence),
        });
      }
      case 'state':
        return this.host.tell(message.state);
      case 'save': {
        const isSaved = await this.host.session.save(Buffer.from(message.profile)).then(
          () => true,
          () => false,
        );
        return this.session.receive({ type: 'saved', request: message.request, isSaved });
      }
      case 'loggedOut':
        await this.host.session.end();
        return this.session.receive({ type: 'saved', request: message.request, isSaved: true });
      case 'sent':
        this.#outcomes.get(message.request)?.(message.outcome);
        return;
      default:
        return;
    }
  }
}

/** Nothing happens by itself but what the test is about. */
export const calm: Partial<SessionTiming> = { pulseEveryMs: 60_000, saveEveryMs: 60_000 };

/** To be called in a describe: a host in memory for each test, and its sessions closed at the end. */
export function useSessions() {
  let host = new MemoryHost();
  let open: PlayedSession[] = [];
  beforeEach(() => {
    host = new MemoryHost();
  });
  afterEach(async () => {
    const played = open;
    open = [];
    await Promise.all(played.map(session => session.close()));
    for (const { directory } of played)
      expect(existsSync(directory), 'its folder is removed').to.equal(false);
  });
  const track = (session: PlayedSession): PlayedSession => {
    open.push(session);
    return session;
  };
  return {
    get host() {
      return host;
    },
    track,
    play: async (...args: Parameters<PlayedSession['open']>) =>
      track(await new PlayedSession(host).open(...args)),
  };
}

/** The mark of the profile in an archive: see FakeWebClient.writeProfile. */
export async function markOf(archive: Buffer): Promise<string> {
  const { files } = await openProfile(archive);
  const storage = files.find(({ path }) => path.startsWith('Default/Local Storage'));
  return storage?.content.toString().replace('storage of ', '') ?? '';
}

export const readMark = async (directory: string) =>
  (await readFile(join(directory, 'Default/Local Storage/leveldb/000003.log'), 'utf8')).replace(
    'storage of ',
    '',
  );
