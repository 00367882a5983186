import type { MessageFact, ReceiptFact } from '../../platforms/inbound-fact.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { isOfKind, type SourcedFact } from './fact-batch.ts';
import { holdEchoes } from './held-fact-store.ts';
import type { Targets } from './message-targets.ts';

type Echo = SourcedFact & { fact: MessageFact };

/**
 * Platforms tell of every message that leaves an account: of ours too. One that carries our correlator is a receipt of
 * ours. One without may be ours when something is on its way at this moment, for the platform's echo can overtake its own
 * answer: it waits until that is recorded, and its id then tells. Resolves with the facts that are left, and whether one
 * was held.
 */
export async function settleEchoes(
  tx: TenantTx,
  facts: readonly SourcedFact[],
  targets: Targets,
): Promise<{ readonly facts: readonly SourcedFact[]; readonly holds: boolean }> {
  const echoes = facts.filter(
    (sourced): sourced is Echo => isOfKind(sourced, 'message') && sourced.fact.direction === 'outbound',
  );
  if (echoes.length === 0) return { facts, holds: false };
  const receipts = new Map<SourcedFact, SourcedFact>();
  for (const echo of echoes) {
    const { correlator, externalId } = echo.fact;
    if (
      correlator !== undefined &&
      targets.find(echo.channelId, externalId, correlator)?.direction === 'outbound'
    )
      receipts.set(echo, { ...echo, fact: receiptOf(echo.fact) });
  }
  const unsure = echoes.filter(
    echo => !receipts.has(echo) && !echo.hasWaited && !targets.find(echo.channelId, echo.fact.externalId),
  );
  const busy = await channelsThatSend(
    tx,
    unsure.map(echo => echo.channelId),
  );
  const held = new Set<SourcedFact>(unsure.filter(echo => busy.has(echo.channelId)));
  await holdEchoes(
    tx,
    [...held].map(({ fact, ...source }) => ({ ...source, targetExternalId: fact.externalId })),
  );
  return {
    facts: facts.flatMap(sourced => (held.has(sourced) ? [] : [receipts.get(sourced) ?? sourced])),
    holds: held.size > 0,
  };
}

function receiptOf({ accountId, at, externalId, correlator }: MessageFact): ReceiptFact {
  return {
    kind: 'receipt',
    accountId,
    at,
    externalId,
    status: 'sent',
    metadata: { by: 'echo' },
    ...(correlator !== undefined && { correlator }),
  };
}

async function channelsThatSend(tx: TenantTx, channelIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (channelIds.length === 0) return new Set();
  const rows = await tx.query<{ id: number }>(
    `SELECT DISTINCT channel_id AS id FROM message_sends
     WHERE channel_id = ANY ($1::bigint[]) AND kind = 'message' AND claimed_until IS NOT NULL`,
    [[...new Set(channelIds)]],
  );
  return new Set(rows.map(row => row.id));
}
