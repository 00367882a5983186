import type { Response } from 'express';
import type { BackgroundWork } from './background-work.ts';
import { type ProviderReply, writeReply } from './provider-reply.ts';

/**
 * What a provider does with a request instead of what it should. `isAccepted` says whether the request has had its
 * effect all the same: the message is in the ledger and its receipts come, but the caller is not told.
 */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly contentType?: string;
      readonly retryAfterSeconds?: number;
      readonly isAccepted: boolean;
    }
  /** The connection is cut with a TCP reset. */
  | { readonly kind: 'reset'; readonly isAccepted: boolean }
  /** No answer until the caller gives up or the provider stops. */
  | { readonly kind: 'stall'; readonly isAccepted: boolean }
  /** A right answer, but late. The request has its effect at the end of the delay. */
  | { readonly kind: 'delay'; readonly delayMs: number };

/** A refusal in the platform's own form, as the answer to the next request. */
export function refusal(reply: ProviderReply, retryAfterSeconds?: number): Fault {
  const { status, body } = reply;
  return {
    kind: 'answer',
    status,
    body: JSON.stringify(body),
    isAccepted: false,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

export interface Exchange {
  readonly fault: Fault | undefined;
  readonly answerDelayMs: number;
  readonly work: BackgroundWork;
  readonly response: Response;
  /** Gives the request its effect, and the right answer. */
  readonly perform: () => ProviderReply | Promise<ProviderReply>;
}

/** Answers as the fault wants it, or rightly when there is none. */
export async function answerThrough({
  fault,
  answerDelayMs,
  work,
  response,
  perform,
}: Exchange): Promise<void> {
  const delayMs = answerDelayMs + (fault?.kind === 'delay' ? fault.delayMs : 0);
  if (!(await work.wait(delayMs))) return void response.destroy();
  if (fault === undefined || fault.kind === 'delay') return writeReply(response, await perform());
  if (fault.isAccepted) {
    const reply = await perform();
    if (reply.status >= 400) return writeReply(response, reply);
  }
  switch (fault.kind) {
    case 'answer': {
      const { status, body, contentType = 'application/json', retryAfterSeconds } = fault;
      if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
      return writeReply(response, { status, body, contentType });
    }
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'stall':
      work.signal.addEventListener('abort', () => response.destroy(), { once: true });
      return;
  }
}
