import { type Fault, refusal } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';

export interface TwilioFault {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export function refusedByTwilio({ status, code, message }: TwilioFault): ProviderReply {
  return {
    status,
    body: { code, message, status, more_info: `https://www.twilio.com/docs/errors/${code}` },
  };
}

/** As Twilio refuses. */
export function twilioError(status: number, code: number, message: string): Fault {
  return refusal(refusedByTwilio({ status, code, message }));
}

export const notAuthenticated: TwilioFault = { status: 401, code: 20003, message: 'Authenticate' };
export const notFound: TwilioFault = {
  status: 404,
  code: 20404,
  message: 'The requested resource was not found',
};
