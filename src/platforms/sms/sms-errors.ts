import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import type { PlatformFault } from '../inbound-fact.ts';
import { type JsonObject, numberOf, textOf } from '../json.ts';

type Outcome = Rejected['scope'] | 'wait';

interface KnownError {
  readonly codes: readonly number[];
  /** `wait`: the channel tries again later. */
  readonly outcome: Outcome;
  /** For an agent. It promises no further try: a receipt uses it as well. */
  readonly sentence: string;
}

export const knownErrors: readonly KnownError[] = [
  {
    codes: [20003, 20404, 70051],
    outcome: 'reauthorise',
    sentence:
      'Twilio does not accept the account SID and auth token of this channel. Take the present ones from the console and connect it again.',
  },
  {
    codes: [10001, 20005, 30002, 90010],
    outcome: 'account',
    sentence: 'This Twilio account is suspended or closed. Look at it in the Twilio console.',
  },
  {
    codes: [21603, 21660, 21661, 21701, 21703, 21704, 21705, 63007],
    outcome: 'account',
    sentence:
      'Twilio cannot send from the sender of this channel: it is not in this account, or cannot send messages. Check "from" in its settings.',
  },
  {
    codes: [21609],
    outcome: 'account',
    sentence:
      'Twilio does not take the address of this server for its receipts: it must be reachable from the internet.',
  },
  {
    codes: [30032, 30034],
    outcome: 'account',
    sentence:
      'The sender of this channel is not registered for text messages to the United States. Register it in the Twilio console.',
  },
  { codes: [20429, 14107, 63018], outcome: 'wait', sentence: 'Twilio asks this channel to slow down.' },
  { codes: [30001, 21611], outcome: 'wait', sentence: "Twilio's queue for this sender is full." },
  { codes: [20503], outcome: 'wait', sentence: 'Twilio is not available at the moment.' },
  {
    codes: [63038],
    outcome: 'wait',
    sentence: 'This Twilio account has sent as many messages today as it may.',
  },
  {
    codes: [63016],
    outcome: 'window',
    sentence:
      'More than 24 hours have passed since the customer last wrote on WhatsApp, so that free text is no longer allowed.',
  },
  {
    codes: [21211, 21217, 21265, 21604, 21614, 63003, 63024],
    outcome: 'message',
    sentence: 'Twilio cannot send to this customer: the number is not right, or takes no messages.',
  },
  {
    codes: [21408],
    outcome: 'message',
    sentence:
      "This Twilio account may not send to the customer's country. Allow it in the Twilio console under Messaging, Geo permissions.",
  },
  {
    codes: [21608],
    outcome: 'message',
    sentence: 'A trial account of Twilio may only write to numbers that were verified in its console.',
  },
  {
    codes: [21610],
    outcome: 'message',
    sentence: 'The customer has opted out by STOP. They must write START before you can write to them.',
  },
  {
    codes: [21606, 21659],
    outcome: 'message',
    sentence:
      'Twilio cannot send from the sender of this channel to this customer: a short code reaches its own country only. When it is so with all of them, check "from" in the settings of the channel.',
  },
  {
    codes: [21612],
    outcome: 'message',
    sentence: 'Twilio has no way from the sender of this channel to this customer.',
  },
  {
    codes: [21602, 21619],
    outcome: 'message',
    sentence: 'Twilio takes no message without words or files.',
  },
  {
    codes: [21605, 21617],
    outcome: 'message',
    sentence: 'The text is too long for Twilio. Send it in several messages.',
  },
  {
    codes: [11751, 21620, 21623, 30019, 63005, 63019, 63021],
    outcome: 'message',
    sentence:
      'Twilio could not send the file: it is too large, of a type it does not take, or was not found.',
  },
  {
    codes: [30003],
    outcome: 'message',
    sentence: "The customer's phone could not be reached: it is switched off, or out of service.",
  },
  {
    codes: [30004, 63032],
    outcome: 'message',
    sentence: "The message was blocked: by the customer, their operator, or the country's rules.",
  },
  { codes: [30005], outcome: 'message', sentence: "The customer's number does not exist any more." },
  {
    codes: [21635, 30006],
    outcome: 'message',
    sentence: "The customer's number is a landline, or its operator takes no text messages.",
  },
  {
    codes: [30007, 63049],
    outcome: 'message',
    sentence: 'The message was held back as unwanted. Say it in other words, without short links.',
  },
  {
    codes: [30008],
    outcome: 'message',
    sentence: 'The operator could not deliver the message and gave no reason.',
  },
  {
    codes: [63013],
    outcome: 'message',
    sentence: 'The message breaks the rules of the platform that it goes through.',
  },
  {
    codes: [63015],
    outcome: 'message',
    sentence: "The customer has not joined the sandbox of Twilio's WhatsApp yet.",
  },
];

const errorsByCode: ReadonlyMap<number, KnownError> = new Map(
  knownErrors.flatMap(error => error.codes.map(code => [code, error] as const)),
);

/** What an answer that is not the hoped for means for the message. */
export function verdictOfAnswer({ status, body, retryAfterMs }: JsonAnswer): Error {
  const number = numberOf(body?.code);
  const known = number === undefined ? undefined : errorsByCode.get(number);
  const code = number === undefined ? `http_${status}` : String(number);
  if (known === undefined && status >= 500 && status !== 503)
    return new OutcomeUnknown(`Twilio answered with status ${status}; the message may have been sent.`);
  const outcome = known?.outcome ?? outcomeOf(status);
  const sentence = known?.sentence ?? sentenceOf(status, outcome, textOf(body?.message));
  return outcome === 'wait'
    ? new Unavailable('channel', code, `${sentence} The message will be tried again.`, retryAfterMs)
    : new Rejected(outcome, code, sentence);
}

function outcomeOf(status: number): Outcome {
  if (status === 429 || status === 503) return 'wait';
  // The account's SID stands in the address: what is not found is the account.
  if (status === 401 || status === 404) return 'reauthorise';
  return status === 403 ? 'account' : 'message';
}

function sentenceOf(status: number, outcome: Outcome, said: string | undefined): string {
  switch (outcome) {
    case 'wait':
      return 'Twilio is not available at the moment.';
    case 'reauthorise':
      return errorsByCode.get(20003)?.sentence ?? '';
    case 'account':
      return 'Twilio refuses this channel. Look at its account in the Twilio console.';
    default:
      return said === undefined
        ? `Twilio did not accept this message: it answered with status ${status}.`
        : `Twilio did not accept this message. Twilio says: ${said}`;
  }
}

/** The fault of a status that is a failure; there is always one. */
export function faultOf(fields: JsonObject): PlatformFault {
  const code = numberOf(fields.ErrorCode);
  const known = code === undefined ? undefined : errorsByCode.get(code);
  const details = textOf(fields.ErrorMessage) ?? textOf(fields.ChannelStatusMessage);
  return {
    code: code === undefined ? 'unknown' : String(code),
    title:
      known?.sentence ??
      (code === undefined
        ? 'Twilio could not deliver this message and gave no reason.'
        : `Twilio could not deliver this message (code ${code}).`),
    ...(details === undefined ? {} : { details }),
  };
}

/**
 * What the failure of one message means for all the others; `undefined`: nothing. A sender without a registration reaches
 * everybody outside of the United States as before.
 */
export function standingOf(code: string): 'stop' | 'warning' | undefined {
  if (code === '30002') return 'stop';
  return code === '30032' || code === '30034' ? 'warning' : undefined;
}
