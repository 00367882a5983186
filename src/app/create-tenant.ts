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
}
export interface CreatedTenant {
  readonly tenant: TenantRecord;
  readonly admin: { readonly email: string; readonly password: string };
  readonly apiKey: string;
}

/** 16 letters and digits that are not mistaken for each other: 93 bits. */
export function generatePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return Array.from(randomBytes(16), byte => alphabet[byte % 56]).join('');
}

/** A tenant ready to use, its administrator and its first API key, which has every permission. */
export async function createTenant(
  landlord: Landlord,
  masterKeys: MasterKeys,
  input: CreateTenantInput,
): Promise<CreatedTenant> {
  const password = input.adminPassword ?? generatePassword();
  // Hashed while the server copies the template; a failure is met where the hash is wanted.
  const hashing = hashPassword(password);
  hashing.catch(() => undefined);
  const tenant = await provisionTenant(
    { landlord, masterKeys, migrations: tenantMigrations, ...(input.onStep && { onStep: input.onStep }) },
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
    },
  );
  const { key } = await createKey(landlord.db, tenant.id, 'first key', permissions);
  return { tenant, admin: { email: input.adminEmail, password }, apiKey: key };
}
