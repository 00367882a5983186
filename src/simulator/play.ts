import { type Clock, systemClock } from '../kit/clock.ts';
import { SetupError } from '../kit/errors.ts';
import { BackgroundWork } from './background-work.ts';
import { type PlayLine, type PlayShape, planPlay, type WriteLine } from './play-plan.ts';
import type { WebhookPost } from './webhook-post.ts';
import { type WebhookRetry, WebhookSender } from './webhook-sender.ts';
import type { SignWebhook } from './webhook-signatures.ts';

export interface PlayOptions extends PlayShape {
  readonly webhookUrl: string;
  readonly sign: SignWebhook;
  readonly write: WriteLine;
  /** Called before a line is posted: a platform knows what was written in it, whether or not its webhook arrives. */
  readonly hear?: (line: PlayLine) => void;
  /** By default a POST is tried again for a minute. */
  readonly retry?: WebhookRetry;
  /** Ends the play: nothing more is posted, and what is not acknowledged is given up. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}
export interface PlaySummary {
  readonly seed: number;
  readonly posts: number;
  readonly acknowledgedPosts: number;
  /** Different messages. */
  readonly messages: number;
  readonly acknowledgedMessages: number;
  readonly retries: number;
  /** What was answered last to a post that was never acknowledged. */
  readonly refusal?: string;
  readonly durationMs: number;
  /** Of the attempts that were acknowledged: from wanting to post, with the wait for a free connection, to the answer. */
  readonly latencyMs: { readonly median: number; readonly p99: number; readonly maximum: number };
}

interface PlayedPost {
  readonly post: WebhookPost;
  readonly messageId: string;
}

const defaultRetry: WebhookRetry = { baseMs: 500, maximumMs: 10_000, giveUpAfterMs: 60_000 };
const reportEveryMs = 5_000;

/**
 * Plays customers who write to one account, and tells what the webhook has acknowledged. Posts keep their times however
 * slow the receiver is. Throws SetupError for options that make no play.
 */
export async function runSimulation(
  options: PlayOptions,
  print: (line: string) => void,
): Promise<PlaySummary> {
  check(options);
  const clock = options.clock ?? systemClock;
  const plan = planPlay(options, options.write, clock.now());
  const sender = new WebhookSender({
    target: { url: options.webhookUrl, sign: options.sign },
    retry: options.retry ?? defaultRetry,
    clock,
  });
  const pace = new BackgroundWork();
  const end = () => {
    pace.close();
    sender.close();
  };
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted) end();
  // The path of a webhook URL is as good as a password; it does not belong on a screen.
  print(
    `${options.customers} customers write ${options.messages} messages at ${options.rate}/s to ${new URL(options.webhookUrl).origin} (seed ${options.seed}).`,
  );
  const startedAt = performance.now();
  let nextReportMs = reportEveryMs;
  const played: Promise<PlayedPost>[] = [];
  try {
    for (const [index, { atMs, line, messageId, body }] of plan.entries()) {
      // Also when late it pauses now and then, or no answer would ever be read.
      const leastMs = index % 20 === 0 ? 1 : 0;
      if (!(await pace.wait(Math.max(leastMs, atMs - (performance.now() - startedAt))))) break;
      options.hear?.(line);
      played.push(sender.send(body).then(post => ({ post, messageId })));
      if (performance.now() - startedAt >= nextReportMs) {
        nextReportMs += reportEveryMs;
        print(progressOf(sender.ledger));
      }
    }
    await sender.whenIdle();
  } finally {
    options.signal?.removeEventListener('abort', end);
    end();
  }
  const summary = summaryOf(options.seed, await Promise.all(played), performance.now() - startedAt);
  for (const line of linesOf(summary)) print(line);
  return summary;
}

function check(options: PlayOptions): void {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= 1_000_000;
  if (!isCount(options.customers) || !isCount(options.messages))
    throw new SetupError('Give customers and messages as whole numbers from 1 to 1000000.');
  if (!(options.rate > 0) || !(options.duplicates >= 0 && options.duplicates <= 1) || !(options.delayMs >= 0))
    throw new SetupError('The rate must be above 0, duplicates from 0 to 1, and the delay not below 0.');
  if (!Number.isSafeInteger(options.seed)) throw new SetupError('The seed must be a whole number.');
  if (!URL.canParse(options.webhookUrl) || !/^https?:$/.test(new URL(options.webhookUrl).protocol))
    throw new SetupError('Give the whole webhook URL, with http:// or https://.');
}

function progressOf(ledger: readonly WebhookPost[]): string {
  const done = ledger.filter(post => post.acknowledgedAt !== undefined).length;
  return `${ledger.length} posted, ${done} acknowledged.`;
}

function summaryOf(seed: number, played: readonly PlayedPost[], durationMs: number): PlaySummary {
  const acknowledged = played.filter(({ post }) => post.acknowledgedAt !== undefined);
  const latencies = acknowledged
    .map(({ post }) => post.attempts.at(-1)?.durationMs ?? 0)
    .sort((one, other) => one - other);
  const quantile = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
  return {
    seed,
    posts: played.length,
    acknowledgedPosts: acknowledged.length,
    messages: new Set(played.map(({ messageId }) => messageId)).size,
    acknowledgedMessages: new Set(acknowledged.map(({ messageId }) => messageId)).size,
    ...refusalOf(played.find(({ post }) => post.acknowledgedAt === undefined)),
    retries: played.reduce((sum, { post }) => sum + Math.max(0, post.attempts.length - 1), 0),
    durationMs,
    latencyMs: { median: quantile(0.5), p99: quantile(0.99), maximum: latencies.at(-1) ?? 0 },
  };
}

function refusalOf(refused: PlayedPost | undefined): { refusal?: string } {
  const last = refused?.post.attempts.at(-1);
  if (!last) return {};
  return { refusal: last.failure ?? `status ${last.status}` };
}

function linesOf(summary: PlaySummary): readonly string[] {
  const { latencyMs, refusal } = summary;
  const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
  return [
    `${summary.acknowledgedMessages} of ${summary.messages} messages acknowledged, in ${summary.posts} POSTs with ${summary.retries} retries.`,
    ...(refusal === undefined ? [] : [`The last answer to a POST that was not acknowledged: ${refusal}.`]),
    ...(summary.acknowledgedPosts === 0
      ? []
      : [
          `Acknowledged within ${milliseconds(latencyMs.median)} (median), ${milliseconds(latencyMs.p99)} (99 %), ${milliseconds(latencyMs.maximum)} (maximum).`,
        ]),
  ];
}
