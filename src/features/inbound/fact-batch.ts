import type { AnyFacts, PlatformAdapter } from '../../platforms/adapter.ts';
import { Unavailable, UnreadableDelivery } from '../../platforms/adapter.ts';
import type { InboundFact } from '../../platforms/inbound-fact.ts';

/** A fact with where it came from: its position in its delivery is what a retry finds it by. */
export interface SourcedFact {
  readonly fact: InboundFact;
  readonly deliveryId: number;
  readonly factIndex: number;
  readonly channelId: number;
  /** Set when this fact was held before. */
  readonly heldId?: number;
  /** It has waited for our own sends long enough. */
  readonly hasWaited?: boolean;
}
export interface ReadableDelivery {
  readonly id: number;
  readonly channelId: number;
  readonly body: Buffer;
  readonly receivedAt: Date;
}
/** What a delivery says, or why nobody can tell. */
export type Reading = { readonly facts: readonly InboundFact[] } | { readonly error: string };

type Unread = Pick<ReadableDelivery, 'body' | 'receivedAt'>;
type Reader = Pick<PlatformAdapter<never, AnyFacts>, 'parse'>;

/** Throws Unavailable when it has to be read later. */
export async function readDelivery({ body, receivedAt }: Unread, adapter: Reader): Promise<Reading> {
  try {
    return { facts: await adapter.parse(body, receivedAt) };
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    return whyUnreadable(error);
  }
}
/** The same for what can be read without waiting; undefined for the rest. */
export function readAtOnce({ body, receivedAt }: Unread, adapter: Reader): Reading | undefined {
  try {
    const facts = adapter.parse(body, receivedAt);
    if (!(facts instanceof Promise)) return { facts };
    // A drain reads it again, and is told then what is wrong with it.
    facts.catch(() => undefined);
    return undefined;
  } catch (error) {
    return whyUnreadable(error);
  }
}
/** An adapter that throws anything else has a bug; the delivery waits for its repair and stops nobody. */
function whyUnreadable(error: unknown): Reading {
  return {
    error:
      error instanceof UnreadableDelivery ? error.message : `Parsing failed: ${(error as Error).message}`,
  };
}

export interface ParsedDeliveries {
  readonly facts: SourcedFact[];
  readonly unreadable: { deliveryId: number; error: string }[];
}
export function gatherReadings(
  deliveries: readonly { readonly id: number; readonly channelId: number; readonly reading: Reading }[],
): ParsedDeliveries {
  const facts: SourcedFact[] = [];
  const unreadable: ParsedDeliveries['unreadable'] = [];
  for (const { id: deliveryId, channelId, reading } of deliveries) {
    if ('error' in reading) unreadable.push({ deliveryId, error: reading.error });
    else
      reading.facts.forEach((fact, factIndex) => {
        facts.push({ fact, deliveryId, factIndex, channelId });
      });
  }
  return { facts, unreadable };
}

/** The platform's order: by its time, then as they arrived. */
export function inPlatformOrder<T extends SourcedFact>(facts: readonly T[]): T[] {
  return [...facts].sort(
    (one, other) =>
      one.fact.at.getTime() - other.fact.at.getTime() ||
      one.deliveryId - other.deliveryId ||
      one.factIndex - other.factIndex,
  );
}

export function isOfKind<K extends InboundFact['kind']>(
  sourced: SourcedFact,
  kind: K,
): sourced is SourcedFact & { fact: Extract<InboundFact, { kind: K }> } {
  return sourced.fact.kind === kind;
}
export function factsOfKind<K extends InboundFact['kind']>(
  facts: readonly SourcedFact[],
  kind: K,
): (SourcedFact & { fact: Extract<InboundFact, { kind: K }> })[] {
  return facts.filter(sourced => isOfKind(sourced, kind));
}
