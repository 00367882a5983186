import { randomUUID } from 'node:crypto';
import type { Context } from '../src/app/build-context.ts';
import {
  type ChannelRow,
  findChannel,
  openSettings,
  platformIo,
  setHealth,
} from '../src/features/channels/index.ts';
import { lineHost } from '../src/features/inbound/index.ts';
import { backoffMs } from '../src/kit/backoff.ts';
import { memoryBytes } from '../src/kit/memory.ts';
import {
  claimLines,
  type HeldLine,
  LEASE_SECONDS,
  renewLines,
  restLine,
  wakeLine,
} from '../src/landlord/line-store.ts';
import { type LineState, type OpenLine, Rejected } from '../src/platforms/adapter.ts';
import { adapters, requireAdapter } from '../src/platforms/registry.ts';
import type { TenantScope } from '../src/tenancy/tenants.ts';

/** In milliseconds. */
export interface LineTiming {
  readonly renewEvery: number;
  /** A line that could not be prolonged for so long is closed, which may take ten seconds, before its lease ends. */
  readonly closeAfter: number;
  /** What a line was opened with is compared with its channel, in case that nobody told us of a change. */
  readonly compareEvery: number;
}
const lineTiming: LineTiming = {
  renewEvery: 15_000,
  closeAfter: (LEASE_SECONDS - 12) * 1000,
  compareEvery: 60_000,
};
const ANSWER_WITHIN_MS = 30_000;
/** A line that a person has to look at is asked about again after this time, in case that nobody told us. */
const REST_MS = 5 * 60_000;
const BACKOFF = { baseMs: 2000, maximumMs: 5 * 60_000 };
const MEGABYTE = 1024 * 1024;

interface Running {
  readonly held: HeldLine;
  /** Of the row that the line was opened with. */
  opened?: { readonly line: OpenLine; readonly version: string };
  /** What the line said last of its channel. */
  told?: LineState['health'];
  isLost: boolean;
  isClosing: boolean;
  done: Promise<void>;
}

const keyOf = ({ tenantId, channelId }: Pick<HeldLine, 'tenantId' | 'channelId'>) =>
  `${tenantId}/${channelId}`;
/** What a line was opened by; another one wants it opened anew. */
const versionOf = (row: ChannelRow | undefined) =>
  row?.is_active ? `${JSON.stringify(row.settings)}${row.sealed_credentials}` : '';

const mayOpen = (row: ChannelRow) =>
  row.is_active && row.sealed_credentials !== '' && row.health !== 'reauthorise';

/**
 * Holds the open lines of channels that are listened to (mail, WhatsApp Web): each by one process at a time, which the
 * landlord's table decides. A process that cannot prolong what it holds closes it before anybody else may take it.
 */
export class LineKeeper {
  readonly #context: Context;
  readonly #timing: LineTiming;
  readonly #holder = randomUUID();
  readonly #running = new Map<string, Running>();
  readonly #failures = new Map<string, number>();
  #renewedAt = Date.now();
  #comparedAt = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #lapse: NodeJS.Timeout | undefined;
  #tick: Promise<void> | undefined;
  #isAgain = false;
  #isStopping = false;

  constructor(context: Context, timing = lineTiming) {
    this.#context = context;
    this.#timing = timing;
  }

  start(): void {
    this.#timer = setInterval(() => this.#wake(), this.#timing.renewEvery);
    this.#wake();
  }

  /** Something of this tenant changed: its lines are looked at, and those that nobody holds are taken. */
  look(tenantId: string): void {
    for (const running of this.#running.values())
      if (running.held.tenantId === tenantId) void this.#compare(running);
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    clearTimeout(this.#lapse);
    await this.#tick;
    clearTimeout(this.#lapse);
    await Promise.all([...this.#running.values()].map(running => this.#end(running)));
  }

  /** One at a time; asked for during one, there is another. */
  #wake(): void {
    if (this.#isStopping) return;
    if (this.#tick !== undefined) {
      this.#isAgain = true;
      return;
    }
    this.#tick = this.#renewAndClaim()
      .catch(error => this.#context.log.warn({ error }, 'lines cannot be renewed at the moment'))
      .finally(() => {
        this.#tick = undefined;
        if (!this.#isAgain) return;
        this.#isAgain = false;
        this.#wake();
      });
  }

  async #renewAndClaim(): Promise<void> {
    const { db } = this.#context.landlord;
    const before = [...this.#running.values()];
    const askedAt = Date.now();
    try {
      const lines = await renewLines(db, this.#holder);
      const renewed = new Set(lines.map(keyOf));
      this.#renewedAt = askedAt;
      clearTimeout(this.#lapse);
      const leftMs = askedAt + this.#timing.closeAfter - Date.now();
      this.#lapse = setTimeout(() => this.#loseAll(), leftMs);
      for (const running of before) if (!renewed.has(keyOf(running.held))) this.#lose(running);
      // What could not be given back when it ended is prolonged with the others, and would be nobody's for ever.
      for (const line of lines)
        if (!this.#running.has(keyOf(line))) await restLine(db, this.#holder, line, 0);
    } catch (error) {
      if (!this.#isHeld()) this.#loseAll();
      throw error;
    }
    if (Date.now() - this.#comparedAt >= this.#timing.compareEvery) {
      this.#comparedAt = Date.now();
      for (const running of this.#running.values()) void this.#compare(running);
    }
    for (const adapter of Object.values(adapters)) {
      if (!adapter.open || this.#isStopping) continue;
      const { platform, lineMegabytes = 1 } = adapter;
      const held = [...this.#running.values()].filter(running => running.held.platform === platform);
      const room = Math.floor(memoryBytes() / 2 / MEGABYTE / lineMegabytes) - held.length;
      for (const line of await claimLines(
        db,
        this.#holder,
        [platform],
        Math.max(room, held.length === 0 ? 1 : 0),
      ))
        await this.#take(line);
    }
  }

  /** One that is still being closed here is nobody's until it is closed. */
  async #take(line: HeldLine): Promise<void> {
    if (this.#running.has(keyOf(line)))
      await restLine(this.#context.landlord.db, this.#holder, line, this.#timing.renewEvery);
    else this.#run(line);
  }

  #isHeld(): boolean {
    return Date.now() < this.#renewedAt + LEASE_SECONDS * 1000;
  }

  #loseAll(): void {
    for (const running of this.#running.values()) this.#lose(running);
  }

  #lose(running: Running): void {
    if (running.isLost) return;
    running.isLost = true;
    void this.#end(running);
  }

  async #end(running: Running): Promise<void> {
    running.isClosing = true;
    await running.opened?.line.close();
    await running.done;
  }

  async #compare(running: Running): Promise<void> {
    const { tenantId, channelId } = running.held;
    try {
      const row = await this.#context.tenants.run(tenantId, ({ db }) => findChannel(db, channelId));
      if (running.opened && running.opened.version !== versionOf(row)) await this.#end(running);
    } catch (error) {
      this.#context.log.debug({ error, channelId }, 'a line could not be compared with its channel');
    }
  }

  #run(held: HeldLine): void {
    const running: Running = { held, isLost: false, isClosing: false, done: Promise.resolve() };
    this.#running.set(keyOf(held), running);
    running.done = this.#hold(running)
      .catch(error => {
        // Its tenant's database is not at hand, or is being upgraded: soon again.
        this.#context.log.warn({ error, channelId: held.channelId }, 'a line could not be opened');
        return 4 * BACKOFF.baseMs;
      })
      .then(restMs => this.#giveBack(running, restMs));
  }

  async #giveBack(running: Running, restMs: number): Promise<void> {
    const { held } = running;
    const { landlord, log } = this.#context;
    let nextInMs = restMs;
    try {
      await restLine(landlord.db, this.#holder, held, restMs);
      if (restMs === REST_MS && (await this.#isWanted(held))) {
        await wakeLine(landlord.db, held.tenantId, held.channelId);
        nextInMs = 0;
      }
    } catch (error) {
      log.debug({ error }, 'a line could not be given back; its lease runs out');
    }
    if (this.#running.get(keyOf(held)) === running) this.#running.delete(keyOf(held));
    if (!this.#isStopping)
      setTimeout(() => this.#wake(), Math.min(nextInMs + 50, this.#timing.renewEvery)).unref();
  }

  /** While it came to its end somebody may have set right what ended it, and found the line still held. */
  async #isWanted({ tenantId, channelId }: HeldLine): Promise<boolean> {
    const row = await this.#context.tenants.run(tenantId, ({ db }) => findChannel(db, channelId));
    return row !== undefined && mayOpen(row) && row.health !== 'stopped';
  }

  /** Resolves when the line is over, with how long it rests. */
  async #hold(running: Running): Promise<number> {
    const { held } = running;
    const { tenants, log, lines, bell, config, publicUrl } = this.#context;
    const { tenantId, channelId } = held;
    const run = <T>(work: (scope: TenantScope) => Promise<T>) => tenants.run(tenantId, work);
    const found = await run(async ({ db, tenant }) => ({ row: await findChannel(db, channelId), tenant }));
    const { row, tenant } = found;
    const adapter = requireAdapter(held.platform);
    if (!row || !mayOpen(row) || !adapter.open) return REST_MS;
    const { providerUrls, outboundAllow } = config;
    const settings = openSettings(tenant, row);
    const io = platformIo(
      { providerUrls, outboundAllow, publicUrl, answerWithinMs: ANSWER_WITHIN_MS },
      row,
      settings,
    );
    const host = lineHost({
      tenant,
      channel: row,
      run,
      fence: held.fence,
      isHeld: () => !running.isLost && this.#isHeld(),
      onDeliveries: () => bell.ingest(tenantId),
    });
    const openedAt = Date.now();
    try {
      const tell = async (state: LineState) => {
        await host.tell(state);
        running.told = state.health;
      };
      const line = await adapter.open(settings, io, { ...host, tell });
      running.opened = { line, version: versionOf(row) };
      if (running.isClosing) void line.close();
      // Its channel may have been changed while it was opened.
      else void this.#compare(running);
      if (line.send) {
        lines.put(tenantId, channelId, line);
        bell.send(tenantId);
      }
      await line.ended;
      this.#failures.delete(keyOf(held));
      return 0;
    } catch (error) {
      if (running.isLost) return 0;
      if (error instanceof Rejected) {
        const health = error.scope === 'account' ? 'stopped' : 'reauthorise';
        // Said already, it may have been answered already: by a person who wants it opened again.
        if (running.told !== health)
          await run(scope => scope.transaction(tx => setHealth(tx, channelId, health, error.message)));
        return REST_MS;
      }
      // One that stood for a while has not failed before.
      const isEarly = Date.now() - openedAt < BACKOFF.maximumMs;
      const failures = isEarly ? (this.#failures.get(keyOf(held)) ?? 0) + 1 : 1;
      this.#failures.set(keyOf(held), failures);
      log.info({ error, channelId, failures }, 'a line ended and is opened again');
      return backoffMs(failures, BACKOFF, Math.random);
    } finally {
      lines.remove(tenantId, channelId);
      await running.opened?.line.close();
    }
  }
}
