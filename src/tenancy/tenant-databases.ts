import { Session } from '../db/session.ts';
import { ServiceUnavailable } from '../kit/errors.ts';
import type { Tenant } from './tenant.ts';

export interface TenantDatabasesOptions {
  /** Most connections to tenant databases that this process holds open at once. */
  readonly budget: number;
  /** Most of them for one tenant. */
  readonly perTenant: number;
  /** How long a caller waits for a connection before it is told to come back. */
  readonly waitMs: number;
  /** An idle connection is closed after this time. */
  readonly idleMs: number;
  readonly connect?: typeof Session.connect;
}

export interface Lease {
  readonly session: Session;
  /** Call exactly once. A broken session is closed instead of kept. */
  release(): void;
}

interface Waiter {
  readonly tenant: Tenant;
  readonly since: number;
  readonly settle: (give: () => Promise<Session>) => void;
}
interface Slot {
  tenant: Tenant;
  readonly idle: Session[];
  /** Leased or being opened. */
  busy: number;
  /** Connecting failed until then: nobody tries before, so that a dead database costs the others nothing. */
  closedUntil: number;
  failures: number;
  /** Raised when what was opened before is not to be leased again. */
  generation: number;
}

/** A tenant's callers in line give way to another tenant's when that one has waited this long. */
const FAIR_AFTER_MS = 100;
const CLOSE_AFTER_FAILURES = 3;
/** After a long outage, too, a database is back within ten seconds of its server. */
const LONGEST_CLOSED_MS = 8000;

/**
 * One warm connection for as many tenants as the budget allows. Opening one costs milliseconds of the server's time, so a
 * connection is kept until its place is needed: then the one that was idle longest is closed, never one in use.
 */
export class TenantDatabases {
  readonly #options: TenantDatabasesOptions;
  readonly #slots = new Map<string, Slot>();
  /** Idle sessions of all tenants, the longest idle first. */
  readonly #idle = new Map<Session, Slot>();
  readonly #waiting: Waiter[] = [];
  /** The generation of its slot in which a session was opened. */
  readonly #generations = new WeakMap<Session, number>();
  readonly #reaper: NodeJS.Timeout;
  #open = 0;
  #isClosed = false;

  constructor(options: TenantDatabasesOptions) {
    this.#options = options;
    this.#reaper = setInterval(() => this.#closeLongIdle(), Math.min(options.idleMs, 60_000));
    this.#reaper.unref();
  }

  /** Connections open or being opened, and callers in line. */
  get usage(): { open: number; idle: number; waiting: number; tenants: number } {
    return {
      open: this.#open,
      idle: this.#idle.size,
      waiting: this.#waiting.length,
      tenants: this.#slots.size,
    };
  }

  /**
   * Whether a connection can be had without closing another tenant's: an idle or a busy one of this tenant, or room in
   * the budget. The door spills when not.
   */
  isAtHand(tenant: Tenant): boolean {
    const slot = this.#slots.get(tenant.id);
    if (slot && Date.now() < slot.closedUntil) return false;
    if (
      slot &&
      slot.tenant.connectionVersion === tenant.connectionVersion &&
      slot.idle.length + slot.busy > 0
    )
      return true;
    return this.#open < this.#options.budget;
  }

  async lease(tenant: Tenant): Promise<Lease> {
    if (this.#isClosed) throw new ServiceUnavailable('Concierge is stopping.');
    const session = await this.#take(tenant);
    let isReleased = false;
    return {
      session,
      release: () => {
        if (isReleased) throw new Error('A lease was released twice.');
        isReleased = true;
        this.#giveBack(tenant.id, session);
      },
    };
  }

  #slotOf(tenant: Tenant): Slot {
    let slot = this.#slots.get(tenant.id);
    if (!slot) {
      slot = { tenant, idle: [], busy: 0, closedUntil: 0, failures: 0, generation: 0 };
      this.#slots.set(tenant.id, slot);
    }
    // A caller may hold an older record than we know of.
    if (tenant.connectionVersion < slot.tenant.connectionVersion) return slot;
    // A record that changed (moved, new password): what was opened under the old one is not leased again.
    if (tenant.connectionVersion > slot.tenant.connectionVersion) {
      this.#retire(slot).catch(() => undefined);
      slot.closedUntil = 0;
    }
    slot.tenant = tenant;
    return slot;
  }

  #take(tenant: Tenant): Promise<Session> {
    const slot = this.#slotOf(tenant);
    if (Date.now() < slot.closedUntil)
      throw new ServiceUnavailable(`The database of "${tenant.slug}" cannot be reached at the moment.`);
    const idle = this.#takeIdle(slot);
    if (idle) {
      slot.busy++;
      return Promise.resolve(idle);
    }
    if (this.#hasRoom(slot)) return this.#openFor(slot);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const position = this.#waiting.indexOf(waiter);
        if (position >= 0) this.#waiting.splice(position, 1);
        const current = this.#slots.get(tenant.id);
        if (current) this.#forgetEmpty(current);
        reject(new ServiceUnavailable('Too much is going on at once. Try again in a second.', 1));
      }, this.#options.waitMs);
      const waiter: Waiter = {
        tenant,
        since: Date.now(),
        settle: give => {
          clearTimeout(timer);
          give().then(resolve, reject);
        },
      };
      this.#waiting.push(waiter);
    });
  }

  #takeIdle(slot: Slot): Session | undefined {
    for (let session = slot.idle.pop(); session; session = slot.idle.pop()) {
      this.#idle.delete(session);
      if (!session.isBroken) return session;
      this.#open--;
    }
    return undefined;
  }

  /** Makes room by closing the longest idle connection when the budget is spent. */
  #hasRoom(slot: Slot): boolean {
    if (slot.busy + slot.idle.length >= this.#options.perTenant) return false;
    if (this.#open < this.#options.budget) return true;
    const [longestIdle] = this.#idle;
    if (!longestIdle) return false;
    this.#discard(longestIdle[1], longestIdle[0]);
    return true;
  }

  async #openFor(slot: Slot): Promise<Session> {
    this.#open++;
    slot.busy++;
    const connect = this.#options.connect ?? Session.connect;
    const { generation } = slot;
    try {
      const session = await connect(slot.tenant.target, 'concierge tenant');
      this.#generations.set(session, generation);
      slot.failures = 0;
      return session;
    } catch (error) {
      this.#open--;
      slot.busy--;
      this.#countFailure(slot);
      this.#serveWaiting();
      throw error;
    }
  }

  /** Callers that failed together are one failure: a short outage under load must not close the database for long. */
  #countFailure(slot: Slot): void {
    if (Date.now() < slot.closedUntil) return;
    slot.failures++;
    if (slot.failures >= CLOSE_AFTER_FAILURES)
      slot.closedUntil =
        Date.now() + Math.min(1000 * 2 ** (slot.failures - CLOSE_AFTER_FAILURES), LONGEST_CLOSED_MS);
  }

  #discard(slot: Slot, session: Session): void {
    const position = slot.idle.indexOf(session);
    if (position >= 0) slot.idle.splice(position, 1);
    this.#idle.delete(session);
    this.#open--;
    session.close().catch(() => undefined);
    this.#forgetEmpty(slot);
  }

  /** Closes what is idle; what is leased is closed when it comes back. */
  async #retire(slot: Slot): Promise<void> {
    slot.generation++;
    const sessions = slot.idle.splice(0);
    for (const session of sessions) this.#idle.delete(session);
    this.#open -= sessions.length;
    await Promise.all(sessions.map(session => session.close()));
  }

  #forgetEmpty(slot: Slot): void {
    if (slot.busy === 0 && slot.idle.length === 0 && slot.failures === 0) this.#slots.delete(slot.tenant.id);
  }

  #giveBack(tenantId: string, session: Session): void {
    const slot = this.#slots.get(tenantId);
    if (!slot) throw new Error('A lease came back to a tenant that has none out.');
    slot.busy--;
    const isRetired = this.#generations.get(session) !== slot.generation;
    if (session.isBroken || this.#isClosed || isRetired) {
      this.#open--;
      session.close().catch(() => undefined);
      this.#forgetEmpty(slot);
    } else {
      session.lastUsedAt = Date.now();
      slot.idle.push(session);
      this.#idle.set(session, slot);
    }
    this.#serveWaiting();
  }

  /**
   * First come, first served; but within a short wait a tenant's own warm connection goes to its own callers, and
   * callers whose tenant has all that it may have hold up nobody.
   */
  #serveWaiting(): void {
    let first: Waiter | undefined;
    for (let position = 0; position < this.#waiting.length; ) {
      const waiter = this.#waiting[position] as Waiter;
      const slot = this.#slotOf(waiter.tenant);
      const hasIdle = slot.idle.length > 0;
      if (!hasIdle && slot.busy >= this.#options.perTenant) {
        position++;
        continue;
      }
      first ??= waiter;
      if (first.tenant.id !== waiter.tenant.id && Date.now() - first.since > FAIR_AFTER_MS) return;
      const give = hasIdle ? this.#takeIdle(slot) : undefined;
      if (give) {
        slot.busy++;
        this.#waiting.splice(position, 1);
        waiter.settle(() => Promise.resolve(give));
      } else if (this.#hasRoomFor(slot, waiter)) {
        this.#waiting.splice(position, 1);
        waiter.settle(() => this.#openFor(slot));
      } else position++;
    }
  }

  /** Another tenant's idle connection is closed only for a caller that has waited, or when nobody wants it. */
  #hasRoomFor(slot: Slot, waiter: Waiter): boolean {
    const [longestIdle] = this.#idle;
    const isWanted =
      this.#open >= this.#options.budget &&
      longestIdle !== undefined &&
      Date.now() - waiter.since <= FAIR_AFTER_MS &&
      this.#waiting.some(other => other.tenant.id === longestIdle[1].tenant.id);
    return !isWanted && this.#hasRoom(slot);
  }

  #closeLongIdle(): void {
    const before = Date.now() - this.#options.idleMs;
    for (const [session, slot] of this.#idle) {
      if (session.lastUsedAt > before && !session.isBroken) continue;
      this.#discard(slot, session);
    }
  }

  /** Closes what is idle for this tenant now, and what is leased when it comes back: before its database is dropped. */
  async dismiss(tenantId: string): Promise<void> {
    const slot = this.#slots.get(tenantId);
    if (!slot) return;
    const closed = this.#retire(slot);
    this.#forgetEmpty(slot);
    this.#serveWaiting();
    await closed;
  }

  /** Waits for nothing: leases in use are closed when they come back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#reaper);
    for (const waiter of this.#waiting.splice(0))
      waiter.settle(() => Promise.reject(new ServiceUnavailable('Concierge is stopping.')));
    await Promise.all(
      [...this.#slots.values()].map(slot => {
        const closed = this.#retire(slot);
        this.#forgetEmpty(slot);
        return closed;
      }),
    );
  }
}
