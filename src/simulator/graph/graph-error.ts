import { type Fault, refusal } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';

/** An error as Graph answers it. */
export interface GraphFault {
  readonly status: number;
  readonly code: number;
  readonly subcode?: number;
  readonly message: string;
  readonly details?: string;
  readonly isTransient?: boolean;
}

/** What Graph does with a request instead of what it should; an `error` has had no effect. */
export type ProviderFault =
  | ({ readonly kind: 'error'; readonly retryAfterSeconds?: number } & Omit<GraphFault, 'message'> & {
        readonly message?: string;
      })
  | Fault;

/** The same with the error written out. */
export function plainFault(fault: ProviderFault): Fault {
  if (fault.kind !== 'error') return fault;
  const { kind: _kind, retryAfterSeconds, message = `(#${fault.code}) Scripted failure`, ...rest } = fault;
  return refusal(errorReply({ ...rest, message }), retryAfterSeconds);
}

export function graphError(status: number, code: number, subcode?: number): ProviderFault {
  return { kind: 'error', status, code, ...(subcode === undefined ? {} : { subcode }) };
}

/** Answers 200 with an error in the body, as gateways before Graph do. Nothing was taken. */
export function errorInside200(code: number): ProviderFault {
  return refusal({
    status: 200,
    body: graphErrorBody({ status: 200, code, message: `(#${code}) Scripted failure` }),
  });
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

export function errorReply(fault: GraphFault): ProviderReply {
  return { status: fault.status, body: graphErrorBody(fault) };
}

export const badToken: GraphFault = { status: 401, code: 190, message: 'Invalid OAuth access token.' };

export function noSuchObject(id: string): GraphFault {
  return {
    status: 400,
    code: 100,
    subcode: 33,
    message: `Unsupported request. Object with ID '${id}' does not exist or cannot be loaded due to missing permissions.`,
  };
}

export const unreadable: ProviderReply = errorReply({
  status: 400,
  code: 100,
  message: '(#100) The request cannot be read.',
});
