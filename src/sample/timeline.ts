import type { AgentLine, CustomerLine, Dialogue, HandoverLine, Line, NoteLine } from './dialogue.ts';
import type { SeededRandom } from './seeded-random.ts';

export type Spoken = CustomerLine | AgentLine | NoteLine | HandoverLine;
export interface TimedLine {
  readonly line: Spoken;
  readonly at: Date;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const isCustomerLine = (line: Spoken): line is CustomerLine => 'c' in line;
export const isAgentLine = (line: Spoken): line is AgentLine => 'a' in line;
export const isNoteLine = (line: Spoken): line is NoteLine => 'n' in line;

function spoken(line: Line): Spoken {
  if (typeof line !== 'string') return line;
  const text = line.slice(2);
  if (line.startsWith('c ')) return { c: text };
  return line.startsWith('a ') ? { a: text } : { n: text };
}

/** Minutes that pass before a line, when the dialogue does not say. */
function usualGap(previous: Spoken, line: Spoken, isSlow: boolean, random: SeededRandom): number {
  if (!isCustomerLine(line) && !isAgentLine(line)) return random.between(1, 4);
  if (isCustomerLine(line)) {
    if (isCustomerLine(previous)) return random.between(0.3, 1.5);
    return isSlow ? random.between(20, 110) : random.between(1.5, 24);
  }
  if (isAgentLine(previous)) return random.between(0.5, 2);
  return isSlow ? random.between(7, 27) : random.between(1.5, 19);
}

/** The first line that still waits for an answer, else the last one that anybody outside can see. */
export function anchorIndex(lines: readonly Spoken[]): number {
  const lastAnswer = lines.findLastIndex(isAgentLine);
  const waiting = lines.findIndex((line, index) => index > lastAnswer && isCustomerLine(line));
  return waiting === -1 ? lastAnswer : waiting;
}

/** Gives every line of a dialogue its time. Nothing lies after `now`. */
export function timelineOf(dialogue: Dialogue, now: Date, random: SeededRandom): TimedLine[] {
  const lines = dialogue.lines.map(spoken);
  const isSlow = dialogue.on === 'email' || dialogue.on === 'api';
  const offsets: number[] = [];
  lines.forEach((line, index) => {
    const previous = lines[index - 1];
    const gap = previous ? (line.after ?? usualGap(previous, line, isSlow, random)) * MINUTE : 0;
    offsets.push((offsets.at(-1) ?? 0) + Math.round(gap));
  });
  const amount = Number.parseFloat(dialogue.ago);
  const times = dialogue.ago.endsWith('d')
    ? startingOn(amount, offsets, now, random)
    : anchoredAt(anchorIndex(lines), amount * (dialogue.ago.endsWith('h') ? HOUR : MINUTE), offsets, now);
  return lines.map((line, index) => ({ line, at: new Date(times[index] ?? now.getTime()) }));
}

function startingOn(daysAgo: number, offsets: readonly number[], now: Date, random: SeededRandom): number[] {
  const day = new Date(now.getTime() - daysAgo * DAY);
  const start = day.setUTCHours(9, 0, 0, 0) + random.whole(0, 7 * 60) * MINUTE + random.whole(0, 59_000);
  return offsets.map(offset => start + offset);
}

/** What comes after the anchor is drawn together where it would otherwise lie in the future. */
function anchoredAt(anchor: number, agoMs: number, offsets: readonly number[], now: Date): number[] {
  const anchorOffset = offsets[anchor] ?? 0;
  const tail = (offsets.at(-1) ?? 0) - anchorOffset;
  const shrink = tail > agoMs * 0.8 ? (agoMs * 0.8) / tail : 1;
  const anchorAt = now.getTime() - agoMs;
  return offsets.map((offset, index) =>
    Math.round(anchorAt + (offset - anchorOffset) * (index > anchor ? shrink : 1)),
  );
}
