import { Rejected } from '../adapter.ts';
import type { SessionState } from './session-protocol.ts';
import type { SessionTiming } from './session-timing.ts';

const mostCodes = 6;

export interface PairingParts {
  readonly timing: Pick<SessionTiming, 'firstCodeMs' | 'laterCodeMs' | 'codeSilenceMs'>;
  readonly tell: (state: SessionState) => void;
  readonly giveUp: (reason: Rejected) => void;
}

/** Shows each code until the next one comes, and gives up when nobody has read any of six: no browser waits for ever. */
export class Pairing {
  readonly #parts: PairingParts;
  #shown = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PairingParts) {
    this.#parts = parts;
  }

  show(code: string): void {
    const { timing, tell, giveUp } = this.#parts;
    clearTimeout(this.#timer);
    if (this.#shown >= mostCodes) return giveUp(notPaired());
    const lifeMs = this.#shown === 0 ? timing.firstCodeMs : timing.laterCodeMs;
    this.#shown++;
    tell({
      health: 'reauthorise',
      message:
        'Scan the code with WhatsApp on the phone: Settings, Linked devices, Link a device. It changes every few seconds.',
      pairing: { code, expiresAt: new Date(Date.now() + lifeMs) },
    });
    this.#timer = setTimeout(() => giveUp(notPaired()), timing.codeSilenceMs);
  }

  stop(): void {
    this.#shown = 0;
    clearTimeout(this.#timer);
  }
}

const notPaired = () =>
  new Rejected(
    'reauthorise',
    'not_paired',
    'Nobody has scanned the code. Connect the channel again when the phone is at hand.',
  );
