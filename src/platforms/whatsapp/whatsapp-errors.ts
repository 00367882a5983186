import type { PlatformFault } from '../inbound-fact.ts';
import type { JsonObject } from '../json.ts';
import { readGraphError } from '../meta/graph-error.ts';
import {
  account,
  codeOf,
  graphVerdicts,
  type KnownError,
  message,
  range,
  reauthorise,
  waitChannel,
  waitConversation,
  window,
} from '../meta/graph-verdict.ts';

/** The Cloud API's error codes as far as they change what we do. */
export const knownErrors: readonly KnownError[] = [
  {
    codes: [190],
    outcome: reauthorise,
    sentence:
      'The access token of this WhatsApp channel has expired or was withdrawn. Set a new one in the settings of the channel.',
  },
  {
    codes: [0, 3, 10, ...range(200, 299), 131005],
    outcome: reauthorise,
    sentence:
      'WhatsApp does not let this channel do that. Give its access token the permission and connect it again.',
  },
  {
    codes: [4],
    outcome: waitChannel,
    sentence: 'Meta limits our calls at the moment.',
  },
  {
    codes: [80007, 130429],
    outcome: waitChannel,
    sentence: 'This WhatsApp number sends faster than it may.',
  },
  {
    codes: [131056],
    // About one message in six seconds goes to one customer.
    outcome: { ...waitConversation, retryAfterMs: 8000 },
    sentence: 'Too many messages to this customer in a short time.',
  },
  {
    codes: [131048],
    outcome: account,
    sentence:
      'WhatsApp limits this number because people marked its messages as spam. Look at its quality in WhatsApp Manager.',
  },
  {
    codes: [131064],
    outcome: account,
    sentence:
      'This number has used up its limit for messages of this category. Look at its limits in WhatsApp Manager.',
  },
  {
    codes: [133016],
    outcome: waitChannel,
    sentence: 'This WhatsApp number was registered too often and has to wait.',
  },
  {
    codes: [1, 2, 131016, 133004, 131057],
    outcome: waitChannel,
    sentence: 'WhatsApp is not available at the moment.',
  },
  {
    codes: [131000, 135000],
    outcome: waitConversation,
    sentence: 'Something went wrong at WhatsApp.',
  },
  {
    codes: [131047],
    outcome: window,
    sentence:
      'More than 24 hours have passed since the customer last wrote. Send a template message instead.',
  },
  {
    codes: [131026],
    outcome: message,
    sentence:
      'WhatsApp cannot deliver to this customer: the number may have no WhatsApp, or an old version of it.',
  },
  { codes: [131021], outcome: message, sentence: 'A number cannot write to itself.' },
  {
    codes: [131030],
    outcome: message,
    sentence: "The customer's number is not on the list of numbers that this test number may write to.",
  },
  {
    codes: [130472],
    outcome: message,
    sentence: 'WhatsApp held this message back as part of an experiment.',
  },
  {
    codes: [131049],
    outcome: message,
    sentence:
      'WhatsApp held this message back so that the customer does not get too many. Wait at least 24 hours.',
  },
  { codes: [131050], outcome: message, sentence: 'The customer does not want marketing messages from you.' },
  {
    codes: [131063],
    outcome: message,
    sentence:
      'Marketing messages are switched off for this WhatsApp account. Send a template of another category, or switch them on in WhatsApp Manager.',
  },
  {
    codes: [130497],
    outcome: message,
    sentence: "This WhatsApp account may not write to people in the customer's country.",
  },
  {
    codes: [137000],
    outcome: message,
    sentence: "The customer's security code has changed. Make sure that it is still the same person.",
  },
  {
    codes: [131062],
    outcome: message,
    sentence: "This kind of message needs the customer's phone number, which we do not have.",
  },
  {
    codes: [100, 131008, 131009],
    outcome: message,
    sentence: 'WhatsApp did not accept the content of this message.',
    isExplainedByPlatform: true,
  },
  { codes: [131051], outcome: message, sentence: 'WhatsApp does not support this type of message.' },
  {
    codes: [131052],
    outcome: message,
    sentence: 'WhatsApp could not fetch the file that the customer sent.',
  },
  {
    codes: [131053],
    outcome: message,
    sentence: 'WhatsApp did not accept the file.',
    isExplainedByPlatform: true,
  },
  {
    codes: [132000, 132012],
    outcome: message,
    sentence: 'The variables do not fit the template.',
    isExplainedByPlatform: true,
  },
  {
    codes: [132001],
    outcome: message,
    sentence: 'The template does not exist in this language, or is not approved.',
  },
  {
    codes: [132005],
    outcome: message,
    sentence: 'With these variables the text of the template becomes too long.',
  },
  { codes: [132007], outcome: message, sentence: "The template breaks WhatsApp's rules for formatting." },
  { codes: [132008], outcome: message, sentence: 'A variable has a form that the template does not allow.' },
  { codes: [132015], outcome: message, sentence: 'The template is paused because of its low quality.' },
  {
    codes: [132016],
    outcome: message,
    sentence: 'The template has been disabled because of its low quality.',
  },
  {
    codes: [132068, 132069],
    outcome: message,
    sentence: 'The flow of this message does not work at the moment.',
    isExplainedByPlatform: true,
  },
  {
    codes: [368],
    outcome: account,
    sentence: 'Meta has blocked this WhatsApp account for a while for breaking its rules.',
  },
  {
    codes: [131031],
    outcome: account,
    sentence: 'Meta has locked this WhatsApp account. Look at it in WhatsApp Manager.',
  },
  {
    codes: [131042],
    outcome: account,
    sentence: "WhatsApp cannot charge this account. Check its payment method in Meta's billing settings.",
  },
  {
    codes: [131045],
    outcome: account,
    sentence: 'The certificate of this WhatsApp number does not fit. Register the number again.',
  },
  {
    codes: [131037],
    outcome: account,
    sentence: 'The display name of this WhatsApp number is not approved. Set one in WhatsApp Manager.',
  },
];

export const whatsappVerdicts = graphVerdicts({
  receiver: 'WhatsApp',
  account: 'number',
  managedIn: 'WhatsApp Manager',
  errors: knownErrors,
});
export const { sentenceOf, verdictOf, verdictOfAnswer } = whatsappVerdicts;

/** The fault of a failed status; there is always one. */
export function faultOf(errors: readonly JsonObject[]): PlatformFault {
  const error = errors.map(readGraphError).find(candidate => candidate !== undefined);
  if (error === undefined)
    return { code: 'unknown', title: 'WhatsApp could not deliver this message and gave no reason.' };
  return {
    code: codeOf(error, 'unknown'),
    title: sentenceOf(error),
    ...(error.text === undefined ? {} : { details: error.text }),
  };
}

const limited: ReadonlySet<string> = new Set(['131048', '131064']);
const locked: ReadonlySet<string> = new Set(['368', '131031', '131037', '131042', '131045']);

/** What the failure of one message means for all the others; `undefined`: nothing. */
export function standingOf(code: string): 'stop' | 'warning' | undefined {
  if (locked.has(code)) return 'stop';
  return limited.has(code) ? 'warning' : undefined;
}
