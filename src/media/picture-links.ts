import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkKeys } from './media-links.ts';

export interface PictureTarget {
  readonly tenantId: string;
  readonly messageId: number;
  /** On somebody else's server. */
  readonly url: string;
}

const purpose = 'picture-links';
const goodForSeconds = 3600;
const signatureBytes = 16;

/**
 * Links under which we fetch a mail's picture from another server, so that its sender does not learn who reads it, when
 * and where. Only what we have signed is fetched: nobody can send us elsewhere.
 */
export class PictureLinks {
  readonly #keys: LinkKeys;
  readonly #publicUrl: () => string;

  constructor(keys: LinkKeys, publicUrl: () => string) {
    this.#keys = keys;
    this.#publicUrl = publicUrl;
  }

  link(target: PictureTarget, now = Date.now()): string {
    const until = Math.floor(now / 1000) + goodForSeconds;
    const signature = sign(this.#keys.deriveKey(purpose), target, until).toString('base64url');
    const query = new URLSearchParams({
      url: target.url,
      token: `${target.tenantId}.${until}.${signature}`,
    });
    return `${this.#publicUrl()}/api/v1/messages/${target.messageId}/picture?${query}`;
  }

  /** `undefined` for what we did not sign or what has run out. */
  read(messageId: number, url: string, token: string, now = Date.now()): PictureTarget | undefined {
    const [, tenantId = '', until = '', signature = ''] =
      /^([0-9a-f-]{36})\.(\d{1,12})\.([\w-]{22})$/.exec(token) ?? [];
    const target = { tenantId, messageId, url };
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== signatureBytes || Number(until) * 1000 < now) return undefined;
    const isOurs = this.#keys
      .deriveKeys(purpose)
      .some(key => timingSafeEqual(sign(key, target, Number(until)), given));
    return isOurs ? target : undefined;
  }
}

function sign(key: Buffer, { tenantId, messageId, url }: PictureTarget, until: number): Buffer {
  return createHmac('sha256', key)
    .update(`${tenantId}\n${messageId}\n${until}\n${url}`)
    .digest()
    .subarray(0, signatureBytes);
}
