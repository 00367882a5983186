/** One try to hand over a POST. */
export interface WebhookAttempt {
  readonly at: Date;
  readonly durationMs: number;
  /** The status that was answered; without an answer there is `failure` instead. */
  readonly status?: number;
  readonly failure?: string;
}

/** One POST in the sender's ledger. The entry is there from the moment it is asked for, and fills as it goes on. */
export interface WebhookPost {
  readonly number: number;
  readonly body: Buffer;
  /** Where it goes, when that is not the account's own address. */
  readonly url: string | undefined;
  readonly queuedAt: Date;
  readonly attempts: readonly WebhookAttempt[];
  /** When the first 2xx came. `undefined`: the receiver has never promised to keep it. */
  readonly acknowledgedAt: Date | undefined;
  /** The body of the first 2xx. */
  readonly answer: string | undefined;
  /** No further attempt will be made. */
  readonly isFinished: boolean;
}

/** The same while the sender still writes it. */
export type OpenWebhookPost = {
  -readonly [Key in keyof WebhookPost]: Key extends 'attempts' ? WebhookAttempt[] : WebhookPost[Key];
};
