import { hostname } from 'node:os';
import type { LandlordDb } from '../db/planes.ts';

/** A process of Concierge that is connected to the landlord's database, here or on another machine. */
export interface ConciergeProcess {
  readonly role: string;
  readonly pid: number;
  readonly host: string;
  /** Ids of the master keys that it opens sealed values with. */
  readonly keyIds: readonly string[];
}

const NAME = /^concierge (\w+) (\d+)@(\S+) key (\S+)$/;

/** What Postgres shows of our connections: who it is, and which master keys it holds. At most 63 bytes, the server cuts. */
export function processName(role: string, keyIds: readonly string[]): string {
  const host =
    hostname()
      .replaceAll(/[^\w.-]/g, '')
      .slice(0, 12) || 'here';
  return `concierge ${role} ${process.pid}@${host} key ${keyIds.join('+')}`;
}

/** Every other process that has the landlord open. */
export async function otherProcesses(db: LandlordDb): Promise<ConciergeProcess[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT DISTINCT application_name AS name FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'concierge % key %'`,
  );
  const own = NAME.exec(processName('own', ['none']));
  return rows.flatMap(({ name }) => {
    const [, role = '', pid = '', host = '', keys = ''] = NAME.exec(name) ?? [];
    const isOther = role !== '' && !(pid === own?.[2] && host === own[3]);
    return isOther ? [{ role, pid: Number(pid), host, keyIds: keys.split('+') }] : [];
  });
}
