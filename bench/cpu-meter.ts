import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Session } from '../src/db/session.ts';
import type { World } from './world.ts';

/** Milliseconds of processor time, however long others kept the processors busy meanwhile. */
export interface CpuReading {
  readonly serverMs: number;
  readonly postgresMs: number;
}
export interface CpuMeter {
  /** Undefined where the system does not tell (it has no /proc). */
  read(serverPid: number): CpuReading | undefined;
}

const MS_PER_TICK = 10;
const GLANCE_MS = 1000;
const IDLE_SHARE = 0.06;
const IDLE_PATIENCE_MS = 60_000;

function statOf(pid: number | string): { parent: number; ms: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    // After the name: state, parent, …; user and system time are the 12th and 13th, those of ended children follow.
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, ms: (user + system + childUser + childSystem) * MS_PER_TICK };
  } catch {
    return undefined;
  }
}

/** Resolves when a server has next to nothing to do: what it began at its start is over. */
export async function whenIdle(meter: CpuMeter, serverPid: number): Promise<void> {
  const until = Date.now() + IDLE_PATIENCE_MS;
  let before = meter.read(serverPid);
  while (before && Date.now() < until) {
    await delay(GLANCE_MS);
    const now = meter.read(serverPid);
    if (!now || now.serverMs - before.serverMs < GLANCE_MS * IDLE_SHARE) return;
    before = now;
  }
}

/** Reads the processor time of a server process and of all of Postgres together. */
export async function openCpuMeter(world: World): Promise<CpuMeter> {
  const session = await Session.connect(world.superuser, 'bench');
  const [backend] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const postmaster = statOf(backend?.pid ?? 0)?.parent;
  await session.close();
  return {
    read(serverPid) {
      const server = statOf(serverPid);
      if (!server || postmaster === undefined) return undefined;
      const all = readdirSync('/proc').filter(name => /^\d+$/.test(name));
      const postgres = all.map(statOf).filter(stat => stat?.parent === postmaster);
      const own = statOf(postmaster)?.ms ?? 0;
      return {
        serverMs: server.ms,
        postgresMs: postgres.reduce((sum, stat) => sum + (stat?.ms ?? 0), own),
      };
    },
  };
}
