import { type Fault, refusal } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';

export interface TidioFault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export function refusedByTidio({ status, code, message }: TidioFault): ProviderReply {
  return { status, body: { errors: [{ code, message }] } };
}

/** As Tidio refuses. */
export function tidioError(status: number, code: string, message: string): Fault {
  return refusal(refusedByTidio({ status, code, message }));
}

export const notAuthorized: TidioFault = {
  status: 401,
  code: 'unauthorized',
  message: 'The client id or secret is not valid.',
};
export const tooManyRequests: TidioFault = {
  status: 429,
  code: 'too_many_requests',
  message: 'Too many requests',
};
export function noSuch(what: string): TidioFault {
  return { status: 404, code: 'not_found', message: `There is no such ${what}.` };
}
