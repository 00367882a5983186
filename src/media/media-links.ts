import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Message } from '../contract/messages.ts';

/** What signs: the current key, and what may have signed: that one and the one before. */
export interface LinkKeys {
  deriveKey(purpose: string): Buffer;
  deriveKeys(purpose: string): readonly Buffer[];
}
export interface LinkTarget {
  readonly tenantId: string;
  readonly attachmentId: number;
  readonly isThumbnail: boolean;
}

const purpose = 'media-links';
const hour = 3600;
/** A link is the same for six hours, so that browsers keep what it led to, and good for a day at least. */
const sameFor = 6 * hour;
const goodFor = 24 * hour;
const payloadBytes = 16 + 6 + 1 + 4;
const signatureBytes = 16;

/** What stands in stored messages in the place of a link: links are made when something leaves, and run out. */
export const storedUrl = (attachmentId: number) => `attachment:${attachmentId}`;

/** Links to files: each is signed for one tenant and one file, and runs out. */
export class MediaLinks {
  readonly #keys: LinkKeys;
  readonly #publicUrl: () => string;

  constructor(keys: LinkKeys, publicUrl: () => string) {
    this.#keys = keys;
    this.#publicUrl = publicUrl;
  }

  link(target: LinkTarget, now = Date.now()): string {
    const until = (Math.floor(now / 1000 / sameFor) + 1) * sameFor + goodFor;
    return this.#write(target, until);
  }
  /** For a platform that fetches a file by itself: good for an hour. */
  shortLink(target: LinkTarget, now = Date.now()): string {
    return this.#write(target, Math.floor(now / 1000) + hour);
  }

  /** `undefined` for what we did not sign or what has run out. */
  read(token: string, now = Date.now()): LinkTarget | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== payloadBytes + signatureBytes) return undefined;
    // Decoding forgives much; a link has one way of writing.
    if (bytes.toString('base64url') !== token) return undefined;
    const payload = bytes.subarray(0, payloadBytes);
    const isOurs = this.#keys
      .deriveKeys(purpose)
      .some(key => timingSafeEqual(sign(key, payload), bytes.subarray(payloadBytes)));
    if (!isOurs || payload.readUInt32BE(23) * 1000 < now) return undefined;
    const tenantId = payload
      .toString('hex', 0, 16)
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return { tenantId, attachmentId: payload.readUIntBE(16, 6), isThumbnail: payload[22] === 1 };
  }

  /** A message as it may leave: with links in the place of what is stored. */
  linked(tenantId: string, message: Message): Message {
    if (message.attachments.length === 0) return message;
    return { ...message, attachments: message.attachments.map(item => this.#linkedFile(tenantId, item)) };
  }
  /** An event as it may leave. */
  linkedEvent<Event extends { readonly type: string; readonly data: unknown }>(
    tenantId: string,
    event: Event,
  ): Event {
    if (!event.type.startsWith('message.')) return event;
    const { message } = event.data as { message?: Message };
    if (!message || message.attachments.length === 0) return event;
    return { ...event, data: { ...(event.data as object), message: this.linked(tenantId, message) } };
  }

  #linkedFile(tenantId: string, file: Message['attachments'][number]): Message['attachments'][number] {
    const target = { tenantId, attachmentId: file.id };
    return {
      ...file,
      url: file.url && this.link({ ...target, isThumbnail: false }),
      thumbnailUrl: file.thumbnailUrl && this.link({ ...target, isThumbnail: true }),
    };
  }

  #write({ tenantId, attachmentId, isThumbnail }: LinkTarget, until: number): string {
    const payload = Buffer.alloc(payloadBytes);
    payload.write(tenantId.replaceAll('-', ''), 'hex');
    payload.writeUIntBE(attachmentId, 16, 6);
    payload[22] = isThumbnail ? 1 : 0;
    payload.writeUInt32BE(until, 23);
    const token = Buffer.concat([payload, sign(this.#keys.deriveKey(purpose), payload)]).toString(
      'base64url',
    );
    return `${this.#publicUrl()}/api/v1/attachments/${attachmentId}?token=${token}`;
  }
}

function sign(key: Buffer, payload: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, signatureBytes);
}
