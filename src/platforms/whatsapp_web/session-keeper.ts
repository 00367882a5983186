import { within } from '../../kit/within.ts';
import type { ProfileFacts } from './profile-archive.ts';
import type { SessionProfile } from './session-profile.ts';
import type { FromSession, SessionPort } from './session-protocol.ts';
import type { SessionTiming } from './session-timing.ts';
import { isConnected, isSound } from './web-state.ts';

const bytesInAMinute = 1024 * 1024;

export interface KeeperParts {
  readonly profile: SessionProfile;
  readonly port: SessionPort;
  readonly timing: SessionTiming;
  readonly facts: () => ProfileFacts;
  /** The state that the page itself tells. */
  readonly probe: () => Promise<string | null>;
  readonly warn: (message: string) => void;
}

/**
 * Keeps the session outside of its browser: soon after it is ready, every few minutes, at the end. A profile is only saved
 * while WhatsApp knows it, for a page that was logged out writes a good profile of nothing over the last one that works:
 * in the midst only while it is connected, and at the end also when it has just lost its connection.
 */
export class SessionKeeper {
  readonly #parts: KeeperParts;
  readonly #answers = new Map<number, (isSaved: boolean) => void>();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<unknown> = Promise.resolve();
  #saved: { readonly content: string; readonly coveredUntil: number } | undefined;
  #next = 0;
  #isTrusted = false;
  #isStopped = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** From now on the profile is one that WhatsApp knows. */
  start(): void {
    if (this.#isStopped) return;
    this.#isTrusted = true;
    this.#plan(0);
  }

  /** The profile is not what it was: nothing of it is saved any more. */
  distrust(): void {
    this.#isTrusted = false;
    clearTimeout(this.#timer);
  }

  answer(request: number, isSaved: boolean): void {
    this.#answers.get(request)?.(isSaved);
    this.#answers.delete(request);
  }

  /** Asks the line something that it answers with `saved`. */
  ask(make: (request: number) => FromSession): Promise<boolean> {
    const request = this.#next++;
    return new Promise(resolve => {
      this.#answers.set(request, resolve);
      this.#parts.port(make(request));
    });
  }

  /** Whether the profile may be saved once more when the browser has written everything. */
  async stop(): Promise<boolean> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    return this.#isTrusted && isSound(await this.#state(this.#parts.timing.probeAtCloseMs));
  }

  /** After `stop`, when the browser is closed. */
  async saveLast(): Promise<void> {
    await this.#save(async () => this.#isTrusted);
  }

  #plan(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#saveWhenQuiet().catch((error: Error) => {
        this.#parts.warn(`The WhatsApp session could not be saved: ${error.message}`);
        this.#plan(this.#parts.timing.saveEveryMs);
      });
    }, waitMs);
  }

  async #saveWhenQuiet(): Promise<void> {
    const { profile, timing } = this.#parts;
    await profile.untilQuiet(timing.quietMs, timing.quietWithinMs);
    if (this.#isStopped) return;
    const isKnown = async () => isConnected(await this.#state(timing.pulseWithinMs)) && this.#isTrusted;
    const size = (await isKnown()) ? await this.#save(isKnown) : 0;
    // About a megabyte a minute, however large it is.
    this.#plan(Math.max(timing.saveEveryMs, (size / bytesInAMinute) * 60_000));
  }

  #state(withinMs: number): Promise<string | null> {
    return within(withinMs, this.#parts.probe()).catch(() => null);
  }

  /** Its size. One at a time. */
  #save(isKnown: () => Promise<boolean>): Promise<number> {
    const save = this.#saving.then(() => this.#saveNow(isKnown));
    this.#saving = save.catch(() => undefined);
    return save;
  }

  /**
   * Nothing is sent when files and messages on their way are the same as before, or when WhatsApp has given the profile up
   * while it was read. The same is sent again when less counts as delivered than was said with it.
   */
  async #saveNow(isKnown: () => Promise<boolean>): Promise<number> {
    const { profile, facts } = this.#parts;
    const known = facts();
    const { archive, digest } = await profile.pack(known);
    const content = JSON.stringify([digest, known.onTheirWay]);
    const isSame = content === this.#saved?.content && known.coveredUntil >= this.#saved.coveredUntil;
    if (isSame || !(await isKnown())) return archive.length;
    const isSaved = await this.ask(request => ({ type: 'save', request, profile: archive }));
    if (!isSaved) throw new Error('it was not stored.');
    this.#saved = { content, coveredUntil: known.coveredUntil };
    return archive.length;
  }
}
