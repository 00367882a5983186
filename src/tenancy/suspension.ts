import { Conflict } from '../kit/errors.ts';
import type { Landlord } from '../landlord/landlord.ts';
import { recordAudit } from '../landlord/operation-store.ts';
import type { TenantRecord } from '../landlord/tenant-store.ts';

const VERBS = {
  suspend: { from: 'active', to: 'suspended' },
  resume: { from: 'suspended', to: 'active' },
} as const;

/**
 * Suspended, a tenant's people are kept out and its webhooks are taken in and kept; resumed, they are dealt with. Returns
 * false when it was so already. Throws Conflict when the tenant is in the middle of something else.
 */
export async function changeSuspension(
  landlord: Landlord,
  tenant: TenantRecord,
  verb: keyof typeof VERBS,
): Promise<boolean> {
  const { from, to } = VERBS[verb];
  return landlord.transaction(async tx => {
    const [row] = await tx.query<{ status: string }>('SELECT status FROM tenants WHERE id = $1 FOR UPDATE', [
      tenant.id,
    ]);
    if (row?.status === to) return false;
    if (row?.status !== from)
      throw new Conflict(
        `"${tenant.slug}" is ${row?.status ?? 'gone'}; only a tenant that is ${from} can be ${to === 'active' ? 'resumed' : 'suspended'}.`,
      );
    await tx.query('UPDATE tenants SET status = $2, updated_at = now() WHERE id = $1', [tenant.id, to]);
    await recordAudit(tx, 'cli', `tenant.${verb}`, tenant.id, { slug: tenant.slug });
    return true;
  });
}
