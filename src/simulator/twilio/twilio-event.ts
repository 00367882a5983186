import { createHash, randomBytes } from 'node:crypto';

export type TwilioFields = Readonly<Record<string, string>>;

/** A message that somebody sent to one of our numbers. */
export interface TwilioEvent {
  readonly sid: string;
  /** As `+351…`, or `whatsapp:+351…`. */
  readonly from: string;
  readonly fields: TwilioFields;
}

export type TwilioStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'read';

/** An id like Twilio's: of random digits, or always the same one for the same `seed`. */
export function newSid(kind: 'SM' | 'MM' | 'ME' | 'PN', seed?: string): string {
  const bytes =
    seed === undefined ? randomBytes(16) : createHash('sha256').update(seed).digest().subarray(0, 16);
  return `${kind}${bytes.toString('hex')}`;
}

/** The form of a webhook. */
export function twilioForm(fields: TwilioFields): Buffer {
  return Buffer.from(new URLSearchParams(fields).toString());
}

/** What is posted for a message to one of an account's numbers. */
export function inboundForm(
  { accountSid, to }: { readonly accountSid: string; readonly to: string },
  { sid, from, fields }: TwilioEvent,
): Buffer {
  return twilioForm({
    ToCountry: 'PT',
    FromCountry: 'PT',
    SmsMessageSid: sid,
    SmsSid: sid,
    MessageSid: sid,
    SmsStatus: 'received',
    AccountSid: accountSid,
    From: from,
    To: to,
    NumSegments: '1',
    NumMedia: '0',
    ApiVersion: '2010-04-01',
    ...fields,
  });
}

/** What is posted when a message of ours gets on, or fails. */
export function statusForm(
  message: {
    readonly accountSid: string;
    readonly sid: string;
    readonly from: string;
    readonly to: string;
  },
  status: TwilioStatus,
  errorCode?: number,
): Buffer {
  const { accountSid, sid, from, to } = message;
  return twilioForm({
    AccountSid: accountSid,
    From: from,
    To: to,
    MessageSid: sid,
    SmsSid: sid,
    SmsStatus: status,
    MessageStatus: status,
    ApiVersion: '2010-04-01',
    ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
  });
}
