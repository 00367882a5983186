import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import { identifierOf, objectsOf, textOf } from '../json.ts';

/** What an answer that is not the hoped for means for the message. */
export function verdictOfAnswer(answer: JsonAnswer): Error {
  return (
    refusalOf(answer) ??
    new OutcomeUnknown(`Tidio answered with status ${answer.status}; the message may have been sent.`)
  );
}

/** Tidio counts by the minute and does not say when the next one begins. */
const pauseMs = 60_000;

/** `undefined` for what says neither yes nor no. */
export function refusalOf({ status, body, retryAfterMs }: JsonAnswer): Rejected | Unavailable | undefined {
  const [error] = objectsOf(body?.errors);
  const code = identifierOf(error?.code) ?? `http_${status}`;
  switch (status) {
    case 401:
    case 403:
      return new Rejected(
        'reauthorise',
        code,
        'Tidio does not accept the client ID and secret of this channel, or its plan has no OpenAPI. Look under Developer, OpenAPI in Tidio and set new ones.',
      );
    case 402:
      return new Rejected(
        'account',
        code,
        'The Tidio plan of this project does not include this. Look at its subscription in Tidio.',
      );
    case 404:
      return new Rejected('message', code, 'Tidio does not have this ticket any more.');
    case 429:
      return new Unavailable(
        'channel',
        code,
        'Tidio asks this channel to slow down. The message will be tried again.',
        retryAfterMs ?? pauseMs,
      );
  }
  if (status >= 500 || status < 300) return undefined;
  const said = textOf(error?.message)?.trim();
  return new Rejected(
    'message',
    code,
    said === undefined
      ? `Tidio did not accept this message: it answered with status ${status}.`
      : `Tidio did not accept this message. Tidio says: ${said}`,
  );
}
