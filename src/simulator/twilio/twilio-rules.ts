import type { TwilioState } from './twilio-account.ts';
import type { TwilioFault } from './twilio-error.ts';

const recipient = /^(whatsapp:)?\+[1-9]\d{6,14}$/;

/** What Twilio refuses of a message at once; `undefined`: it is taken. */
export function messageFault(state: TwilioState, fields: URLSearchParams): TwilioFault | undefined {
  const to = fields.get('To') ?? '';
  const from = fields.get('From') ?? fields.get('MessagingServiceSid') ?? '';
  const body = fields.get('Body') ?? '';
  const media = fields.getAll('MediaUrl');
  const callback = fields.get('StatusCallback');
  if (!recipient.test(to)) return bad(21211, `Invalid 'To' Phone Number: ${to}`);
  if (from === '') return bad(21603, "A 'From' phone number is required.");
  const isOurs = state.numbers.length === 0 || state.numbers.some(({ phoneNumber }) => phoneNumber === from);
  if (fields.has('From') && !isOurs) return bad(21606, `The 'From' number ${from} is not yours.`);
  if (state.hasOptedOut(from, to)) return bad(21610, 'Attempt to send to unsubscribed recipient');
  if (body === '' && media.length === 0) return bad(21602, 'Message body is required.');
  if ([...body].length > 1600) return bad(21617, 'The concatenated message body exceeds the limit.');
  if (media.length > 10) return bad(21623, 'Number of media files exceeds the allowed limit');
  if (callback !== null && !URL.canParse(callback)) return bad(21609, "Invalid 'StatusCallback' URL");
  return undefined;
}

export const mediaNotFetched = bad(21620, 'Invalid media URL(s)');

function bad(code: number, message: string): TwilioFault {
  return { status: 400, code, message };
}
