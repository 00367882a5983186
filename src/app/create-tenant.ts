import { randomBytes } from 'node:crypto';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import type { MasterKeys } from '../config/secrets.ts';
import { permissions } from '../contract/permissions.ts';
import { fillTenant, hashPassword } from '../features/users/index.ts';
import { createKey } from '../landlord/key-store.ts';
import type { Landlord } from '../landlord/landlord.ts';
import type { TenantRecord } from '../landlord/tenant-store.ts';
import { provisionTenant } from '../tenancy/provisioning.ts';

export interface CreateTenantInput {
  readonly slug: string;
  readonly name: string;
  readonly adminEmail: string;
  readonly adminPassword?: string | undefined;
  readonly server?: string | undefined;
  readonly timezone?: string | undefined;
  readonly onStep?: ((step: string) => void | Promise<void>) | undefined;
  /** Called before the tenant can be used, and with new secrets by a run that completes a killed one. */
  readonly tell?: ((secrets: TenantSecrets) => void) | undefined;
  readonly onAuditFailed?: ((error: unknown) => void) | undefined;
}
/** What is shown once. */
export interface TenantSecrets {
  readonly tenant: TenantRecord;
  readonly admin: { readonly email: string; readonly password: string };
  readonly apiKey: string;
}

/** 16 letters and digits that are not mistaken for each other: 93 bits. */
export function generatePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return Array.from(randomBytes(16), byte => alphabet[byte % 56]).join('');
}

const FIRST_KEY = 'first key';

/** A tenant ready to use, its administrator and its first API key, which has every permission. */
export async function createTenant(
  landlord: Landlord,
  masterKeys: MasterKeys,
  input: CreateTenantInput,
): Promise<TenantSecrets> {
  const password = input.adminPassword ?? generatePassword();
  const admin = { email: input.adminEmail, password };
  // Hashed while the server copies the template; a failure is met where the hash is wanted.
  const hashing = hashPassword(password);
  hashing.catch(() => undefined);
  let apiKey = '';
  const tenant = await provisionTenant(
    {
      landlord,
      masterKeys,
      migrations: tenantMigrations,
      ...(input.onStep && { onStep: input.onStep }),
      ...(input.onAuditFailed && { onAuditFailed: input.onAuditFailed }),
    },
    {
      slug: input.slug,
      name: input.name,
      adminEmail: input.adminEmail,
      timezone: input.timezone ?? 'UTC',
      ...(input.server && { server: input.server }),
      fill: async session => {
        const name = input.adminEmail.split('@')[0] ?? 'admin';
        await fillTenant(session, { name, email: input.adminEmail, passwordHash: await hashing });
      },
      handOver: async tenant => {
        apiKey = await makeFirstKey(landlord, tenant.id);
        input.tell?.({ tenant, admin, apiKey });
      },
    },
  );
  return { tenant, admin, apiKey };
}

/** A run that was killed may have left one that nobody has seen. */
async function makeFirstKey(landlord: Landlord, tenantId: string): Promise<string> {
  return landlord.transaction(async tx => {
    await tx.query('DELETE FROM api_keys WHERE tenant_id = $1 AND name = $2', [tenantId, FIRST_KEY]);
    return (await createKey(tx, tenantId, FIRST_KEY, permissions)).key;
  });
}
