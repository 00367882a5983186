import type { Platform } from '../../contract/primitives.ts';
import { LostRace, violatedConstraint } from '../../db/session.ts';
import type { MessageFact } from '../../platforms/inbound-fact.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { tellOfMessages } from '../conversations/index.ts';
import { applyAccountFacts } from './apply-account-facts.ts';
import { applyChanges } from './apply-changes.ts';
import {
  type FollowedIdentity,
  followIdentity,
  rankAddresses,
  tellOfDoubts,
  tellOfIdentities,
  tellOfReach,
} from './apply-identities.ts';
import { applyMessages, type IncomingMessage } from './apply-messages.ts';
import { applyNews, applyProfiles, namesToAsk } from './apply-profiles.ts';
import { applyReceipts } from './apply-receipts.ts';
import { applyWatermarks } from './apply-watermarks.ts';
import { completeMessages } from './complete-messages.ts';
import { factsOfKind, inPlatformOrder, isOfKind, type SourcedFact } from './fact-batch.ts';
import { joinThreads } from './join-threads.ts';
import { type Known, loadRepeated } from './look-up.ts';
import type { Targets } from './message-targets.ts';
import { settleEchoes } from './own-echoes.ts';
import { askForPulls } from './pull-store.ts';
import { resolveConversations, type Thread, threadKeyOf } from './resolve-conversations.ts';
import type { PeopleResolver, Person } from './resolve-people.ts';

export interface ChannelInfo {
  readonly id: number;
  readonly name: string;
  readonly platform: Platform;
  readonly windowHours: number | null;
}

/** The channels that deliveries came in by. */
export function channelsOf(
  deliveries: readonly {
    readonly channelId: number;
    readonly channelName: string;
    readonly platform: Platform;
  }[],
): Map<number, ChannelInfo> {
  return new Map(
    deliveries.map(({ channelId, channelName, platform }) => [
      channelId,
      {
        id: channelId,
        name: channelName,
        platform,
        windowHours: requireAdapter(platform).abilities.windowHours,
      },
    ]),
  );
}

/**
 * Applies a batch of facts inside one transaction: our own echoes → people → conversations → messages → receipts and
 * watermarks → reactions, edits and revokes → notices. The same fact twice has no effect, whatever the order. The caller holds the tenant's drain lock, so that no
 * other batch runs beside this one; agents and senders do run beside it, and constraints stand behind every decision.
 * Resolves with whether facts are held now, which then have to be looked at again.
 */
export async function applyBatch(
  tx: TenantTx,
  facts: readonly SourcedFact[],
  channels: ReadonlyMap<number, ChannelInfo>,
  known: Known,
): Promise<boolean> {
  const { people, targets } = known;
  const settled = await settleEchoes(tx, inPlatformOrder(facts), targets);
  const ordered = settled.facts;
  const receipts = factsOfKind(ordered, 'receipt');
  const changes = ordered.filter(
    (sourced): sourced is Parameters<typeof applyChanges>[1][number] =>
      sourced.fact.kind === 'reaction' || sourced.fact.kind === 'edit' || sourced.fact.kind === 'revoke',
  );

  await loadRepeated(tx, known, ordered);
  const { resolved, repeated, identities } = resolvePeople(ordered, people, targets);
  const fresh = await people.store(tx);
  await rankAddresses(tx, identities);

  const threads = new Map<string, Thread>();
  const threadKeys = await joinThreads(tx, resolved);
  for (const [position, { fact, person, channelId }] of resolved.entries()) {
    const threadKey = threadKeys[position] as string;
    const key = threadKeyOf(person, threadKey);
    const platform = channels.get(channelId)?.platform ?? 'api';
    const isHistory = (threads.get(key)?.isHistory ?? true) && (fact.isHistory ?? false);
    threads.set(key, {
      startsAt: fact.at,
      subject: fact.subject ?? null,
      ...threads.get(key),
      person,
      threadKey,
      platform,
      isHistory,
    });
  }
  const conversations =
    threads.size === 0 ? new Map() : await resolveConversations(tx, threads).catch(asLostRace);
  const incoming = resolved.map((sourced, position): IncomingMessage => {
    const channel = channels.get(sourced.channelId) as ChannelInfo;
    const { fact } = sourced;
    const quoted = fact.replyToExternalId && targets.find(sourced.channelId, fact.replyToExternalId);
    return {
      ...sourced,
      thread: conversations.get(threadKeyOf(sourced.person, threadKeys[position] as string)),
      replyToId: quoted ? quoted.id : null,
      channelName: channel.name,
      platform: channel.platform,
      windowHours: fact.opensWindow ? (channel.windowHours ?? 0) : 0,
    };
  });
  const ids = await applyMessages(tx, incoming).catch(asLostRace);
  incoming.forEach((message, position) => {
    const id = ids.get(position);
    if (id === undefined) return;
    const { direction, externalId } = message.fact;
    targets.put({
      id,
      conversationId: message.thread.id,
      channelId: message.channelId,
      externalId,
      direction,
      status: direction === 'inbound' ? 'delivered' : 'sent',
    });
  });
  await linkQuotes(tx, incoming, ids, targets);
  await completeMessages(tx, repeated, targets);
  const holdsReceipts = await applyReceipts(tx, receipts, targets);
  await applyWatermarks(tx, factsOfKind(ordered, 'watermark'), people);
  const holdsChanges = await applyChanges(tx, changes, targets);
  await tellOfIdentities(tx, identities, conversations);
  await tellOfDoubts(tx, people.doubts(), identities, conversations);
  await tellOfReach(tx, factsOfKind(ordered, 'reach'), people, channels);
  await applyNews(tx, incoming);
  await applyProfiles(tx, factsOfKind(ordered, 'profile'), people);
  await applyAccountFacts(tx, factsOfKind(ordered, 'account'));
  await askForPulls(tx, [
    ...factsOfKind(ordered, 'pull').map(({ channelId, fact }) => ({ channelId, what: fact.what })),
    ...namesToAsk(fresh, channels),
  ]);
  return settled.holds || holdsReceipts || holdsChanges;
}

/**
 * Who wrote each message that is new. In the platform's order, so that a changed number counts from its change on: the
 * messages before it and after it may stand in one batch.
 */
function resolvePeople(ordered: readonly SourcedFact[], people: PeopleResolver, targets: Targets) {
  const seen = new Set<string>();
  const resolved: (SourcedFact & { fact: MessageFact; person: Person })[] = [];
  const repeated: (SourcedFact & { fact: MessageFact })[] = [];
  const identities: FollowedIdentity[] = [];
  for (const sourced of ordered) {
    if (isOfKind(sourced, 'identity')) {
      const followed = followIdentity(sourced, people);
      if (followed) identities.push(followed);
    } else if (isOfKind(sourced, 'message')) {
      const { channelId, fact } = sourced;
      const key = `${channelId}\n${fact.externalId}`;
      if (seen.has(key) || targets.find(channelId, fact.externalId)) {
        repeated.push({ ...sourced, fact });
        continue;
      }
      seen.add(key);
      resolved.push({ ...sourced, person: people.resolve(channelId, fact.contact) });
    }
  }
  return { resolved, repeated, identities };
}

function asLostRace(error: unknown): never {
  if (violatedConstraint(error)?.startsWith('conversations_one_unresolved'))
    throw new LostRace('Another conversation of this person was opened meanwhile.');
  throw error;
}

/** A quoted message that came in the same batch has an id only now; what was told of the quoting one is told again. */
async function linkQuotes(
  tx: TenantTx,
  incoming: readonly IncomingMessage[],
  ids: ReadonlyMap<number, number>,
  targets: Targets,
): Promise<void> {
  const links = incoming.flatMap((message, position) => {
    const id = ids.get(position);
    const quotedId = message.fact.replyToExternalId;
    if (id === undefined || quotedId === undefined || message.replyToId !== null) return [];
    const quoted = targets.find(message.channelId, quotedId);
    return quoted ? [{ id, quotedId: quoted.id }] : [];
  });
  if (links.length === 0) return;
  await tx.query(
    `UPDATE messages m SET reply_to_id = l.quoted_id
     FROM unnest($1::bigint[], $2::bigint[]) AS l (id, quoted_id) WHERE m.id = l.id`,
    [links.map(link => link.id), links.map(link => link.quotedId)],
  );
  await tellOfMessages(
    tx,
    links.map(link => link.id),
  );
}
