import type { DataKey } from '../config/secrets.ts';
import type { ConnectionTarget } from '../db/session.ts';
import type { TenantStatus } from '../landlord/tenant-store.ts';

/** A tenant with its secrets opened: what every piece of work for it is given. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly status: TenantStatus;
  readonly timezone: string;
  readonly schemaVersion: string | null;
  readonly connectionVersion: number;
  readonly target: ConnectionTarget;
  readonly dataKey: DataKey;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The contexts under which a tenant's secrets are sealed: a value moved to another row does not open. */
export const sealContext = {
  dataKey: (tenantId: string) => `tenants/${tenantId}/data-key`,
  password: (tenantId: string) => `tenants/${tenantId}/database-password`,
  channel: (channelToken: string) => `channels/${channelToken}/credentials`,
  route: (channelToken: string) => `channel-routes/${channelToken}/credentials`,
  session: (channelToken: string) => `channels/${channelToken}/session`,
  spill: (deliveryKey: string) => `spill/${deliveryKey}`,
};
