import { Session } from '../db/session.ts';
import type { Tenant } from './tenant.ts';

export interface ChannelInNeed {
  readonly id: number;
  readonly platform: string;
  readonly name: string;
  readonly health: 'reauthorise' | 'stopped' | 'warning';
  readonly healthMessage: string | null;
}
/** What stands and waits in a tenant's database. */
export interface TenantWork {
  readonly schemaVersion: string | null;
  readonly pendingDeliveries: number;
  readonly parkedDeliveries: number;
  readonly heldFacts: number;
  readonly parkedFacts: number;
  readonly unsentMessages: number;
  /** Nobody knows whether these reached the platform; they are not sent again by themselves. */
  readonly unknownMessages: number;
  /** The longest wait of what should be dealt with by now; null when nothing waits. */
  readonly oldestWaitSeconds: number | null;
  /** Those that do nothing until a person looks, and those that will not do it for ever. */
  readonly channelsInNeed: readonly ChannelInNeed[];
}
export type TenantHealth =
  | { readonly isReachable: true; readonly work: TenantWork }
  | { readonly isReachable: false; readonly error: string };

/** Asks the tenant's database over a connection of its own, as the tenant's role. Never throws. */
export async function readTenantHealth(tenant: Tenant): Promise<TenantHealth> {
  let session: Session | undefined;
  try {
    session = await Session.connect(tenant.target, 'concierge check');
    return { isReachable: true, work: await readWork(session) };
  } catch (error) {
    const { message, code } = error as { message?: string; code?: string };
    return { isReachable: false, error: message || code || 'no answer' };
  } finally {
    await session?.close();
  }
}

async function readWork(session: Session): Promise<TenantWork> {
  const [[counts], channelsInNeed] = await Promise.all([
    session.query<Omit<TenantWork, 'channelsInNeed'>>(
      `SELECT (SELECT max(name) FROM schema_migrations) AS "schemaVersion",
         (SELECT count(*) FROM inbound_deliveries WHERE state = 'pending') AS "pendingDeliveries",
         (SELECT count(*) FROM inbound_deliveries WHERE state = 'parked') AS "parkedDeliveries",
         (SELECT count(*) FROM held_facts WHERE state = 'held') AS "heldFacts",
         (SELECT count(*) FROM held_facts WHERE state = 'parked') AS "parkedFacts",
         (SELECT count(*) FROM message_sends) AS "unsentMessages",
         (SELECT count(*) FROM messages WHERE status = 'unknown') AS "unknownMessages",
         extract(epoch FROM now() - least(
           (SELECT min(received_at) FROM inbound_deliveries WHERE state = 'pending'),
           (SELECT min(next_attempt_at) FROM message_sends WHERE next_attempt_at < now())))::int AS "oldestWaitSeconds"`,
    ),
    session.query<ChannelInNeed>(
      `SELECT id, platform, name, CASE WHEN health IN ('reauthorise','stopped') THEN health ELSE 'warning' END AS health,
         CASE WHEN health IN ('reauthorise','stopped','warning') THEN health_message
           ELSE 'Its token ends on ' || to_char((check_result->>'tokenExpiresAt')::timestamptz, 'YYYY-MM-DD') END
           AS "healthMessage"
       FROM channels WHERE removed_at IS NULL AND is_active AND (health IN ('reauthorise','stopped','warning')
         OR (check_result->>'tokenExpiresAt')::timestamptz < now() + interval '14 days') ORDER BY id`,
    ),
  ]);
  return { ...(counts as Omit<TenantWork, 'channelsInNeed'>), channelsInNeed };
}
