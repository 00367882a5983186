import { type Fault, refusal } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';

export interface CrispFault {
  readonly status: number;
  readonly reason: string;
  readonly message?: string;
}

export function refusedByCrisp({ status, reason, message }: CrispFault): ProviderReply {
  return { status, body: { error: true, reason, data: message === undefined ? {} : { message } } };
}

/** As Crisp refuses. */
export function crispError(status: number, reason: string, message?: string): Fault {
  return refusal(refusedByCrisp({ status, reason, ...(message === undefined ? {} : { message }) }));
}

export const quotaExceeded: CrispFault = { status: 429, reason: 'quota_limit_exceeded' };
