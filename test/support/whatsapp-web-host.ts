import { EventEmitter, once } from 'node:events';
import { type LineHost, LineLost, type LineState } from '../../src/platforms/adapter.ts';
import type { InboundFact, MessageFact } from '../../src/platforms/inbound-fact.ts';
import { whatsappWebAdapter } from '../../src/platforms/whatsapp_web/index.ts';
import { isMediaBody } from '../../src/platforms/whatsapp_web/media-body.ts';

const versionsKept = 3;

/** A host in memory: deliveries by their key, states as they were told, and versions of the session as the vault keeps them. */
export class MemoryHost implements LineHost {
  readonly delivered = new Map<string, Buffer>();
  readonly states: LineState[] = [];
  versions: { readonly id: number; content: Buffer }[] = [];
  ended = 0;
  /** What the next calls throw. */
  deliverFault: Error | undefined;
  saveFault: Error | undefined;
  readonly #changes = new EventEmitter();
  #next = 1;

  readonly session = {
    versions: async () => this.versions.map(({ id }) => id),
    open: async (version: number) => {
      const found = this.versions.find(({ id }) => id === version);
      if (!found) throw new Error('There is no such version.');
      return found.content;
    },
    save: async (content: Buffer) => {
      if (this.saveFault) throw this.saveFault;
      this.versions = [{ id: this.#next++, content }, ...this.versions].slice(0, versionsKept);
      this.#changes.emit('change');
    },
    end: async () => {
      this.ended++;
      this.versions = [];
      this.#changes.emit('change');
    },
  };

  async ring(): Promise<void> {
    throw new Error('Nothing is pulled here.');
  }

  async deliver(bodies: readonly { readonly key: string; readonly body: Buffer }[]): Promise<void> {
    if (this.deliverFault) throw this.deliverFault;
    for (const { key, body } of bodies) if (!this.delivered.has(key)) this.delivered.set(key, body);
    this.#changes.emit('change');
  }

  async tell(state: LineState): Promise<void> {
    this.states.push(state);
    this.#changes.emit('change');
  }

  get newest(): Buffer | undefined {
    return this.versions[0]?.content;
  }

  /** Resolves when `holds` does, looked at after each change. */
  async until(holds: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(30_000);
    while (!holds()) await once(this.#changes, 'change', { signal });
  }
  untilState(fits: (state: LineState) => boolean): Promise<void> {
    return this.until(() => this.states.some(fits));
  }

  facts(): readonly InboundFact[] {
    return [...this.delivered.values()].flatMap(body =>
      isMediaBody(body) ? [] : whatsappWebAdapter.parse(body, new Date()),
    );
  }
  messages(): readonly MessageFact[] {
    return this.facts().filter(fact => fact.kind === 'message');
  }
}

export const lineLost = () => new LineLost('Another process holds the line.');
