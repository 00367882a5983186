import type { Platform } from '../../contract/primitives.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { KeptFile } from '../../media/keep-file.ts';
import type { MediaRef } from '../../platforms/inbound-fact.ts';
import { adapters } from '../../platforms/registry.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { setHealth } from '../channels/index.ts';
import { lockMessages, tellOfMessages } from '../conversations/index.ts';

/** A file to be fetched, with all that is needed to find it. */
export interface WaitingFile {
  readonly id: number;
  readonly messageId: number;
  readonly publicId: string;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly type: MediaRef['type'];
  readonly platform_media_id: string | null;
  readonly platform_url: string | null;
  readonly mime_type: string | null;
  readonly filename: string | null;
  readonly file_size: number | null;
  readonly platform: Platform;
  readonly settings: Record<string, unknown>;
  readonly sealed_credentials: string;
  readonly webhook_token: string;
  readonly trusts_api_url: boolean;
  readonly channel_id: number;
}

/** The body of a delivery that a file may lie in. */
export async function deliveredBody(db: TenantDb, deliveryKey: string): Promise<Buffer | undefined> {
  const rows = await db.query<{ body: Buffer }>(
    'SELECT body FROM inbound_deliveries WHERE delivery_key = $1',
    [deliveryKey],
  );
  return rows[0]?.body;
}

/** Longer than any fetch may take: a claim that is older belongs to a worker that died. */
const CLAIM_SECONDS = 300;

/** Their files lie here already, in what was delivered. */
const unpacked = Object.values(adapters)
  .filter(adapter => adapter.unpackMedia !== undefined)
  .map(adapter => `'${adapter.platform}'`)
  .join(', ');
/** A platform that knows us no longer is not asked until somebody has set the credential right; some need not be asked. */
const CAN_BE_ASKED = `NOT EXISTS (SELECT FROM messages m JOIN channels ch ON ch.id = m.channel_id
    WHERE m.id = a.message_id AND ch.health = 'reauthorise' AND ch.removed_at IS NULL AND ch.platform NOT IN (${unpacked}))`;

/** Claims files whose time has come; those of removed channels wait for nothing any more. */
export async function claimFiles(tx: TenantTx, limit: number): Promise<WaitingFile[]> {
  return tx.query<WaitingFile>(
    `WITH due AS (
       SELECT a.id FROM message_attachments a WHERE a.state = 'waiting' AND a.next_attempt_at <= now()
         AND (a.claimed_until IS NULL OR a.claimed_until < now()) AND ${CAN_BE_ASKED}
       ORDER BY a.next_attempt_at LIMIT $1 FOR UPDATE OF a SKIP LOCKED
     ), claimed AS (
       UPDATE message_attachments a SET claimed_until = now() + interval '${CLAIM_SECONDS} seconds', attempts = attempts + 1
       FROM due WHERE a.id = due.id RETURNING a.*
     )
     SELECT a.id, a.message_id AS "messageId", a.public_id AS "publicId", a.attempts, a.created_at AS "createdAt", a.type, a.platform_media_id,
       a.platform_url, a.mime_type, a.filename, a.file_size, ch.id AS channel_id, ch.platform, ch.settings,
       ch.sealed_credentials, ch.webhook_token, ch.trusts_api_url
     FROM claimed a JOIN messages m ON m.id = a.message_id JOIN channels ch ON ch.id = m.channel_id ORDER BY a.id`,
    [limit],
  );
}

/** When the next file wants its try, in milliseconds; undefined when none waits. */
export async function nextFetchInMs(db: Pick<TenantTx, 'query'>): Promise<number | undefined> {
  const [row] = await db.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM min(greatest(next_attempt_at, coalesce(claimed_until, next_attempt_at))) - now()) * 1000)::float8
       AS ms FROM message_attachments a WHERE state = 'waiting' AND ${CAN_BE_ASKED}`,
  );
  return row?.ms == null ? undefined : Math.max(20, row.ms);
}

/**
 * False: the message was deleted meanwhile, and nobody wants the file any more. A file that another try has stored or
 * given up on is wanted: it lies under the same key.
 */
export async function recordStored(scope: TenantScope, id: number, file: KeptFile): Promise<boolean> {
  const isNew = await change(
    scope,
    id,
    `UPDATE message_attachments SET state = 'stored', url = $2, thumbnail_url = $3, mime_type = $4, type = $5,
       file_size = $6, width = $7, height = $8, error = NULL, claimed_until = NULL
     WHERE id = $1 AND state <> 'stored' RETURNING message_id AS "messageId"`,
    [
      file.key,
      file.thumbnailKey ?? null,
      file.mimeType,
      file.kind,
      file.size,
      file.width ?? null,
      file.height ?? null,
    ],
  );
  if (isNew) return true;
  const [row] = await scope.db.query('SELECT id FROM message_attachments WHERE id = $1', [id]);
  return row !== undefined;
}

/** `error` is a sentence for an agent. */
export async function recordUnavailable(scope: TenantScope, id: number, error: string): Promise<void> {
  await change(
    scope,
    id,
    `UPDATE message_attachments SET state = 'unavailable', error = $2, claimed_until = NULL
     WHERE id = $1 AND state = 'waiting' RETURNING message_id AS "messageId"`,
    [error],
  );
}

export async function recordLater(scope: TenantScope, id: number, waitMs: number): Promise<void> {
  await scope.db.query(
    `UPDATE message_attachments SET claimed_until = NULL, next_attempt_at = now() + $2 * interval '1 millisecond'
     WHERE id = $1 AND state = 'waiting'`,
    [id, waitMs],
  );
}

/** The channel's credential works no longer: its files wait for a new one, and the tries are not counted. */
export async function recordForbidden(
  scope: TenantScope,
  { id, channel_id }: Pick<WaitingFile, 'id' | 'channel_id'>,
  error: string,
): Promise<void> {
  await scope.transaction(async tx => {
    await tx.query(
      `UPDATE message_attachments SET claimed_until = NULL, attempts = greatest(attempts - 1, 0), next_attempt_at = now()
       WHERE id = $1 AND state = 'waiting'`,
      [id],
    );
    await setHealth(tx, channel_id, 'reauthorise', error);
  });
}

/** Lock order: the message, then its file; those of one message are fetched at the same time. */
async function change(
  scope: TenantScope,
  id: number,
  text: string,
  values: readonly unknown[],
): Promise<boolean> {
  return scope.transaction(async tx => {
    const [file] = await tx.query<{ messageId: number | null }>(
      'SELECT message_id AS "messageId" FROM message_attachments WHERE id = $1',
      [id],
    );
    if (file?.messageId) await lockMessages(tx, [file.messageId]);
    const rows = await tx.query<{ messageId: number }>(text, [id, ...values]);
    await tellOfMessages(
      tx,
      rows.map(row => row.messageId),
    );
    return rows.length > 0;
  });
}
