/** The delivery does not carry a valid proof. Nothing of it may be stored. */
export class ForgedDelivery extends Error {
  override readonly name = 'ForgedDelivery';
}
/** The body is not what the platform sends (not JSON, too deep): kept as it is and parked, never retried by itself. */
export class UnreadableDelivery extends Error {
  override readonly name = 'UnreadableDelivery';
}

/**
 * The platform said no. `message` is a sentence for an agent.
 * - `message`: this message will never go (window, recipient, content)
 * - `window`: as `message`, and free text needs a template now
 * - `reauthorise`: the account's credential no longer works; the channel stops and keeps its outbox
 * - `account`: the account is restricted; the channel stops until a person looks
 */
export class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly scope: 'message' | 'window' | 'reauthorise' | 'account';
  readonly code: string;
  constructor(scope: Rejected['scope'], code: string, message: string) {
    super(message);
    this.scope = scope;
    this.code = code;
  }
}
/**
 * Not now; the request surely had no effect. Try again after `retryAfterMs`, or with back-off when that is undefined.
 * `scope` says what must wait: this message's conversation (a pair limit) or the whole channel (a number's limit).
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly scope: 'conversation' | 'channel';
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(scope: Unavailable['scope'], code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.scope = scope;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
/** The request may have had its effect (time-out or reset after it was written). Never sent again by itself. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** A file of the platform's will never come: gone, expired, too large for it. `message` is a sentence for an agent. */
export class MediaUnavailable extends Error {
  override readonly name = 'MediaUnavailable';
}

/** A saved session is not what was saved: it never opens again, and one before it may. */
export class DamagedSession extends Error {
  override readonly name = 'DamagedSession';
}
/** Another process holds the line now: whatever is open must be closed at once and nothing saved. */
export class LineLost extends Error {
  override readonly name = 'LineLost';
}
