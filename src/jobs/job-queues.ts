import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type ConnectionTarget, isConnectionFailure } from '../db/session.ts';
import type { Logger } from '../observability/logger.ts';
import { connectRedis } from './connect-redis.ts';
import { type JobName, jobDefinitions, jobNames, type TenantAlarm } from './job-definitions.ts';

export type JobHandler = (alarm: TenantAlarm) => Promise<void>;

/** Carries alarms from the processes that notice work to the processes that do it. */
export interface JobQueues {
  /** Rings for a tenant; rings that nobody has answered yet are one. A ring that fails is logged: a sweep finds the work. */
  ring(name: JobName, alarm: TenantAlarm): Promise<void>;
  /** Starts answering in this process. */
  work(handlers: Readonly<Record<JobName, JobHandler>>): Promise<void>;
  /** Takes no more alarms, and resolves when those taken are answered: the others' processes take what rings now. */
  stopWorking(): Promise<void>;
  close(): Promise<void>;
}
export interface JobQueuesOptions {
  readonly redisUrl?: string | undefined;
  /** Without Redis the queues live in the landlord's database, in a schema of their own. */
  readonly landlord: ConnectionTarget;
  /** Keeps installations that share a Redis apart. */
  readonly installation: string;
  readonly log: Logger;
}

/** What we use of BullMQ, the same over both of its backends. */
interface QueueHandle {
  add(
    name: string,
    alarm: TenantAlarm,
    options: { deduplication: { id: string; keepLastIfActive: boolean } },
  ): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}
interface WorkerHandle {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
}
interface Backend {
  queue(name: JobName): QueueHandle;
  worker(name: JobName, process: (job: { data: unknown }) => Promise<void>): WorkerHandle;
  open(): Promise<void>;
  close(): Promise<void>;
}

const SCHEMA = 'bullmq';
const CONCURRENCY = 8;
/**
 * A job says only where to look, so one that is done twice costs nothing, and one that a killed worker held is soon taken
 * by another: as long as it is held, newer alarms of its tenant wait behind it.
 */
const WORKER_OPTIONS = {
  concurrency: CONCURRENCY,
  lockDuration: 10_000,
  stalledInterval: 3000,
  maxStalledCount: 1000,
  runRetryDelay: 1000,
};
/** While the database is away BullMQ would ask again at once, without end. */
const FAILURE_PAUSE_MS = 250;
const jobOptions = (name: JobName) => ({
  removeOnComplete: true,
  removeOnFail: 100,
  attempts: jobDefinitions[name].attempts,
  backoff: { type: 'exponential' as const, delay: 1000 },
});

/** One pool for all queues and workers: each BullMQ object would open its own otherwise. */
function postgresBackend(target: ConnectionTarget, log: Logger): Backend {
  const pool = new pg.Pool({
    ...target,
    max: 12,
    idleTimeoutMillis: 60_000,
    application_name: 'concierge jobs',
    options: `-c search_path=${SCHEMA}`,
  });
  pool.on('error', error => log.warn({ error: error.message }, 'an idle job connection was lost'));
  // One that is lost while it is in use fails its statement; nobody hears its error event, which would end the process.
  pool.on('connect', client => client.on('error', () => undefined));
  // Each queue and each worker listens to it.
  pool.setMaxListeners(4 * jobNames.length);
  const patient = patientPool(pool);
  const bound = withBackend(createPostgresBackend);
  return {
    queue: name =>
      new bound.Queue(name, {
        connection: patient,
        defaultJobOptions: jobOptions(name),
      }) as unknown as QueueHandle,
    worker: (name, process) =>
      new bound.Worker(name, process, {
        ...WORKER_OPTIONS,
        connection: patient,
      }) as unknown as WorkerHandle,
    async open() {
      const migrator = new bound.Queue('schema', {
        connection: { ...target, schema: SCHEMA, migrate: true, max: 1 },
      });
      try {
        await migrator.waitUntilReady();
      } finally {
        await migrator.close();
      }
    },
    close: () => pool.end(),
  };
}

/** What BullMQ uses of a pool; a statement that found no server takes its time to fail. */
function patientPool(pool: pg.Pool): pg.Pool {
  const slowly = async (error: unknown): Promise<never> => {
    if (isConnectionFailure(error)) await delay(FAILURE_PAUSE_MS);
    throw error;
  };
  const patient = {
    options: pool.options,
    on: pool.on.bind(pool),
    end: () => pool.end(),
    query: (text: string, values?: unknown[]) => pool.query(text, values).catch(slowly),
    connect: () => pool.connect().catch(slowly),
  };
  return patient as unknown as pg.Pool;
}

/** `prefix` keeps installations that share a Redis apart. */
function redisBackend(url: string, prefix: string, log: Logger): Backend {
  // Producers fail at once while Redis is away; workers wait for it.
  const producer = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: true });
  const consumer = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  return {
    queue: name =>
      new Queue(name, { connection: producer as never, prefix, defaultJobOptions: jobOptions(name) }),
    worker: (name, process) =>
      new Worker(name, process, { connection: consumer as never, prefix, ...WORKER_OPTIONS }),
    open: async () => {
      await Promise.all([connectRedis(producer, log), connectRedis(consumer, log)]);
    },
    close: async () => {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

/** Throws SetupError when REDIS_URL cannot be reached; nothing is left open then. */
export async function openJobQueues({
  redisUrl,
  landlord,
  installation,
  log,
}: JobQueuesOptions): Promise<JobQueues> {
  const backend = redisUrl
    ? redisBackend(redisUrl, `concierge:${installation}`, log)
    : postgresBackend(landlord, log);
  try {
    await backend.open();
  } catch (error) {
    await backend.close();
    throw error;
  }
  const queues = new Map<JobName, QueueHandle>();
  const workers: WorkerHandle[] = [];
  for (const name of jobNames) {
    const queue = backend.queue(name);
    queue.on('error', error => log.warn({ error: error.message, queue: name }, 'job queue'));
    queues.set(name, queue);
  }
  return {
    async ring(name, alarm) {
      try {
        const id = `${alarm.tenantId}${alarm.hasSpill ? '-spill' : ''}`;
        await queues.get(name)?.add(name, alarm, { deduplication: { id, keepLastIfActive: true } });
      } catch (error) {
        log.warn(
          { error, queue: name, tenantId: alarm.tenantId },
          'an alarm could not be rung; a sweep will find the work',
        );
      }
    },
    async work(handlers) {
      for (const name of jobNames) {
        const worker = backend.worker(name, async job =>
          handlers[name](jobDefinitions[name].payload.parse(job.data)),
        );
        worker.on('error', error => log.warn({ error: error.message, queue: name }, 'job worker'));
        workers.push(worker);
      }
      await Promise.all(workers.map(worker => worker.waitUntilReady()));
    },
    async stopWorking() {
      await Promise.all(workers.splice(0).map(worker => worker.close()));
    },
    async close() {
      await Promise.all(workers.splice(0).map(worker => worker.close()));
      await Promise.all([...queues.values()].map(queue => queue.close()));
      await backend.close();
    },
  };
}
