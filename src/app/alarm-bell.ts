import type { JobName } from '../jobs/job-definitions.ts';
import type { JobQueues } from '../jobs/job-queues.ts';
import type { TenantLanes } from '../jobs/tenant-lanes.ts';

export interface IngestHint {
  readonly hasSpill: boolean;
}
export interface LocalLanes {
  readonly ingest: TenantLanes<IngestHint>;
  readonly send: TenantLanes;
  /** Woken by the lanes for sending. */
  readonly slowSend: TenantLanes;
  readonly files: TenantLanes;
  readonly pull: TenantLanes;
  readonly care: TenantLanes;
  /** Open lines: those of a tenant are looked at. */
  readonly lines: { look(tenantId: string): void };
}

/** Rings for work on a tenant: in this process when it works itself, otherwise through the queues. */
export class AlarmBell {
  readonly #queues: JobQueues;
  #lanes: LocalLanes | undefined;

  constructor(queues: JobQueues) {
    this.#queues = queues;
  }

  attach(lanes: LocalLanes | undefined): void {
    this.#lanes = lanes;
  }

  #ring(name: JobName, tenantId: string, hasSpill?: boolean): void {
    void this.#queues.ring(name, { tenantId, ...(hasSpill && { hasSpill }) });
  }

  ingest(tenantId: string, hasSpill = false): void {
    if (this.#lanes) this.#lanes.ingest.wake(tenantId, { hasSpill });
    else this.#ring('ingest-delivery', tenantId, hasSpill);
  }
  send(tenantId: string): void {
    if (this.#lanes) this.#lanes.send.wake(tenantId);
    else this.#ring('send-message', tenantId);
  }
  files(tenantId: string): void {
    if (this.#lanes) this.#lanes.files.wake(tenantId);
    else this.#ring('fetch-files', tenantId);
  }
  pull(tenantId: string): void {
    if (this.#lanes) this.#lanes.pull.wake(tenantId);
    else this.#ring('pull', tenantId);
  }
  care(tenantId: string): void {
    if (this.#lanes) this.#lanes.care.wake(tenantId);
    else this.#ring('care-for-tenant', tenantId);
  }
  /** In this process only: the others hear of it by themselves. */
  lines(tenantId: string): void {
    this.#lanes?.lines.look(tenantId);
  }
  /** Resolves after a visit that began later than this call; `undefined` where this process does not work itself. */
  ingested(tenantId: string): Promise<void> | undefined {
    return this.#lanes?.ingest.visited(tenantId, { hasSpill: true });
  }
}
