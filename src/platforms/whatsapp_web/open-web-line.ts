import { within } from '../../kit/within.ts';
import {
  DamagedSession,
  type LineHost,
  type LineLost,
  type OpenLine,
  OutcomeUnknown,
  Unavailable,
} from '../adapter.ts';
import { type Browser, findChromium } from './find-chromium.ts';
import { LineSends } from './line-sends.ts';
import { LineStore } from './line-store.ts';
import { machineVariables } from './machine-variables.ts';
import { isWhole } from './profile-archive.ts';
import { type SessionChild, sessionProgram, startSession } from './session-child.ts';
import { errorOf } from './session-faults.ts';
import { makeSessionFolder } from './session-folders.ts';
import type { FromSession } from './session-protocol.ts';

export interface LineOptions {
  readonly program?: URL;
  readonly browser?: () => Promise<Browser>;
  /** Longer than a session takes to close by itself. */
  readonly closeWithinMs?: number;
}

const profilesTried = 2;

/** Opens the line of one phone: a process that drives a browser in which WhatsApp Web runs. */
export async function openWebLine(host: LineHost, options: LineOptions = {}): Promise<OpenLine> {
  const browser = await (options.browser ?? (() => findChromium(machineVariables())))();
  const profiles = await savedProfiles(host);
  const line = new WebLine(host, browser, profiles, options);
  await line.begin();
  return line;
}

/**
 * The newest that are what was saved; none is no reason not to open. One that cannot be read at the moment is: without it
 * the phone would have to be paired again.
 */
async function savedProfiles({ session }: LineHost): Promise<readonly Buffer[]> {
  const profiles: Buffer[] = [];
  for (const version of await session.versions()) {
    if (profiles.length === profilesTried) break;
    const profile = await session.open(version).catch(asNone);
    if (profile && isWhole(profile)) profiles.push(profile);
  }
  return profiles;
}

function asNone(error: unknown): undefined {
  if (!(error instanceof DamagedSession)) throw error;
}

class WebLine implements OpenLine {
  readonly ended: Promise<void>;
  readonly #browser: Browser;
  readonly #program: URL;
  readonly #closeWithinMs: number;
  readonly #store: LineStore;
  readonly #sends: LineSends;
  #profiles: readonly Buffer[];
  #child: SessionChild | undefined;
  #lastWords: Extract<FromSession, { type: 'ended' }> | undefined;
  #isClosing = false;
  #lost: LineLost | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(host: LineHost, browser: Browser, profiles: readonly Buffer[], options: LineOptions) {
    this.#browser = browser;
    this.#profiles = profiles;
    this.#program = options.program ?? sessionProgram;
    this.#closeWithinMs = options.closeWithinMs ?? 9500;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever holds the line may look later.
    this.ended.catch(() => undefined);
    this.#sends = new LineSends(message => this.#child?.send(message) ?? false);
    this.#store = new LineStore(
      host,
      message => this.#child?.send(message),
      error => {
        this.#lost = error;
        this.#child?.kill();
      },
    );
  }

  /** Starts a session with the newest profile that is left. */
  async begin(): Promise<void> {
    const [profile, ...others] = this.#profiles;
    this.#profiles = others;
    const directory = await makeSessionFolder();
    if (this.#isClosing || this.#lost) return this.#onGone('');
    this.#lastWords = undefined;
    const child = startSession(this.#program, directory, message => this.#hear(message));
    this.#child = child;
    child.send({
      type: 'start',
      directory,
      browser: { path: this.#browser.path, args: [...this.#browser.args] },
      ...(profile && { profile }),
      hasOther: others.length > 0,
    });
    child.gone.then(({ said }) => this.#onGone(said)).catch(error => this.#reject(error));
  }

  send: NonNullable<OpenLine['send']> = message => {
    if (this.#isClosing || this.#child === undefined)
      return Promise.reject(new Unavailable('channel', 'not_connected', 'The line is closed.', 5000));
    return this.#sends.send(message);
  };

  async close(): Promise<void> {
    this.#isClosing = true;
    const child = this.#child;
    child?.send({ type: 'close' });
    await within(this.#closeWithinMs, this.ended).catch(() => undefined);
    child?.kill();
  }

  #hear(message: FromSession): void {
    switch (message.type) {
      case 'sendStarted':
      case 'sent':
        return this.#sends.hear(message);
      case 'ended':
        this.#lastWords = message;
        return;
      case 'browser':
        return;
      default:
        // The profile is known: no other one is needed any more.
        if (message.type === 'state' && message.state.health === 'ok') this.#profiles = [];
        return this.#store.hear(message);
    }
  }

  async #onGone(said: string): Promise<void> {
    this.#sends.fail();
    const words = this.#lastWords;
    if (words?.isUnrecognised && !this.#isClosing && this.#lost === undefined) return this.begin();
    this.#child = undefined;
    await this.#store.stop();
    if (this.#lost) return this.#reject(this.#lost);
    if (this.#isClosing) return this.#resolve();
    const error = words?.fault && errorOf(words.fault);
    if (error && !(error instanceof OutcomeUnknown)) return this.#reject(error);
    this.#reject(
      Object.assign(
        new Unavailable(
          'channel',
          'session_ended',
          'The process of this WhatsApp Web session has ended unexpectedly. It is started again.',
        ),
        { cause: said },
      ),
    );
  }
}
