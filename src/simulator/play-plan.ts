import { type Random, seededRandom, shuffled } from '../kit/random.ts';
import { customerNames, openings } from './customer-script.ts';

export interface PlayShape {
  readonly customers: number;
  /** In all, over all customers. */
  readonly messages: number;
  /** Messages in a second. */
  readonly rate: number;
  /** The share of POSTs that are made twice, from 0 to 1. */
  readonly duplicates: number;
  /** Later messages overtake earlier ones, within groups of ten. */
  readonly shuffle: boolean;
  /** Each POST comes up to this much later than it should. */
  readonly delayMs: number;
  /** The same seed plays the same messages under the same ids: played twice, the second time adds nothing. */
  readonly seed: number;
}

/** What one customer writes once. */
export interface PlayLine {
  readonly seed: number;
  /** Among all lines of the play, from 0. */
  readonly index: number;
  /** Among all customers of the play, from 0. */
  readonly customer: number;
  readonly name: string;
  readonly text: string;
  readonly at: Date;
}
/** How a platform tells of a line. Pure: the same line gives the same id and bytes. */
export type WriteLine = (line: PlayLine) => { readonly messageId: string; readonly body: Buffer };

export interface PlannedPost {
  /** Since the start. */
  readonly atMs: number;
  readonly line: PlayLine;
  readonly messageId: string;
  readonly body: Buffer;
}

const groupSize = 10;

/** Everything that a play will post, in the order of time. Pure: the same shape and start give the same bytes. */
export function planPlay(shape: PlayShape, write: WriteLine, startedAt: Date): readonly PlannedPost[] {
  const { customers, messages, rate, duplicates, shuffle, delayMs, seed } = shape;
  const random = seededRandom(seed);
  const gapMs = 1000 / rate;
  const lines = Array.from({ length: messages }, (_, index): PlayLine => {
    // In a shuffled group a message may come early; that must not be before it was written.
    const writtenMs = index * gapMs - (shuffle ? groupSize * gapMs : 0);
    const customer = Math.floor(random() * customers);
    const text = pick(openings, random);
    const at = new Date(startedAt.getTime() + writtenMs);
    return { seed, index, customer, name: nameOf(customer), text, at };
  });
  return (shuffle ? shuffledInGroups(lines, random) : lines)
    .flatMap((line, index) => {
      const written = { line, ...write(line) };
      const copies = random() < duplicates ? 2 : 1;
      return Array.from({ length: copies }, () => ({
        ...written,
        atMs: index * gapMs + random() * delayMs,
      }));
    })
    .sort((one, other) => one.atMs - other.atMs);
}

function nameOf(customer: number): string {
  const name = customerNames[customer % customerNames.length] ?? '';
  const round = Math.floor(customer / customerNames.length);
  return round === 0 ? name : `${name} ${round + 1}`;
}

/** Digits that name a customer of a play: as many, and others for another seed. */
export function digitsOf({ seed, customer }: PlayLine): string {
  return `${String(customer).padStart(6, '0')}${String(Math.abs(seed) % 1000).padStart(3, '0')}`;
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}

function shuffledInGroups<Item>(items: readonly Item[], random: Random): readonly Item[] {
  const groups = Math.ceil(items.length / groupSize);
  return Array.from({ length: groups }, (_, index) =>
    shuffled(items.slice(index * groupSize, (index + 1) * groupSize), random),
  ).flat();
}
