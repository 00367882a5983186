import type { Conversation } from '../../../../src/contract/index.ts';
import type { Tone } from '../../ui/controls.tsx';
import { spanOf } from '../../ui/time.ts';

const soonMs = 30 * 60_000;

const verbs = { first_response: 'reply', next_response: 'reply', resolution: 'resolve' } as const;
export const promiseNames = {
  first_response: 'First response',
  next_response: 'Next response',
  resolution: 'Resolution',
} as const;

export interface PromiseWords {
  readonly tone: Tone;
  readonly text: string;
}

/** `reply in 8 min`, `12 min late`. Nothing is promised: `null`. */
export function promiseOf({ sla }: Pick<Conversation, 'sla'>, now: number): PromiseWords | null {
  if (!sla) return null;
  const leftMs = Date.parse(sla.dueAt) - now;
  if (leftMs <= 0) return { tone: 'bad', text: `${spanOf(-leftMs)} late` };
  if (sla.breached) return { tone: 'bad', text: 'late' };
  return { tone: leftMs < soonMs ? 'warn' : 'plain', text: `${verbs[sla.kind]} in ${spanOf(leftMs)}` };
}
