import type { Fault } from './provider-fault.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** A step of what becomes of every accepted message. `errorCode` belongs to a failure. */
export interface ReceiptStep<Status extends string> {
  readonly status: Status;
  /** Since the message was accepted. */
  readonly afterMs: number;
  readonly errorCode?: number;
}

/** How an account behaves until it is told otherwise. */
export interface AccountBehaviour<Status extends string> {
  readonly answerDelayMs: number;
  readonly receipts: readonly ReceiptStep<Status>[];
  /** Receipts are made, but their webhooks are never posted. */
  readonly areReceiptsDropped: boolean;
  /** How often each webhook is posted. */
  readonly webhookCopies: number;
  readonly webhookDelayMs: number;
  /** Each webhook waits up to this long in addition, so that later ones overtake it. */
  readonly webhookJitterMs: number;
}

const goodBehaviour: AccountBehaviour<never> = {
  answerDelayMs: 0,
  receipts: [],
  areReceiptsDropped: false,
  webhookCopies: 1,
  webhookDelayMs: 0,
  webhookJitterMs: 0,
};

/** What every provider keeps about an account: how it behaves, the faults that wait for requests, its webhooks. */
export class ProviderAccount<Account, Status extends string, Operation extends string> {
  account: Account;
  behaviour: AccountBehaviour<Status> = goodBehaviour;
  readonly sender: WebhookSender;
  readonly #faults = new Map<Operation, Fault[]>();

  constructor(account: Account, sender: WebhookSender) {
    this.account = account;
    this.sender = sender;
  }

  pushFaults(operation: Operation, fault: Fault, times: number): void {
    const waiting = this.#faults.get(operation) ?? [];
    this.#faults.set(operation, [...waiting, ...Array.from({ length: times }, () => fault)]);
  }

  takeFault(operation: Operation): Fault | undefined {
    return this.#faults.get(operation)?.shift();
  }

  behaveWell(): void {
    this.behaviour = goodBehaviour;
    this.#faults.clear();
  }
}
