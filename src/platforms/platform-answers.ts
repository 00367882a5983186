/** Where a file can be fetched now, by a client that follows no redirect to another host with these headers. */
export interface MediaSource {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly mimeType?: string;
  readonly size?: number;
}

/** What was pulled: each body is stored and read like a delivery that had come by itself. */
export interface Pulled {
  readonly bodies: readonly {
    /** The same for the same content, at most 200 characters: what was pulled before has no effect. */
    readonly key: string;
    readonly body: Buffer;
  }[];
  /** What to pull next to have the rest of it. */
  readonly next?: string;
  /**
   * How far this one has come: kept in the transaction that stores the bodies, given to its next pull. Without it nothing
   * is kept of an earlier one.
   */
  readonly cursor?: string;
}

/** How a channel stands with its platform at this moment, as the platform itself says. */
export interface ChannelCheck {
  readonly health: 'ok' | 'warning' | 'reauthorise' | 'stopped' | 'unknown';
  /** A sentence for an administrator: what is wrong and the way out; `null` when all is well. */
  readonly message: string | null;
  /** The account's name there: a number, a page, a bot, an address. */
  readonly accountName?: string;
  readonly tokenExpiresAt?: Date;
  /** Whether the platform says that it delivers to our address; `undefined` where it cannot be asked. */
  readonly isSubscribed?: boolean;
  /** More that is good to know: quality, limits, waiting updates. */
  readonly facts?: readonly { readonly name: string; readonly value: string }[];
}
