import { UnreadableDelivery } from '../adapter.ts';
import { cleanText, identifierOf, type JsonObject } from '../json.ts';

/** Twilio sends some sixty; many more are no form of its own. */
const maximumFields = 1000;

/** The fields of a form as they were sent, each with all its values. Throws UnreadableDelivery. */
export function readForm(body: Buffer): ReadonlyMap<string, readonly string[]> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new UnreadableDelivery('The body is not valid UTF-8.');
  }
  if (amountOf('&', text) >= maximumFields)
    throw new UnreadableDelivery(`The form has more than ${maximumFields} fields.`);
  const form = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const values = form.get(name);
    if (values) values.push(value);
    else form.set(name, [value]);
  }
  return form;
}

function amountOf(character: string, text: string): number {
  let amount = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) amount++;
  return amount;
}

/** One webhook of Twilio's. */
export interface TwilioEvent {
  readonly accountSid: string;
  readonly messageSid: string;
  /** What became of a message of ours; `undefined` for a message to us. */
  readonly status: string | undefined;
  /** Values that Postgres can keep, under names as they came; of a field that comes several times the first one. */
  readonly fields: JsonObject;
}

/** Of these a message to us says that it has come. */
const inboundStatuses: ReadonlySet<string> = new Set(['received', 'receiving']);

/** Throws UnreadableDelivery for what names no account or no message. */
export function readEvent(body: Buffer): TwilioEvent {
  const form = readForm(body);
  const fields: JsonObject = Object.fromEntries(
    [...form].map(([name, [value = '']]) => [name, cleanText(value)]),
  );
  const accountSid = identifierOf(fields.AccountSid);
  const messageSid = identifierOf(fields.MessageSid) ?? identifierOf(fields.SmsSid);
  if (accountSid === undefined || messageSid === undefined)
    throw new UnreadableDelivery('The body is not a webhook of Twilio: it has no AccountSid or MessageSid.');
  const given = (identifierOf(fields.MessageStatus) ?? identifierOf(fields.SmsStatus))?.toLowerCase();
  const status = given !== undefined && inboundStatuses.has(given) ? undefined : given;
  return { accountSid, messageSid, status, fields };
}
