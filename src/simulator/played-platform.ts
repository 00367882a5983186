import type { PlayLine, WriteLine } from './play-plan.ts';
import type { SignWebhook } from './webhook-signatures.ts';

/** Of a channel, by the names that its settings have. What is not needed may be missing. */
export type PlaySettings = Readonly<Record<string, string | undefined>>;

/** A platform as a play needs it. */
export interface PlayedPlatform {
  readonly sign: SignWebhook;
  readonly write: WriteLine;
  /** Its side of the line. What the business sends is told: to whom, and in what words. */
  openProvider(webhookUrl: string, tell: TellLine): PlayedProvider;
}
/** Without words for what is no line of its own, such as a reaction. */
export type TellLine = (to: string, words: string | undefined) => void;

export interface PlayedProvider {
  /** On loopback, on any free port when none is given; resolves with the base URL. */
  start(port?: number): Promise<string>;
  /** Knows what a customer has written, whoever posts it. */
  hear(line: PlayLine): void;
  stop(): Promise<void>;
}
