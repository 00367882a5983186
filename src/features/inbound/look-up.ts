import type { Platform } from '../../contract/primitives.ts';
import type { Alias, InboundFact, MessageFact } from '../../platforms/inbound-fact.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { factsOfKind, type SourcedFact } from './fact-batch.ts';
import { givenCorrelator, Targets } from './message-targets.ts';
import { type Address, findAddresses, type KnownAddress, PeopleResolver } from './resolve-people.ts';

/** What the database knows of the people and messages that facts speak of. */
export interface Known {
  readonly people: PeopleResolver;
  readonly targets: Targets;
}
/** Asks for it; `deliveries` are those that the facts came in. */
export async function lookUp(
  tx: TenantTx,
  facts: readonly SourcedFact[],
  deliveries: readonly ChannelOfDelivery[],
): Promise<Known & { readonly asked: readonly Address[]; readonly found: readonly KnownAddress[] }> {
  const people = peopleOn(deliveries);
  const targets = new Targets();
  const asked = people.formsOf(addressesOf(facts));
  const [found] = await Promise.all([findAddresses(tx, asked), loadTargets(tx, targets, facts)]);
  people.know(found);
  return { people, targets, asked, found };
}

export interface ChannelOfDelivery {
  readonly channelId: number;
  readonly platform: Platform;
}
export function peopleOn(deliveries: readonly ChannelOfDelivery[]): PeopleResolver {
  const adapters = new Map(
    deliveries.map(({ channelId, platform }) => [channelId, requireAdapter(platform)]),
  );
  return new PeopleResolver({
    equivalents: (channelId, alias) => adapters.get(channelId)?.equivalents?.(alias) ?? [alias],
    isClaim: channelId => adapters.get(channelId)?.takesClaims === true,
  });
}

export function addressesOf(
  facts: readonly SourcedFact[],
): { channelId: number; aliases: readonly Alias[] }[] {
  return facts.flatMap(({ fact, channelId }) => {
    if ('contact' in fact && fact.kind !== 'reaction' && fact.kind !== 'edit' && fact.kind !== 'revoke')
      return [{ channelId, aliases: fact.contact.aliases }];
    if (fact.kind === 'identity') return [{ channelId, aliases: [...fact.previous, ...fact.current] }];
    return [];
  });
}

function targetIdsOf(fact: InboundFact): string[] {
  switch (fact.kind) {
    case 'message':
      // Of an echo its own id: the message may be ours.
      return [fact.replyToExternalId, fact.direction === 'outbound' ? fact.externalId : undefined].filter(
        given => given !== undefined,
      );
    case 'receipt':
      return [fact.externalId];
    case 'reaction':
    case 'edit':
    case 'revoke':
      return [fact.targetExternalId];
    default:
      return [];
  }
}

async function loadTargets(tx: TenantTx, targets: Targets, facts: readonly SourcedFact[]): Promise<void> {
  const wanted = new Map<string, { channelId: number; externalId: string }>();
  const correlators = new Set<string>();
  for (const { fact, channelId } of facts) {
    for (const externalId of targetIdsOf(fact))
      wanted.set(`${channelId}\n${externalId}`, { channelId, externalId });
    if (fact.kind === 'receipt') correlators.add(givenCorrelator(fact));
    else if (fact.kind === 'message' && fact.correlator) correlators.add(fact.correlator);
  }
  await targets.load(tx, [...wanted.values()], [...correlators]);
}

/** A message of somebody who is known and has a conversation open: it makes neither. */
export function continuesChat(
  { fact, channelId }: { readonly fact: MessageFact; readonly channelId: number },
  people: PeopleResolver,
): boolean {
  return fact.threadKey === '' && typeof people.find(channelId, fact.contact.aliases)?.chatId === 'number';
}

/**
 * A message that is there already must not open a conversation, nor make a person. Where neither can happen, because its
 * writer is known and has one open, its insertion finds out by itself and nobody asks before.
 */
export async function loadRepeated(
  tx: TenantTx,
  { people, targets }: Known,
  facts: readonly SourcedFact[],
): Promise<void> {
  const messages = factsOfKind(facts, 'message');
  const isSettled = factsOfKind(facts, 'identity').length === 0;
  const unsure = isSettled
    ? messages.filter(message => message.fact.isHistory || !continuesChat(message, people))
    : messages;
  await targets.load(
    tx,
    unsure.map(({ channelId, fact }) => ({ channelId, externalId: fact.externalId })),
    [],
  );
}
