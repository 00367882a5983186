import type { MasterKeys } from '../config/secrets.ts';
import type { Landlord } from '../landlord/landlord.ts';
import { sealContext } from './tenant.ts';

export interface ResealReport {
  readonly servers: number;
  readonly tenants: number;
}

const PAGE = 200;

interface SealedRow {
  readonly id: string;
  readonly sealed: string;
}
interface SealedColumn {
  readonly table: 'database_servers' | 'tenants';
  readonly column: 'sealed_admin_password' | 'sealed_data_key';
  /** What the seal is bound to, as an SQL expression over the row. */
  readonly key: 'name' | 'id';
  readonly context: (key: string) => string;
}
const SERVERS: SealedColumn = {
  table: 'database_servers',
  column: 'sealed_admin_password',
  key: 'name',
  context: name => `database-servers/${name}`,
};
const TENANTS: SealedColumn = {
  table: 'tenants',
  column: 'sealed_data_key',
  key: 'id',
  context: sealContext.dataKey,
};

/**
 * Seals anew what the landlord keeps under a former master key, page by page, until nothing of the kind is left. What is
 * done already is passed over, so that a run which was killed is completed by the next. Throws SealBroken when something
 * was sealed with a key that is not in the ring.
 */
export async function resealLandlord(
  landlord: Landlord,
  masterKeys: MasterKeys,
  onProgress: (line: string) => void,
): Promise<ResealReport> {
  const servers = await resealColumn(landlord, masterKeys, SERVERS, onProgress);
  return { servers, tenants: await resealColumn(landlord, masterKeys, TENANTS, onProgress) };
}

async function resealColumn(
  landlord: Landlord,
  masterKeys: MasterKeys,
  { table, column, key, context }: SealedColumn,
  onProgress: (line: string) => void,
): Promise<number> {
  let resealed = 0;
  for (;;) {
    const rows = await landlord.db.query<SealedRow>(
      `SELECT ${key}::text AS id, ${column} AS sealed FROM ${table} WHERE NOT starts_with(${column}, $1)
       ORDER BY ${key} LIMIT ${PAGE}`,
      [masterKeys.sealPrefix],
    );
    if (rows.length === 0) return resealed;
    // A row that changed since it was read is met again in the next round.
    const done = await landlord.db.query(
      `UPDATE ${table} t SET ${column} = n.sealed, updated_at = now()
       FROM unnest($1::text[], $2::text[], $3::text[]) AS n (id, before, sealed)
       WHERE t.${key}::text = n.id AND t.${column} = n.before RETURNING 1`,
      [
        rows.map(row => row.id),
        rows.map(row => row.sealed),
        rows.map(row => masterKeys.reseal(row.sealed, context(row.id))),
      ],
    );
    resealed += done.length;
    onProgress(`${resealed} of ${table} sealed anew`);
  }
}
