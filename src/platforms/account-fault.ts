import type { AccountFact, PlatformFault, ReceiptFact } from './inbound-fact.ts';

/**
 * What a message's failure says of the whole account: the next one would fail as well. The same thing is told once an hour,
 * however many messages it hits.
 */
export function accountFaultOf(
  { accountId, at }: Pick<ReceiptFact, 'accountId' | 'at'>,
  { code, title }: PlatformFault,
  severity: AccountFact['severity'],
): AccountFact {
  return {
    kind: 'account',
    accountId,
    at,
    externalId: `failed:${code}:${at.toISOString().slice(0, 13)}`,
    severity,
    topic: 'error',
    message: title,
    details: { code },
  };
}
