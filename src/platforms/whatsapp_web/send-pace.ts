import type { Random } from '../../kit/random.ts';
import { Unavailable } from '../adapter.ts';

export interface PaceOptions {
  readonly gapMs: { readonly least: number; readonly most: number };
  readonly mostSendsInAMinute: number;
  readonly turnWithinMs: number;
}

/**
 * When the next message may go. A person does not write two in one second, and an account that does is soon blocked: a
 * random pause between two, and only so many in a minute.
 */
export class SendPace {
  readonly #options: PaceOptions;
  readonly #random: Random;
  #turns: number[] = [];

  constructor(options: PaceOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** Milliseconds until the turn that is taken by this. Throws Unavailable, and takes none, when that is too long. */
  take(now: number): number {
    const { gapMs, mostSendsInAMinute, turnWithinMs } = this.#options;
    this.#turns = this.#turns.filter(turn => turn > now - 60_000);
    const last = this.#turns.at(-1);
    const gap = gapMs.least + this.#random() * (gapMs.most - gapMs.least);
    const afterLast = last === undefined ? now : last + gap;
    const first = this.#turns.at(-mostSendsInAMinute);
    const turn = Math.max(now, afterLast, first === undefined ? now : first + 60_000);
    const waitMs = Math.round(turn - now);
    if (waitMs > turnWithinMs)
      throw new Unavailable(
        'channel',
        'paced',
        'Messages leave this phone slowly, so that WhatsApp does not take it for a machine. This one goes out shortly.',
        waitMs,
      );
    this.#turns.push(turn);
    return waitMs;
  }
}
