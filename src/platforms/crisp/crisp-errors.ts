import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import { objectOf, textOf } from '../json.ts';

/** What an answer that is not the hoped for means for the message. */
export function verdictOfAnswer(answer: JsonAnswer): Error {
  return (
    refusalOf(answer) ??
    new OutcomeUnknown(`Crisp answered with status ${answer.status}; the message may have been sent.`)
  );
}

/** `undefined` for what says neither yes nor no. */
export function refusalOf({ status, body, retryAfterMs }: JsonAnswer): Rejected | Unavailable | undefined {
  const reason = textOf(body?.reason)?.trim();
  const code = reason ?? `http_${status}`;
  switch (status) {
    case 401:
      return new Rejected(
        'reauthorise',
        code,
        'Crisp does not accept the token of this channel. Take a new identifier and key and set them.',
      );
    case 403:
      return new Rejected(
        'reauthorise',
        code,
        'Crisp does not let the token of this channel do this. Check its scopes, whether its plugin is installed on the website, and "tier" in the settings.',
      );
    case 402:
      return new Rejected(
        'account',
        code,
        'The Crisp plan of this website does not include this. Look at its subscription in Crisp.',
      );
    case 404:
      return new Rejected('message', code, 'Crisp does not have this conversation any more.');
    case 420:
    case 429:
      return new Unavailable(
        'channel',
        code,
        'Crisp asks this channel to slow down, or has answered as often today as it may. The message will be tried again.',
        retryAfterMs,
      );
  }
  if (status >= 500 || status < 300) return undefined;
  const said = textOf(objectOf(body?.data).message)?.trim() ?? reason;
  return new Rejected(
    'message',
    code,
    said === undefined
      ? `Crisp did not accept this message: it answered with status ${status}.`
      : `Crisp did not accept this message. Crisp says: ${said}`,
  );
}
