import { randomInt } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { backoffCeilingMs } from '../kit/backoff.ts';
import { type Clock, systemClock } from '../kit/clock.ts';
import { type Random, shuffled } from '../kit/random.ts';
import { BackgroundWork } from './background-work.ts';
import type { OpenWebhookPost, WebhookAttempt, WebhookPost } from './webhook-post.ts';
import { type SignWebhook, signedByMeta } from './webhook-signatures.ts';

/** How a platform signs; of Meta's, which all sign alike, the app's secret says it. */
export type WebhookTarget = { readonly url: string } & (
  | { readonly sign: SignWebhook }
  | { readonly appSecret: string }
);
/** Gaps grow from `baseMs` by doubling up to `maximumMs`; after `giveUpAfterMs` since the first try there is no other. */
export interface WebhookRetry {
  readonly baseMs: number;
  readonly maximumMs: number;
  readonly giveUpAfterMs: number;
}
export interface WebhookSenderOptions {
  readonly target: WebhookTarget;
  /** As Meta does by default: for seven days. */
  readonly retry?: WebhookRetry;
  /** How long the receiver may take to answer. */
  readonly timeoutMs?: number;
  /** POSTs under way at one time; with 1 they arrive in the order in which they were sent. */
  readonly maximumSockets?: number;
  readonly random?: Random;
  readonly clock?: Clock;
}
export interface SendOptions {
  /** Wait before the first try. */
  readonly delayMs?: number;
  /** Where to, if not to the target's own address. */
  readonly url?: string;
}
export interface SendAllOptions {
  /** How often each body is posted; 1 when left out. */
  readonly copies?: number;
  /** In another order than given, copies included. */
  readonly isShuffled?: boolean;
  /** Wait before each POST. */
  readonly delayMs?: number;
}

export const defaultWebhookRetry: WebhookRetry = {
  baseMs: 1_000,
  maximumMs: 5 * 60_000,
  giveUpAfterMs: 7 * 24 * 60 * 60_000,
};

/**
 * Posts signed webhooks until a 2xx comes: at least once, in no promised order. The ledger tells for every POST whether
 * the receiver has acknowledged it, which is what a suite compares with what the receiver has kept.
 */
export class WebhookSender {
  /** Where the next attempt goes, also that of a POST which waits for its retry. */
  target: WebhookTarget;
  readonly #retry: WebhookRetry;
  readonly #timeoutMs: number;
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };
  readonly #work = new BackgroundWork();
  readonly #ledger: OpenWebhookPost[] = [];

  constructor(options: WebhookSenderOptions) {
    this.target = options.target;
    this.#retry = options.retry ?? defaultWebhookRetry;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#random = options.random ?? Math.random;
    this.#clock = options.clock ?? systemClock;
    const agent = { keepAlive: true, maxSockets: options.maximumSockets ?? 64 };
    this.#agents = { http: new http.Agent(agent), https: new https.Agent(agent) };
  }

  /** Every POST in the order in which it was asked for. */
  get ledger(): readonly WebhookPost[] {
    return this.#ledger;
  }

  /** Never rejects; resolves when the POST is acknowledged or given up. An object is serialised once, for all attempts. */
  send(body: Buffer | object, options: SendOptions = {}): Promise<WebhookPost> {
    const post: OpenWebhookPost = {
      number: this.#ledger.length + 1,
      body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
      url: options.url,
      queuedAt: this.#clock.now(),
      attempts: [],
      acknowledgedAt: undefined,
      answer: undefined,
      isFinished: false,
    };
    this.#ledger.push(post);
    return this.#work.track(this.#deliver(post, options.delayMs ?? 0));
  }

  /** As `send` for each of them, all at once. */
  sendAll(
    bodies: readonly (Buffer | object)[],
    { copies = 1, isShuffled = false, delayMs = 0 }: SendAllOptions = {},
  ): Promise<readonly WebhookPost[]> {
    const posts = bodies.flatMap(body => {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      return Array.from({ length: copies }, () => bytes);
    });
    const ordered = isShuffled ? shuffled(posts, this.#random) : posts;
    return Promise.all(ordered.map(body => this.send(body, { delayMs })));
  }

  /** The check that Meta makes before it subscribes an endpoint: true when the challenge comes back. */
  async subscribe(verifyToken: string): Promise<boolean> {
    const challenge = String(randomInt(1, 2 ** 31));
    const url = new URL(this.target.url);
    url.searchParams.set('hub.mode', 'subscribe');
    url.searchParams.set('hub.verify_token', verifyToken);
    url.searchParams.set('hub.challenge', challenge);
    const answer = await this.#call('GET', url, {}, undefined);
    return answer.status === 200 && answer.text === challenge;
  }

  /** Resolves when every POST is acknowledged or given up. */
  whenIdle(): Promise<void> {
    return this.#work.whenIdle();
  }

  /** Gives up what is not acknowledged yet. */
  close(): void {
    this.#work.close();
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  async #deliver(post: OpenWebhookPost, delayMs: number): Promise<WebhookPost> {
    let mayGoOn = await this.#work.wait(delayMs);
    const startedAt = performance.now();
    for (let retries = 1; mayGoOn; retries += 1) {
      const { attempt, text } = await this.#attempt(post);
      post.attempts.push(attempt);
      if (attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300) {
        post.acknowledgedAt = this.#clock.now();
        post.answer = text;
        break;
      }
      const gapMs = backoffCeilingMs(retries, this.#retry);
      mayGoOn =
        performance.now() - startedAt + gapMs <= this.#retry.giveUpAfterMs && (await this.#work.wait(gapMs));
    }
    post.isFinished = true;
    return post;
  }

  async #attempt({
    body,
    url: own,
  }: OpenWebhookPost): Promise<{ attempt: WebhookAttempt; text: string | undefined }> {
    const at = this.#clock.now();
    const startedAt = performance.now();
    const url = own ?? this.target.url;
    const headers = { ...signerOf(this.target)(body, url), 'content-length': String(body.length) };
    // An account may not have been told yet where to post.
    const answer: Answer = URL.canParse(url)
      ? await this.#call('POST', new URL(url), headers, body)
      : { failure: 'there is no address to post to' };
    const durationMs = performance.now() - startedAt;
    return answer.status === undefined
      ? { attempt: { at, durationMs, failure: answer.failure }, text: undefined }
      : { attempt: { at, durationMs, status: answer.status }, text: answer.text };
  }

  #call(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Buffer | undefined,
  ): Promise<Answer> {
    const isSecure = url.protocol === 'https:';
    const agent = isSecure ? this.#agents.https : this.#agents.http;
    return new Promise(resolve => {
      const finish = (answer: Answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      const options = { method, headers, agent, signal: this.#work.signal };
      const request = (isSecure ? https : http).request(url, options, response => {
        const { statusCode: status = 0 } = response;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.length < 64 && chunks.push(chunk));
        response.on('end', () => finish({ status, text: Buffer.concat(chunks).toString('utf8') }));
        response.on('error', error => finish({ failure: error.message }));
      });
      // The receiver's time begins when the request has a socket, not while it waits for one.
      let timer: NodeJS.Timeout | undefined;
      request.on('socket', () => {
        timer = setTimeout(
          () => request.destroy(new Error(`no answer within ${this.#timeoutMs} ms`)),
          this.#timeoutMs,
        );
      });
      request.on('error', error => finish({ failure: error.message || error.name }));
      request.end(body);
    });
  }
}

type Answer =
  | { readonly status: number; readonly text: string; readonly failure?: undefined }
  | { readonly status?: undefined; readonly failure: string };

function signerOf(target: WebhookTarget): SignWebhook {
  return 'sign' in target ? target.sign : signedByMeta(target.appSecret);
}
