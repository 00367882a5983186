import type { MessageFact } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { storeAttachments } from '../attachments/index.ts';
import { lockMessages, tellOfMessages } from '../conversations/index.ts';
import type { SourcedFact } from './fact-batch.ts';
import type { Targets } from './message-targets.ts';

type Repeated = SourcedFact & { fact: MessageFact };

/**
 * Old messages may be handed over twice under one id: first that there was a file, and later the message with it. What
 * could not be read the first time is read now; everything else is a repetition and stays as it is.
 */
export async function completeMessages(
  tx: TenantTx,
  repeated: readonly Repeated[],
  targets: Targets,
): Promise<void> {
  const readable = repeated.filter(({ fact }) => fact.isHistory && fact.content.type !== 'unsupported');
  const byId = new Map<number, MessageFact>();
  for (const { fact, channelId } of readable) {
    const target = targets.find(channelId, fact.externalId);
    if (target) byId.set(target.id, fact);
  }
  if (byId.size === 0) return;
  const facts = [...byId.values()];
  await lockMessages(tx, [...byId.keys()]);
  const completed = await tx.query<{ id: number }>(
    `UPDATE messages m SET type = f.type, content = f.content, metadata = f.metadata, updated_at = clock_timestamp()
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::jsonb[]) AS f (id, type, content, metadata)
     WHERE m.id = f.id AND m.type = 'unsupported' AND m.deleted_at IS NULL RETURNING m.id`,
    [
      [...byId.keys()],
      facts.map(fact => fact.content.type),
      facts.map(fact => fact.content.text ?? null),
      facts.map(fact => JSON.stringify(fact.content.metadata ?? {})),
    ],
  );
  const ids = completed.map(message => message.id);
  await storeAttachments(
    tx,
    ids.flatMap(id => (byId.get(id)?.content.media ?? []).map(media => ({ messageId: id, media }))),
  );
  await tellOfMessages(tx, ids);
}
