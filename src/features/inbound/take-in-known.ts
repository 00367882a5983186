import type { TenantEvent } from '../../contract/events.ts';
import type { Statement } from '../../db/planes.ts';
import type { MessageFact } from '../../platforms/inbound-fact.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope } from '../../tenancy/tenants.ts';
import { conversationPatchSql, isoSql, lastMessageOf } from '../conversations/index.ts';
import { mayCount, messagesToConversations, wireMessage } from './apply-messages.ts';
import { bringsNews } from './apply-profiles.ts';
import {
  type ArrivingDelivery,
  AWAITS,
  DELIVERIES,
  DELIVERY_COLUMNS,
  valuesOfDeliveries,
} from './delivery-store.ts';
import { DRAIN_LOCK } from './drain.ts';
import { factsOfKind, inPlatformOrder, type ParsedDeliveries, type SourcedFact } from './fact-batch.ts';
import { addressesOf, continuesChat, peopleOn } from './look-up.ts';
import type { PeopleMemory } from './people-memory.ts';
import { type Address, UNRESOLVED } from './resolve-people.ts';

type SourcedMessage = SourcedFact & { readonly fact: MessageFact };
/** An address and the contact whose it is believed to be; 0: nobody's. */
type BelievedAddress = Address & { readonly contactId: number };

/** Plain messages of writers who are known from before and have a conversation open. */
export interface KnownMessages {
  readonly addresses: readonly BelievedAddress[];
  readonly messages: readonly (SourcedMessage & { readonly contactId: number; readonly chatId: number })[];
}

/** Undefined when there is anything else among them: it has to be looked up first. */
export function knownMessages(
  tenantId: string,
  deliveries: readonly ArrivingDelivery[],
  { facts, unreadable }: ParsedDeliveries,
  memory: PeopleMemory,
): KnownMessages | undefined {
  const messages = factsOfKind(facts, 'message');
  if (messages.length === 0 || messages.length < facts.length || unreadable.length > 0) return undefined;
  if (!messages.every(isPlain)) return undefined;
  // Of two with one key the first counts, which the steps see to.
  if (new Set(deliveries.map(delivery => delivery.deliveryKey)).size < deliveries.length) return undefined;
  const people = peopleOn(deliveries);
  const asked = people.formsOf(addressesOf(messages));
  const recalled = memory.recall(tenantId, asked);
  if (!recalled) return undefined;
  people.know(recalled);
  const seen = new Set<string>();
  const known: (SourcedMessage & { contactId: number; chatId: number })[] = [];
  for (const message of inPlatformOrder(messages)) {
    const { channelId, fact } = message;
    if (!continuesChat(message, people) || !people.knowsAll(channelId, fact.contact.aliases))
      return undefined;
    const key = `${channelId}\n${fact.externalId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const writer = people.find(channelId, fact.contact.aliases);
    if (!writer || bringsNews(writer, fact.contact)) return undefined;
    known.push({ ...message, contactId: writer.id, chatId: writer.chatId ?? 0 });
  }
  return {
    messages: known,
    addresses: asked.map(address => ({ ...address, contactId: people.contactOf(address) })),
  };
}

/** What the account itself wrote may be our own message: the steps find out. */
const isPlain = ({ fact }: SourcedMessage) =>
  fact.direction === 'inbound' && !fact.replyToExternalId && !fact.content.media?.length;

/** What of a message its event is made of. */
const OWN = ['id', 'position', 'sent_at', 'created_at'];
/** One of the texts that go into the events as they are; see `spellOut`. */
const written = (index: string) => `convert_from(substring($17::bytea FROM ($18::int[])[${index}]
          FOR ($18::int[])[${index} + 1] - ($18::int[])[${index}]), 'UTF8')`;

/**
 * Everything that such messages need, in one statement and so in one trip and one commit: whether the writers are still
 * who they were, the raw deliveries, the messages, their conversations, the numbered events.
 *
 * It is one snapshot. What another one commits between it and the lock was on its way when these were, and no order
 * between the two was promised; the conversation itself is looked at again when its row is locked. One that was archived
 * meanwhile leaves a message without a conversation that counts it, and the counter refuses to become null: the whole
 * statement fails, and the steps are taken. Lock order as everywhere: conversations, then the counter, which is held until
 * the commit; it asks for what has nothing to do with it, so that little is left to be done behind its lock: the checks of
 * keys and the kept counts.
 */
const takeIn = (amount: 'one' | 'many'): Statement => ({
  name: `take-in-${amount}-known`,
  text: `
  WITH writer AS MATERIALIZED (
    SELECT w.contact_id, c.is_blocked, v.id AS conversation_id
    FROM unnest($14::bigint[], $16::bigint[]) AS w (contact_id, chat_id)
    JOIN channel_contacts cc ON cc.id = w.contact_id JOIN customers c ON c.id = cc.customer_id
    LEFT JOIN conversations v ON v.id = w.chat_id AND v.channel_contact_id = cc.id AND v.thread_key = '' AND v.${UNRESOLVED}
  ), belief AS MATERIALIZED (
    SELECT NOT EXISTS (SELECT FROM writer WHERE conversation_id IS NULL)
      AND NOT EXISTS (SELECT FROM inbound_deliveries WHERE delivery_key = ANY ($2)) AND NOT EXISTS (
      SELECT FROM unnest($10::bigint[], $11::text[], $12::text[], $13::bigint[]) AS w (channel_id, kind, value, contact_id)
      LEFT JOIN customer_identities i USING (channel_id, kind, value)
      WHERE coalesce(i.channel_contact_id, 0) <> w.contact_id) AS holds
  ), turn AS MATERIALIZED (
    SELECT NOT EXISTS (SELECT FROM inbound_deliveries WHERE state = 'pending') AND pg_try_advisory_xact_lock($9) AS is_ours
    FROM belief WHERE holds
  ), stored AS (
    INSERT INTO inbound_deliveries (${DELIVERY_COLUMNS.names}, state)
    SELECT ${DELIVERY_COLUMNS.values}, CASE WHEN turn.is_ours THEN 'done' ELSE 'pending' END
    FROM turn, ${DELIVERIES}
    ORDER BY d.position
    ON CONFLICT (delivery_key) DO NOTHING RETURNING id
  ), input AS MATERIALIZED (
    SELECT i.*, w.conversation_id, i.may_count AND NOT w.is_blocked AS counts, NULL::bigint AS reply_to_id
    FROM turn CROSS JOIN ROWS FROM (json_to_recordset($15::json) AS (contact_id bigint, channel_id bigint,
      platform_message_id text, direction text, type text, content text, metadata jsonb, at timestamptz, may_count boolean,
      window_hours integer)) WITH ORDINALITY AS i (contact_id, channel_id, platform_message_id, direction, type, content,
      metadata, at, may_count, window_hours, position)
    LEFT JOIN writer w USING (contact_id)
    WHERE turn.is_ours
  ), ${messagesToConversations(amount, OWN)}
    RETURNING t.total, ${OWN.map(column => `t.${column}s, `).join('')}c.id, c.last_message_id, ${conversationPatchSql('c')} AS patch
  ), counter AS (
    UPDATE outbox_counter
    SET seq = seq + 0 * (SELECT count(*) FROM stored)
      + (SELECT CASE WHEN sum(u.total) = (SELECT count(*) FROM fresh) THEN sum(u.total) END FROM updated u)
    WHERE is_only AND EXISTS (SELECT FROM fresh) RETURNING seq
  ), told AS (
    INSERT INTO outbox_events (seq, type, aggregate, payload)
    SELECT (SELECT seq FROM counter)${amount === 'one' ? '' : ' + 1 - row_number() OVER (ORDER BY f.position DESC)'}, 'message.created',
      'conversation:' || u.id,
      ('{"message":{"id":' || f.id || ',"conversationId":' || u.id || ',"sentAt":"' || ${isoSql('f.sent_at')}
        || '","createdAt":"' || ${isoSql('f.created_at')} || '",' || ${written('2 * f.position::int - 1')} || '},"conversation":{' || u.patch
        || CASE WHEN u.last_message_id = f.id
          THEN ',"lastMessage":{"id":' || f.id || ',"sentAt":"' || ${isoSql('f.sent_at')} || '",' || ${written('2 * f.position::int')} || '}' ELSE '' END || '}}')::json
    FROM updated u, unnest(${OWN.map(column => `u.${column}s`).join(', ')}) AS f (${OWN.join(', ')})
    RETURNING seq, created_at, payload
  )
  SELECT turn.is_ours AS "isOurs", EXISTS (
      SELECT FROM input i JOIN held_facts h ON h.target_external_id = i.platform_message_id AND h.channel_id = i.channel_id
      WHERE ${AWAITS}) AS "isAwaited",
    told.seq, told.created_at AS at, told.payload
  FROM turn LEFT JOIN told ON true${amount === 'one' ? '' : ' ORDER BY told.seq'}`,
});
const TAKE_IN_ONE = takeIn('one');
const TAKE_IN_MANY = takeIn('many');

interface TakenIn {
  readonly isOurs: boolean;
  /** A held fact speaks of one of the messages. */
  readonly isAwaited: boolean;
  readonly seq: number | null;
  readonly at: Date;
  readonly payload: unknown;
}

/**
 * Resolves with undefined when the writers are not who they were, and nothing has happened; otherwise the deliveries are
 * stored, and the result is whether they are applied and no drain has to come.
 */
export async function takeInKnown(
  scope: TenantScope,
  deliveries: readonly ArrivingDelivery[],
  { addresses, messages }: KnownMessages,
): Promise<boolean | undefined> {
  const windows = new Map(
    deliveries.map(({ channelId, platform }) => [channelId, requireAdapter(platform).abilities.windowHours]),
  );
  const chats = new Map(messages.map(message => [message.contactId, message.chatId]));
  const { texts, bounds } = spellOut(messages);
  const rows = await scope.db.query<TakenIn>(messages.length === 1 ? TAKE_IN_ONE : TAKE_IN_MANY, [
    ...valuesOfDeliveries(deliveries),
    DRAIN_LOCK,
    addresses.map(address => address.channelId),
    addresses.map(address => address.kind),
    addresses.map(address => address.value),
    addresses.map(address => address.contactId),
    [...chats.keys()],
    JSON.stringify(messages.map(message => rowOf(message, windows.get(message.channelId) ?? 0))),
    [...chats.values()],
    texts,
    bounds,
  ]);
  const [first] = rows;
  if (!first) return undefined;
  const events = rows.flatMap(({ seq, at, payload }) =>
    seq === null
      ? []
      : [{ seq, type: 'message.created', at: at.toISOString(), data: payload } as TenantEvent],
  );
  if (events.length > 0) scope.publish(events);
  return first.isOurs && !first.isAwaited;
}

/** What the statement wants to know of a message. */
function rowOf({ fact, channelId, contactId }: KnownMessages['messages'][number], windowHours: number) {
  const { content, direction, externalId, at, opensWindow } = fact;
  return {
    contact_id: contactId,
    channel_id: channelId,
    platform_message_id: externalId,
    direction,
    type: content.type,
    content: content.text ?? null,
    metadata: content.metadata ?? {},
    at,
    may_count: mayCount(fact),
    window_hours: opensWindow ? windowHours : 0,
  };
}

/**
 * What of each message's event does not depend on the database: the members of `message`, then those of `lastMessage`, as
 * JSON without braces. They travel as one binary value, which nobody has to read: within JSON they would be escaped here
 * and parsed there. `bounds`: where each begins, from 1, and where the last one ends.
 */
function spellOut(messages: KnownMessages['messages']): { texts: Buffer; bounds: number[] } {
  const texts = messages.flatMap(({ fact }) => {
    const stored = { id: 0, conversationId: 0, replyToId: null, sentAt: fact.at, createdAt: fact.at };
    const message = wireMessage(fact, stored);
    const { id, conversationId, sentAt, createdAt, ...rest } = message;
    const { id: _id, sentAt: _at, ...preview } = lastMessageOf(message);
    return [members(rest), members(preview)];
  });
  const bounds = [1];
  for (const text of texts) bounds.push((bounds.at(-1) ?? 0) + Buffer.byteLength(text));
  return { texts: Buffer.from(texts.join('')), bounds };
}

const members = (object: object) => JSON.stringify(object).slice(1, -1);
