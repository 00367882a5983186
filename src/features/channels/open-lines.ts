import type { OpenLine } from '../../platforms/adapter.ts';

/** The lines that this very process holds open: what goes out over a line goes out here. */
export class OpenLines {
  readonly #lines = new Map<string, Map<number, OpenLine>>();

  put(tenantId: string, channelId: number, line: OpenLine): void {
    const lines = this.#lines.get(tenantId) ?? new Map<number, OpenLine>();
    lines.set(channelId, line);
    this.#lines.set(tenantId, lines);
  }
  remove(tenantId: string, channelId: number): void {
    const lines = this.#lines.get(tenantId);
    lines?.delete(channelId);
    if (lines?.size === 0) this.#lines.delete(tenantId);
  }
  find(tenantId: string, channelId: number): OpenLine | undefined {
    return this.#lines.get(tenantId)?.get(channelId);
  }
  /** Channels that can send from here. */
  channelsOf(tenantId: string): number[] {
    return [...(this.#lines.get(tenantId)?.keys() ?? [])];
  }
  /** Tenants some of whose channels send from here. */
  tenants(): string[] {
    return [...this.#lines.keys()];
  }
}
