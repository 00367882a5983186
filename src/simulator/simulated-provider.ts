import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Response, type Router } from 'express';
import { type Clock, systemClock } from '../kit/clock.ts';
import { type Random, shuffled } from '../kit/random.ts';
import { BackgroundWork } from './background-work.ts';
import type { AccountBehaviour, ProviderAccount, ReceiptStep } from './provider-account.ts';
import { answerThrough, type Fault } from './provider-fault.ts';
import type { ProviderReply } from './provider-reply.ts';
import type { WebhookPost } from './webhook-post.ts';
import { type WebhookRetry, WebhookSender, type WebhookTarget } from './webhook-sender.ts';

export interface SimulatedProviderOptions {
  readonly webhookRetry?: WebhookRetry;
  readonly webhookTimeoutMs?: number;
  readonly maximumWebhookSockets?: number;
  readonly random?: Random;
  readonly clock?: Clock;
}
export interface DeliverOptions {
  /** How often each POST is made; as the account behaves when left out. */
  readonly copies?: number;
  readonly isShuffled?: boolean;
}

/**
 * A platform's side of the line: the API that businesses call, and the webhooks that it posts to them. What is the same
 * for all platforms: a server on loopback, accounts, scripted misbehaviour.
 */
export abstract class SimulatedProvider<
  Account,
  State extends ProviderAccount<Account, Status, Operation>,
  Status extends string,
  Operation extends string,
  Events extends Record<keyof Events, unknown[]>,
> {
  readonly events = new EventEmitter<Events>();
  readonly work = new BackgroundWork();
  /** To be mounted under a path of another app; `start` is then not needed. */
  abstract readonly router: Router;
  protected readonly clock: Clock;
  protected readonly random: Random;
  /** As the sentences of errors call it. */
  protected abstract readonly platform: string;
  readonly #options: SimulatedProviderOptions;
  readonly #states = new Map<string, State>();
  #server: http.Server | undefined;

  constructor(options: SimulatedProviderOptions) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
  }

  protected abstract idOf(account: Account): string;
  protected abstract targetOf(account: Account): WebhookTarget;
  protected abstract open(account: Account, sender: WebhookSender): State;
  protected change(state: State, account: Account): void {
    state.account = account;
    state.sender.target = this.targetOf(account);
  }

  /** Listens on loopback; gives the base URL, without a slash at its end. */
  async start(port = 0): Promise<string> {
    const server = http.createServer(express().disable('x-powered-by').use(this.router));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    return this.url;
  }

  /** The base URL, once it listens. */
  get url(): string {
    if (this.#server === undefined) throw new Error(`The simulated ${this.platform} does not listen.`);
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection and gives up every webhook that is not acknowledged. */
  async stop(): Promise<void> {
    this.work.close();
    for (const { sender } of this.states) sender.close();
    const server = this.#server;
    if (server?.listening) {
      const isClosed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await isClosed;
    }
    await this.whenIdle();
  }

  /** Resolves when no receipt is due and every webhook is acknowledged or given up. */
  async whenIdle(): Promise<void> {
    await this.work.whenIdle();
    await Promise.all(this.states.map(({ sender }) => sender.whenIdle()));
  }

  /** An account that is known already gets its new credentials and webhook URL, and keeps its ledgers. */
  addAccount(account: Account): void {
    const known = this.#states.get(this.idOf(account));
    if (known !== undefined) return this.change(known, account);
    const { webhookRetry: retry, webhookTimeoutMs: timeoutMs, maximumWebhookSockets } = this.#options;
    const sender = new WebhookSender({
      target: this.targetOf(account),
      clock: this.clock,
      random: this.random,
      ...(retry === undefined ? {} : { retry }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(maximumWebhookSockets === undefined ? {} : { maximumSockets: maximumWebhookSockets }),
    });
    this.#states.set(this.idOf(account), this.open(account, sender));
  }

  account(id: string): Account {
    return this.stateOf(id).account;
  }

  /** Posts to the account's webhook URL, and the ledger of those posts. */
  webhooks(id: string): WebhookSender {
    return this.stateOf(id).sender;
  }

  /** Changes only what is given. */
  behave(id: string, change: Partial<AccountBehaviour<Status>>): void {
    const state = this.stateOf(id);
    state.behaviour = { ...state.behaviour, ...change };
  }

  /** Forgets all scripted faults and behaviour; ledgers stay. */
  behaveWell(id: string): void {
    this.stateOf(id).behaveWell();
  }

  state(id: string): State | undefined {
    return this.#states.get(id);
  }

  get states(): readonly State[] {
    return [...this.#states.values()];
  }

  /** Answers a request as the account behaves: `perform` gives it its effect. */
  answer(
    state: State,
    operation: Operation,
    response: Response,
    perform: () => ProviderReply | Promise<ProviderReply>,
  ): Promise<void> {
    return answerThrough({
      fault: state.takeFault(operation),
      answerDelayMs: state.behaviour.answerDelayMs,
      work: this.work,
      response,
      perform,
    });
  }

  protected stateOf(id: string): State {
    const state = this.#states.get(id);
    if (state === undefined) throw new Error(`The simulated ${this.platform} has no account ${id}.`);
    return state;
  }

  /** The next `times` requests meet this fault, after those that were scripted before. */
  protected script(id: string, fault: Fault, times: number, operation: Operation): void {
    this.stateOf(id).pushFaults(operation, fault, times);
  }

  /** Does for an accepted message what the account's behaviour says. */
  protected planReceipts(state: State, send: (step: ReceiptStep<Status>) => void): void {
    for (const step of state.behaviour.receipts) this.work.after(step.afterMs, () => send(step));
  }

  /** Posts each body, as the account behaves; resolves when each POST is acknowledged or given up. */
  protected post(
    { behaviour, sender }: State,
    bodies: readonly Buffer[],
    { copies = behaviour.webhookCopies, isShuffled = false, url }: DeliverOptions & { url?: string } = {},
  ): Promise<readonly WebhookPost[]> {
    const posts = bodies.flatMap(body => Array.from({ length: copies }, () => body));
    const ordered = isShuffled ? shuffled(posts, this.random) : posts;
    return Promise.all(
      ordered.map(body => {
        const jitterMs = Math.floor(this.random() * behaviour.webhookJitterMs);
        const delayMs = behaviour.webhookDelayMs + jitterMs;
        return sender.send(body, { delayMs, ...(url === undefined ? {} : { url }) });
      }),
    );
  }
}
