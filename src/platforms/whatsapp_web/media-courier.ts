import { within } from '../../kit/within.ts';
import { identifierOf, type JsonObject, numberOf, objectOf } from '../json.ts';
import type { DeliveryOutbox } from './delivery-outbox.ts';
import { mediaKeyOf, writeMedia } from './media-body.ts';
import type { SessionClient } from './session-client.ts';
import { messageIdOf } from './web-address.ts';

export const mostFileBytes = 64 * 1024 * 1024;
const longestName = 300;
const longestType = 200;
const idsRemembered = 20_000;

interface Errand {
  readonly id: string;
  readonly message: unknown;
  readonly since: number;
  attempt: number;
  dueAt: number;
}
export interface CourierOptions {
  readonly fetchAfterMs: readonly number[];
  readonly fetchWithinMs: number;
}

/**
 * Fetches the files of messages, one at a time, for each is held in memory as a whole; the next begins when the one before
 * is durable. What cannot be had is delivered as such, so that the message can say it.
 */
export class MediaCourier {
  readonly #client: SessionClient;
  readonly #outbox: DeliveryOutbox;
  readonly #options: CourierOptions;
  readonly #errands = new Map<string, Errand>();
  readonly #done = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(client: SessionClient, outbox: DeliveryOutbox, options: CourierOptions) {
    this.#client = client;
    this.#outbox = outbox;
    this.#options = options;
  }

  /** `message` is the library's own object, `plainMessage` what can be read of it. Messages without a file have no effect. */
  add(message: unknown, plainMessage: JsonObject): void {
    const id = messageIdOf(plainMessage.id);
    const isThere = plainMessage.hasMedia === true && identifierOf(plainMessage.type) !== 'revoked';
    if (this.#isStopped || id === undefined || !isThere || this.#done.has(id)) return;
    this.#done.add(id);
    if (this.#done.size > idsRemembered) this.#done.delete(this.#done.values().next().value ?? '');
    const size = numberOf(objectOf(plainMessage._data).size);
    if (size !== undefined && size > mostFileBytes) return this.#giveUp(id, tooLarge);
    const now = Date.now();
    const saidAt = numberOf(plainMessage.timestamp);
    // What is caught up with is found by its own time.
    const since = saidAt === undefined ? now : Math.min(now, saidAt * 1000);
    this.#errands.set(id, { id, message, since, attempt: 0, dueAt: now });
    this.#plan();
  }

  /** When the oldest message was said whose file is still on its way, after the end too. */
  oldest(): number | undefined {
    const since = [...this.#errands.values()].map(errand => errand.since);
    return since.length === 0 ? undefined : Math.min(...since);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #plan(): void {
    if (this.#isBusy || this.#isStopped || this.#errands.size === 0) return;
    const next = [...this.#errands.values()].reduce((one, other) => (other.dueAt < one.dueAt ? other : one));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#run(next).catch(() => undefined);
      },
      Math.max(0, next.dueAt - Date.now()),
    );
  }

  async #run(errand: Errand): Promise<void> {
    if (this.#isBusy || this.#isStopped) return;
    this.#isBusy = true;
    try {
      await this.#fetch(errand);
      await this.#outbox.delivered(mediaKeyOf(errand.id));
    } finally {
      this.#isBusy = false;
      this.#plan();
    }
  }

  async #fetch(errand: Errand): Promise<void> {
    const { id, message } = errand;
    const file = await within(this.#options.fetchWithinMs, this.#client.fetchFile(message)).catch(
      () => undefined,
    );
    if (this.#isStopped) return;
    if (file === undefined) {
      errand.attempt++;
      const waitMs = this.#options.fetchAfterMs[errand.attempt];
      if (waitMs === undefined) this.#giveUp(id, gone);
      else errand.dueAt = Date.now() + waitMs;
      return;
    }
    if (file.content.length > mostFileBytes) return this.#giveUp(id, tooLarge);
    this.#errands.delete(id);
    const { mimeType, filename } = file;
    this.#outbox.add(
      mediaKeyOf(id),
      writeMedia(
        {
          id,
          ...(mimeType === undefined ? {} : { mimeType: mimeType.slice(0, longestType) }),
          ...(filename === undefined ? {} : { filename: filename.slice(0, longestName) }),
        },
        file.content,
      ),
    );
  }

  #giveUp(id: string, unavailable: string): void {
    this.#errands.delete(id);
    this.#outbox.add(mediaKeyOf(id), writeMedia({ id, unavailable }));
  }
}

const gone = 'WhatsApp did not give the file. Look at it on the phone, or ask the customer to send it again.';
const tooLarge =
  'The file is larger than the 64 MB that are fetched from WhatsApp Web. Look at it on the phone, or ask for a smaller one.';
