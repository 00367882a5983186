import { LostRace } from '../../db/session.ts';
import type { MessageFact } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { addressesOf, applyBatch, channelsOf, continuesChat, peopleOn } from './apply-batch.ts';
import { type ArrivingDelivery, storeDeliveries } from './delivery-store.ts';
import { DRAIN_LOCK } from './drain.ts';
import { factsOfKind, type ParsedDeliveries, type SourcedFact } from './fact-batch.ts';
import { Targets } from './message-targets.ts';
import { isSame, type PeopleMemory } from './people-memory.ts';
import { type Address, findAddresses, type KnownAddress, type PeopleResolver } from './resolve-people.ts';

/** Messages whose writers and conversations are known from before, if they are still the same. */
export interface Guess {
  readonly tenantId: string;
  readonly messages: readonly (SourcedFact & { readonly fact: MessageFact })[];
  readonly people: PeopleResolver;
  readonly addresses: readonly Address[];
  readonly recalled: readonly KnownAddress[];
}

/** Only of plain messages that continue conversations: whatever else there is has to be looked up first. */
export function guessOf(
  tenantId: string,
  deliveries: readonly ArrivingDelivery[],
  { facts, unreadable }: ParsedDeliveries,
  memory: PeopleMemory,
): Guess | undefined {
  const messages = factsOfKind(facts, 'message');
  const isPlain = messages.length === facts.length && messages.every(({ fact }) => !fact.replyToExternalId);
  if (!isPlain || messages.length === 0 || unreadable.length > 0) return undefined;
  const people = peopleOn(deliveries);
  const addresses = people.formsOf(addressesOf(messages));
  const recalled = memory.recall(tenantId, addresses);
  if (!recalled) return undefined;
  people.know(recalled);
  if (!messages.every(message => continuesChat(message, people))) return undefined;
  return { tenantId, messages, people, addresses, recalled };
}

/**
 * Stores, looks up and applies in one trip, and compares afterwards: what was looked up in the same transaction must be
 * what was guessed, and the deliveries new and ours to apply. Throws LostRace when not, and nothing has happened.
 */
export async function storeAndApplyGuess(
  tx: TenantTx,
  deliveries: readonly ArrivingDelivery[],
  { tenantId, messages, people, addresses, recalled }: Guess,
  memory: PeopleMemory,
): Promise<boolean> {
  // No conversation is made here, so that nobody asks for the channel's name.
  const channels = channelsOf(deliveries.map(delivery => ({ ...delivery, channelName: '' })));
  const [stored, found] = await Promise.all([
    storeDeliveries(tx, deliveries, DRAIN_LOCK),
    findAddresses(tx, addresses),
    applyBatch(tx, messages, channels, { people, targets: new Targets() }),
  ]);
  memory.remember(tenantId, addresses, found);
  if (!isSame(found, recalled)) throw new LostRace('The writers are not what they were.');
  if (stored.length < deliveries.length || stored.some(delivery => !delivery.isOurs))
    throw new LostRace('A drain is at work, or a delivery is there already.');
  return !stored.some(delivery => delivery.hasHeld);
}
