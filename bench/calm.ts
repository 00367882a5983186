import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { CpuMeter } from './cpu-meter.ts';
import type { Figures } from './report.ts';

/** Others may take so much of the processors' time before a round counts as disturbed. */
const CALM_SHARE = 0.1;
const GLANCE_MS = 700;
const WAIT_MS = 10_000;
const TRIES = 3;
/** A round begins with so much that is not counted, on either side: statements are planned, pages are there. */
export const LEAD_IN_SECONDS = 2;

/** Milliseconds that all processors together have worked. */
function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys, 0);
}

/**
 * Runs measured rounds and tells with each how much of the processors' time went to others (`othersPercent`). When it is
 * `patient` it begins when the machine is calm and repeats a round that was disturbed; the calmest one counts.
 */
export class Calm {
  readonly #meter: CpuMeter;
  readonly #isPatient: boolean;

  constructor(meter: CpuMeter, isPatient: boolean) {
    this.#meter = meter;
    this.#isPatient = isPatient;
  }

  async round(serverPid: number, play: () => Promise<Figures>): Promise<Figures> {
    let best: Figures | undefined;
    for (let attempt = 0; attempt < (this.#isPatient ? TRIES : 1); attempt++) {
      if (this.#isPatient) await this.#whenCalm(serverPid);
      const { result, othersShare } = await this.#watched(serverPid, play);
      const figures = { ...result, ...(othersShare !== undefined && { othersPercent: othersShare * 100 }) };
      if (!best || (figures.othersPercent ?? 0) < (best.othersPercent ?? 0)) best = figures;
      if ((othersShare ?? 0) <= CALM_SHARE) break;
    }
    return best ?? {};
  }

  async #whenCalm(serverPid: number): Promise<void> {
    const until = Date.now() + WAIT_MS;
    while (Date.now() < until) {
      const { othersShare } = await this.#watched(serverPid, () => delay(GLANCE_MS));
      if ((othersShare ?? 0) <= CALM_SHARE) return;
    }
  }

  /** `othersShare` of what all processors could have done meanwhile; undefined where the system does not tell. */
  async #watched<Result>(
    serverPid: number,
    work: () => Promise<Result>,
  ): Promise<{ result: Result; othersShare: number | undefined }> {
    const before = { at: performance.now(), busy: busyMs(), own: this.#ownMs(serverPid) };
    const result = await work();
    const own = this.#ownMs(serverPid);
    if (own === undefined || before.own === undefined) return { result, othersShare: undefined };
    const others = busyMs() - before.busy - (own - before.own);
    const possible = (performance.now() - before.at) * cpus().length;
    return { result, othersShare: Math.max(0, others / possible) };
  }

  #ownMs(serverPid: number): number | undefined {
    const reading = this.#meter.read(serverPid);
    const { user, system } = process.cpuUsage();
    return reading && reading.serverMs + reading.postgresMs + (user + system) / 1000;
  }
}
