import type { AccountFact } from '../../platforms/inbound-fact.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import type { SourcedFact } from './fact-batch.ts';

type HealthNote = Pick<AccountFact, 'externalId' | 'severity' | 'topic' | 'message' | 'details'>;

/** Keeps what is to be known of a channel, once, and shows it. A stop stops the channel's sending until a person looks. */
export async function noteHealth(tx: TenantTx, channelId: number, note: HealthNote): Promise<void> {
  const [isNew] = await tx.query(
    `INSERT INTO channel_health_events (channel_id, external_id, severity, topic, message, details)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (channel_id, external_id) DO NOTHING RETURNING id`,
    [channelId, note.externalId, note.severity, note.topic, note.message, note.details],
  );
  if (!isNew || note.severity === 'info') return;
  const [channel] = await tx.query<{ health: string; is_active: boolean }>(
    `UPDATE channels SET health = CASE WHEN $2 = 'stop' THEN 'stopped' WHEN health = 'ok' OR health = 'unknown' THEN 'warning'
       ELSE health END, health_message = $3, updated_at = now() WHERE id = $1 RETURNING health, is_active`,
    [channelId, note.severity, note.message],
  );
  if (channel)
    tx.emit(
      eventDraft('channel.updated', `channel:${channelId}`, {
        channelId,
        health: channel.health,
        isActive: channel.is_active,
      }),
    );
}

/** What the platform says of the account. Of templates that changed it is asked anew by whoever wants to see them. */
export async function applyAccountFacts(
  tx: TenantTx,
  facts: readonly (SourcedFact & { fact: AccountFact })[],
): Promise<void> {
  for (const { fact, channelId } of facts) await noteHealth(tx, channelId, fact);
  const changed = facts.filter(({ fact }) => /^(message_)?template_/.test(fact.topic));
  if (changed.length > 0)
    await tx.query('UPDATE channels SET templates_synced_at = NULL WHERE id = ANY ($1::bigint[])', [
      changed.map(({ channelId }) => channelId),
    ]);
}
