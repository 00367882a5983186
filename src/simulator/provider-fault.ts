/** An error as Graph answers it. */
export interface GraphFault {
  readonly status: number;
  readonly code: number;
  readonly subcode?: number;
  readonly message: string;
  readonly details?: string;
  readonly isTransient?: boolean;
}

/**
 * What the provider does with a request instead of what it should. `isAccepted` says whether the request has had its
 * effect all the same: the message is in the ledger and its receipts come, but the caller is not told.
 */
export type ProviderFault =
  | ({ readonly kind: 'error'; readonly retryAfterSeconds?: number } & Omit<GraphFault, 'message'> & {
        readonly message?: string;
      })
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

/** Answers 200 with JSON that breaks off, although the message was taken. */
export const brokenJson: ProviderFault = {
  kind: 'answer',
  status: 200,
  body: '{"messaging_product":"whatsapp","messages":[{"id":',
  isAccepted: true,
};

/** Answers 200 with an error in the body, as gateways before Graph do. Nothing was taken. */
export function errorInside200(code: number): ProviderFault {
  const body = JSON.stringify(graphErrorBody({ status: 200, code, message: `(#${code}) Scripted failure` }));
  return { kind: 'answer', status: 200, body, isAccepted: false };
}

export function graphError(status: number, code: number): ProviderFault {
  return { kind: 'error', status, code };
}

/** The number sends too fast. */
export function rateLimited(retryAfterSeconds: number): ProviderFault {
  return { kind: 'error', status: 429, code: 130429, message: 'Rate limit hit', retryAfterSeconds };
}

export function graphErrorBody(fault: GraphFault): object {
  const { code, subcode, message, details, isTransient } = fault;
  return {
    error: {
      message,
      type: 'OAuthException',
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      ...(details === undefined ? {} : { error_data: { messaging_product: 'whatsapp', details } }),
      ...(isTransient === undefined ? {} : { is_transient: isTransient }),
      fbtrace_id: 'simulated',
    },
  };
}
