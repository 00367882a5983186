export interface CommitNoticesOptions {
  /** Tells every other process. */
  readonly send: (batch: readonly (readonly [tenantId: string, seq: number])[]) => void;
  /** How many processes of this installation there are, as far as is known; this one counts. */
  readonly processCount: () => Promise<number>;
  readonly onFailure: (error: unknown) => void;
  /** Processes that start together may not know of each other until the second heartbeat: so long all is told. */
  readonly strangerMs?: number;
}

/** The adapter sends without a promise to wait for; one message a few milliseconds is enough for everybody. */
const PAUSE_MS = 10;
const LOOK_AROUND_MS = 1000;
const STRANGER_MS = 15_000;

/**
 * Tells the other processes up to which number each tenant has committed: nothing else travels between them. Several
 * numbers of one tenant that wait are one. While there is no other process they stay here, because telling nobody would
 * cost Postgres a commit; one that comes up hears of all of them.
 */
export class CommitNotices {
  readonly #options: CommitNoticesOptions;
  readonly #waiting = new Map<string, number>();
  readonly #openedAt = performance.now();
  readonly #lookout: NodeJS.Timeout;
  #isTelling = false;

  constructor(options: CommitNoticesOptions) {
    this.#options = options;
    this.#lookout = setInterval(() => void this.#tell(), LOOK_AROUND_MS);
    this.#lookout.unref();
  }

  add(tenantId: string, seq: number): void {
    this.#waiting.set(tenantId, Math.max(this.#waiting.get(tenantId) ?? 0, seq));
    void this.#tell();
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      while (this.#waiting.size > 0 && (await this.#mayBeHeard())) {
        const batch = [...this.#waiting];
        this.#waiting.clear();
        this.#options.send(batch);
        await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
      }
    } catch (error) {
      this.#options.onFailure(error);
    } finally {
      this.#isTelling = false;
    }
  }

  async #mayBeHeard(): Promise<boolean> {
    const { processCount, strangerMs = STRANGER_MS } = this.#options;
    const isNew = performance.now() - this.#openedAt < strangerMs;
    return isNew || (await processCount()) > 1;
  }

  close(): void {
    clearInterval(this.#lookout);
  }
}
