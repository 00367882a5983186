import type { EditFact, MediaRef, ReactionFact, RevokeFact } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { storeAttachments } from '../attachments/index.ts';
import { lockMessages, tellOfMessages } from '../conversations/index.ts';
import type { SourcedFact } from './fact-batch.ts';
import { holdForTarget } from './held-fact-store.ts';
import type { Targets } from './message-targets.ts';

type Change = SourcedFact & { fact: ReactionFact | EditFact | RevokeFact };

/**
 * Reactions, edits and revokes of messages that are there; the others are held until their message comes. They are rare:
 * one statement each. Nothing here opens a window, reopens a conversation or counts as unread. Resolves with whether one
 * was held.
 */
export async function applyChanges(
  tx: TenantTx,
  changes: readonly Change[],
  targets: Targets,
): Promise<boolean> {
  if (changes.length === 0) return false;
  const touched = new Set<number>();
  const unknown: Parameters<typeof holdForTarget>[1][number][] = [];
  const targetOf = ({ fact, channelId }: Change) => targets.find(channelId, fact.targetExternalId);
  await lockMessages(
    tx,
    changes.flatMap(change => targetOf(change)?.id ?? []),
  );
  for (const change of changes) {
    const { fact, channelId, deliveryId, factIndex } = change;
    const target = targetOf(change);
    if (!target) {
      unknown.push({ deliveryId, factIndex, channelId, targetExternalId: fact.targetExternalId });
      continue;
    }
    if (await applyChange(tx, fact, target.id)) touched.add(target.id);
  }
  await holdForTarget(tx, unknown, 'message');
  await tellOfMessages(tx, [...touched]);
  return unknown.length > 0;
}

async function applyChange(tx: TenantTx, fact: Change['fact'], messageId: number): Promise<boolean> {
  const apply = fact.kind === 'reaction' ? react : fact.kind === 'edit' ? edit : revoke;
  const rows = await apply(tx, fact as never, messageId);
  return rows.length > 0;
}

/**
 * Each side has one reaction; a newer one replaces it, an older one that comes late does not. One that was taken back
 * stays as a row without an emoji: the reaction itself may come later than its end.
 */
function react(tx: TenantTx, fact: ReactionFact, messageId: number) {
  const side = fact.direction === 'inbound' ? 'customer' : 'user';
  return tx.query(
    `INSERT INTO message_reactions AS r (message_id, side, emoji, reacted_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (message_id, side) DO UPDATE SET emoji = excluded.emoji, reacted_at = excluded.reacted_at, user_id = NULL
       WHERE r.reacted_at < excluded.reacted_at OR (r.reacted_at = excluded.reacted_at AND r.emoji <> excluded.emoji)
     RETURNING id`,
    [messageId, side, fact.emoji, fact.at],
  );
}

/**
 * The words before stay in message_edits; other files take the place of those that were there. A deleted message is not
 * edited, an older edit does not undo a newer one, and one that nobody can read changes nothing.
 */
async function edit(tx: TenantTx, { content, at }: EditFact, messageId: number) {
  if (content.type === 'unsupported') return [];
  const media = content.media ?? [];
  const hasOtherFiles = media.length > 0 && (await areOtherFiles(tx, messageId, media));
  const changed = await tx.query(
    `WITH before AS (SELECT id, content FROM messages WHERE id = $1 FOR UPDATE), changed AS (
       UPDATE messages m SET content = $2, edited_at = $3, updated_at = clock_timestamp(),
         type = CASE WHEN $4 THEN $5 ELSE m.type END
       FROM before b
       WHERE m.id = b.id AND m.deleted_at IS NULL AND (m.edited_at IS NULL OR m.edited_at < $3)
         AND (m.content IS DISTINCT FROM $2 OR $4)
       RETURNING m.id, b.content
     )
     INSERT INTO message_edits (message_id, previous_content, edited_at) SELECT id, content, $3 FROM changed RETURNING id`,
    [messageId, content.text ?? null, at, hasOtherFiles, content.type],
  );
  if (changed.length === 0 || !hasOtherFiles) return changed;
  await tx.query('DELETE FROM message_attachments WHERE message_id = $1', [messageId]);
  await storeAttachments(
    tx,
    media.map(file => ({ messageId, media: file })),
  );
  return changed;
}

async function areOtherFiles(tx: TenantTx, messageId: number, media: readonly MediaRef[]): Promise<boolean> {
  const stored = await tx.query<{ name: string }>(
    'SELECT coalesce(platform_media_id, platform_url) AS name FROM message_attachments WHERE message_id = $1',
    [messageId],
  );
  const names = new Set(stored.map(file => file.name));
  return media.length !== stored.length || media.some(file => !names.has(file.id ?? file.url ?? ''));
}

/** The row stays, its words, files and history go. */
function revoke(tx: TenantTx, fact: RevokeFact, messageId: number) {
  return tx.query(
    `WITH gone AS (
       UPDATE messages SET content = NULL, metadata = '{}', deleted_at = $2, updated_at = clock_timestamp()
       WHERE id = $1 AND deleted_at IS NULL RETURNING id
     ), edits AS (DELETE FROM message_edits e USING gone WHERE e.message_id = gone.id),
        files AS (DELETE FROM message_attachments a USING gone WHERE a.message_id = gone.id),
        layouts AS (DELETE FROM message_layouts l USING gone WHERE l.message_id = gone.id)
     SELECT id FROM gone`,
    [messageId, fact.at],
  );
}
