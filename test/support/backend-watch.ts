import type { Session } from '../../src/db/session.ts';
import type { FaultRig } from './fault-rig.ts';

const SAMPLE_MS = 250;
/** What a killed process had open is closed by Postgres when it notices. */
const CALM_AFTER_MS = 2000;

/** Counts the tenant connections that the server holds, while no kill is fresh. */
export class BackendWatch {
  most = 0;
  samples = 0;
  readonly #rig: FaultRig;
  readonly #timer: NodeJS.Timeout;
  #session: Session | undefined;
  #calmFrom = 0;
  #isBusy = false;

  constructor(rig: FaultRig) {
    this.#rig = rig;
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS);
  }

  /** Something was killed just now. */
  disturbed(): void {
    this.#calmFrom = Date.now() + CALM_AFTER_MS;
  }

  async #sample(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const startedAt = Date.now();
    try {
      this.#session ??= await this.#rig.connect();
      const [row] = await this.#session.query<{ amount: number }>(
        `SELECT count(*) AS amount FROM pg_stat_activity WHERE application_name = 'concierge tenant'`,
      );
      if (startedAt < this.#calmFrom) return;
      this.samples++;
      this.most = Math.max(this.most, row?.amount ?? 0);
    } catch {
      this.#session = undefined;
    } finally {
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#session?.close();
  }
}
