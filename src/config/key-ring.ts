import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';

/** A sealed value did not open: another key, another context, or altered. Never says which part was wrong. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** First 8 hex digits of the key's SHA-256: tells keys apart without telling anything of them. */
export function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

export function generateKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** 32 bytes in base64 (either alphabet, padded or not), or undefined. */
export function parseMasterKey(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

/** HKDF-SHA256: a key of its own for each purpose, from which neither the ring's key nor another's follows. */
function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `concierge/${purpose}`, KEY_BYTES));
}

interface RingKey {
  readonly id: string;
  readonly material: Buffer;
  readonly sealing: Buffer;
}

/**
 * One key that seals, and perhaps the one before it, which still opens. A sealed value is
 * `v1.<key id>.<nonce, tag and ciphertext in base64url>`. The context (which row, which column) is
 * additional data: a value copied to another row does not open there.
 */
export class KeyRing {
  readonly #current: RingKey;
  readonly #keys: readonly RingKey[];

  constructor(current: Uint8Array, previous?: Uint8Array) {
    const materials = previous === undefined ? [current] : [current, previous];
    this.#keys = materials.map(material => {
      if (material.length !== KEY_BYTES) throw new RangeError(`A key is ${KEY_BYTES} bytes`);
      return { id: keyIdOf(material), material: Buffer.from(material), sealing: derive(material, 'seal') };
    });
    const [first] = this.#keys;
    if (first === undefined) throw new RangeError('A ring needs a key');
    this.#current = first;
  }

  get keyId(): string {
    return this.#current.id;
  }

  /** Of every key that opens. */
  get keyIds(): readonly string[] {
    return this.#keys.map(key => key.id);
  }

  /** `context` names the place of the value, for example `channels/42/credentials`. */
  seal(plaintext: string | Uint8Array, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const header = `${VERSION}.${this.#current.id}.`;
    const cipher = createCipheriv(CIPHER, this.#current.sealing, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(header + context));
    const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext;
    const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return header + Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url');
  }

  /** Throws SealBroken. */
  open(sealed: string, context: string): string {
    return this.openBytes(sealed, context).toString('utf8');
  }

  /** Throws SealBroken. */
  openBytes(sealed: string, context: string): Buffer {
    const [version, id, body, ...rest] = sealed.split('.');
    if (version !== VERSION || id === undefined || body === undefined || rest.length > 0) {
      throw new SealBroken('This is not a sealed value');
    }
    const key = this.#keys.find(candidate => candidate.id === id);
    if (key === undefined) throw new SealBroken(`Sealed with key ${id}, which this process does not have`);
    const bytes = Buffer.from(body, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealBroken('This sealed value is cut short');
    const decipher = createDecipheriv(CIPHER, key.sealing, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(`${version}.${id}.${context}`));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new SealBroken('The seal does not hold in this place', { cause: error });
    }
  }

  /** How every value begins that was sealed with the key that seals now. */
  get sealPrefix(): string {
    return `${VERSION}.${this.#current.id}.`;
  }

  /** Whether the value was sealed with the key that seals now; false: rotation has yet to reach it. */
  isSealedWithCurrentKey(sealed: string): boolean {
    return sealed.startsWith(this.sealPrefix);
  }

  /** The same value under the current key. Throws SealBroken. */
  reseal(sealed: string, context: string): string {
    return this.seal(this.openBytes(sealed, context), context);
  }

  /** 32 bytes for one purpose ("access-token"): what signs now. */
  deriveKey(purpose: string): Buffer {
    return derive(this.#current.material, `derive/${purpose}`);
  }

  /** What may have signed: the current key's first, then the previous one's while it is in the ring. */
  deriveKeys(purpose: string): readonly Buffer[] {
    return this.#keys.map(key => derive(key.material, `derive/${purpose}`));
  }
}
