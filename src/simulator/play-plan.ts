import { type Random, seededRandom, shuffled } from '../kit/random.ts';
import { customerNames, openings } from './customer-script.ts';
import { inboundText } from './whatsapp-customer.ts';
import { envelopeOf, newWamid, type WhatsAppNumber, type WhatsAppPerson } from './whatsapp-event.ts';

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
export interface PlannedPost {
  /** Since the start. */
  readonly atMs: number;
  readonly messageId: string;
  readonly body: Buffer;
}

const groupSize = 10;

/** Everything that a play will post, in the order of time. Pure: the same shape and start give the same bytes. */
export function planPlay(shape: PlayShape, number: WhatsAppNumber, startedAt: Date): readonly PlannedPost[] {
  const random = seededRandom(shape.seed);
  const people = Array.from({ length: shape.customers }, (_, index) => personOf(index, shape.seed));
  const gapMs = 1000 / shape.rate;
  const messages = Array.from({ length: shape.messages }, (_, index) => {
    const id = newWamid(`${shape.seed} ${index}`);
    // In a shuffled group a message may come early; that must not be before it was written.
    const writtenMs = index * gapMs - (shape.shuffle ? groupSize * gapMs : 0);
    const at = new Date(startedAt.getTime() + writtenMs);
    const body = envelopeOf(number, [inboundText(pick(people, random), pick(openings, random), { id, at })]);
    return { messageId: id, body: Buffer.from(JSON.stringify(body)) };
  });
  return (shape.shuffle ? shuffledInGroups(messages, random) : messages)
    .flatMap((message, index) => {
      const copies = random() < shape.duplicates ? 2 : 1;
      return Array.from({ length: copies }, () => ({
        ...message,
        atMs: index * gapMs + random() * shape.delayMs,
      }));
    })
    .sort((one, other) => one.atMs - other.atMs);
}

function personOf(index: number, seed: number): WhatsAppPerson {
  const suffix = String(index).padStart(6, '0');
  const name = customerNames[index % customerNames.length] ?? '';
  const round = Math.floor(index / customerNames.length);
  return {
    waId: `35191${suffix}${Math.abs(seed) % 10}`,
    userId: `PT.${Math.abs(seed) % 1000}${suffix}`,
    name: round === 0 ? name : `${name} ${round + 1}`,
  };
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
