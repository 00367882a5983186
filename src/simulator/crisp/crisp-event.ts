import { createHash, randomInt } from 'node:crypto';

/** Who writes in a website's chat. A session is one browser, or one thread of e-mail. */
export interface CrispVisitor {
  readonly sessionId: string;
  readonly nickname?: string;
}

/** One thing that a hook tells. */
export interface CrispEvent {
  /** `message:send` is what a visitor sends, `message:received` what they receive. */
  readonly event: string;
  readonly sessionId: string;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A message as Crisp keeps it, and gives it to who asks. */
export interface CrispMessage {
  readonly fingerprint: number;
  readonly from: 'user' | 'operator';
  readonly type: string;
  readonly content: unknown;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly [key: string]: unknown;
}

/** The body of a hook. */
export function crispBody(websiteId: string, { event, sessionId, at, data }: CrispEvent): Buffer {
  return Buffer.from(
    JSON.stringify({
      website_id: websiteId,
      event,
      data: { website_id: websiteId, session_id: sessionId, ...data },
      timestamp: at.getTime(),
    }),
  );
}

/** Fifteen digits: a random number, or always the same one for the same `seed`. */
export function newFingerprint(seed?: string): number {
  const offset =
    seed === undefined
      ? randomInt(2 ** 47)
      : createHash('sha256').update(seed).digest().readUIntBE(0, 6) % 2 ** 47;
  return 100_000_000_000_000 + offset;
}
