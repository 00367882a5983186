import { within } from '../../kit/within.ts';
import type { SessionTiming } from './session-timing.ts';

export interface PulseParts {
  readonly probe: () => Promise<string | null>;
  readonly timing: Pick<SessionTiming, 'pulseEveryMs' | 'pulseWithinMs' | 'unconnectedMs'>;
  /** It did not answer. */
  readonly miss: (message: string) => void;
  /** The state that the page tells when it is asked. */
  readonly tell: (state: string | null) => void;
  /** The browser must be started anew. */
  readonly fail: (code: string, message: string) => void;
}

const patience = 3;

/**
 * A page may look connected and tell nothing any more: it has crashed, was loaded anew without our listeners, or hangs. It
 * is asked every minute; after three questions in vain the browser is started anew.
 */
export class SessionPulse {
  readonly #parts: PulseParts;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #connectedAt = Date.now();
  #isAsking = false;
  #isStopped = true;

  constructor(parts: PulseParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#isStopped = false;
    this.#connectedAt = Date.now();
    this.#failures = 0;
    this.#plan(this.#parts.timing.pulseEveryMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Something went wrong that nobody caught: it is asked at once. */
  hurry(): void {
    if (!this.#isStopped && !this.#isAsking) this.#plan(0);
  }

  #plan(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#beat().catch(() => undefined);
    }, waitMs);
  }

  async #beat(): Promise<void> {
    const { probe, timing, tell, fail } = this.#parts;
    this.#isAsking = true;
    let state: string | null;
    try {
      state = await within(timing.pulseWithinMs, probe());
    } catch (error) {
      return this.#miss((error as Error).message);
    } finally {
      this.#isAsking = false;
    }
    if (this.#isStopped) return;
    this.#failures = 0;
    if (state === 'CONNECTED') this.#connectedAt = Date.now();
    tell(state);
    if (Date.now() - this.#connectedAt > timing.unconnectedMs)
      return fail('not_connected', 'WhatsApp Web does not get through to WhatsApp. It is started anew.');
    this.#plan(timing.pulseEveryMs);
  }

  #miss(reason: string): void {
    if (this.#isStopped) return;
    this.#failures++;
    if (this.#failures >= patience)
      return this.#parts.fail('silent', 'WhatsApp Web does not answer any more. It is started anew.');
    this.#parts.miss(`WhatsApp Web does not answer (${reason.slice(0, 200)}). It is asked again.`);
    this.#plan(this.#parts.timing.pulseEveryMs);
  }
}
