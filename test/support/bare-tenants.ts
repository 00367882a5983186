import { randomBytes, randomUUID } from 'node:crypto';
import { DataKey } from '../../src/config/secrets.ts';
import { quoted } from '../../src/tenancy/cluster.ts';
import { scramVerifier } from '../../src/tenancy/scram.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { asSuperuser, testPostgres } from './test-postgres.ts';

export interface BareTenants {
  readonly tenants: readonly Tenant[];
  /** All databases and roles are named so. */
  readonly prefix: string;
  close(): Promise<void>;
}

/** Many tenants quickly: real databases and roles, but empty and without a landlord. */
export async function createBareTenants(count: number): Promise<BareTenants> {
  const server = await testPostgres();
  const prefix = `bare_${randomBytes(4).toString('hex')}_`;
  const tenants = Array.from({ length: count }, (_, index): Tenant => {
    const name = `${prefix}${String(index).padStart(3, '0')}`;
    return {
      id: randomUUID(),
      slug: name.replaceAll('_', '-'),
      name,
      status: 'active',
      timezone: 'UTC',
      schemaVersion: null,
      connectionVersion: 1,
      settings: {},
      dataKey: new DataKey(randomBytes(32)),
      target: { ...server, database: name, user: name, password: randomBytes(18).toString('hex') },
    };
  });
  await asSuperuser(async session => {
    for (const { target } of tenants) {
      const verifier = scramVerifier(target.password);
      await session.query(`CREATE ROLE ${quoted(target.user)} LOGIN PASSWORD '${verifier}'`);
      await session.query(
        `CREATE DATABASE ${quoted(target.database)} TEMPLATE template0 STRATEGY file_copy OWNER ${quoted(target.user)}`,
      );
    }
  });
  return {
    tenants,
    prefix,
    close: () =>
      asSuperuser(async session => {
        for (const { target } of tenants) {
          await session.query(`DROP DATABASE ${quoted(target.database)} WITH (FORCE)`);
          await session.query(`DROP ROLE ${quoted(target.user)}`);
        }
      }),
  };
}
