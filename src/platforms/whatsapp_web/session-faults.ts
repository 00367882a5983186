import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import type { SessionFault } from './session-protocol.ts';

export function faultOf(error: unknown): SessionFault {
  if (error instanceof Rejected) {
    const { scope, code, message } = error;
    return { kind: 'rejected', scope, code, message };
  }
  if (error instanceof Unavailable) {
    const { scope, code, message, retryAfterMs } = error;
    return {
      kind: 'unavailable',
      scope,
      code,
      message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  return { kind: 'unknown', message: messageOf(error) };
}

export function errorOf(fault: SessionFault): Rejected | Unavailable | OutcomeUnknown {
  switch (fault.kind) {
    case 'rejected':
      return new Rejected(fault.scope, fault.code, fault.message);
    case 'unavailable':
      return new Unavailable(fault.scope, fault.code, fault.message, fault.retryAfterMs);
    case 'unknown':
      return new OutcomeUnknown(fault.message);
  }
}

/** The library throws texts as well as errors. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const notConnected = () =>
  new Unavailable(
    'channel',
    'not_connected',
    'WhatsApp Web is not connected at the moment. The message goes out when it is.',
    5000,
  );
