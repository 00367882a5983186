import { type ChannelCheck, type PlatformIo, Rejected, Unavailable } from '../adapter.ts';
import { callPlatform } from '../call-platform.ts';
import { type JsonObject, objectsOf, textOf } from '../json.ts';
import { graphErrorOf } from './graph-error.ts';
import { bearer } from './graph-request.ts';
import { codeOf, type GraphVerdicts } from './graph-verdict.ts';

/** What questions about an account are asked with. */
export interface GraphAccess {
  readonly io: PlatformIo;
  /** As the sentences call the platform. */
  readonly receiver: string;
  readonly verdicts: GraphVerdicts;
  readonly token: string;
}

/** Calls Graph on behalf of an administrator. Throws Rejected or Unavailable, with sentences for one. */
export async function callGraph(
  { io, receiver, verdicts, token }: GraphAccess,
  method: 'GET' | 'POST',
  url: string,
  payload?: object,
): Promise<JsonObject> {
  const tryLater = (code: string, retryAfterMs?: number) =>
    new Unavailable(
      'channel',
      code,
      `${receiver} cannot be asked at the moment. Try again in a few minutes.`,
      retryAfterMs,
    );
  const answer = await callPlatform(io, receiver, {
    method,
    url,
    headers: { ...bearer(token), ...(payload && { 'content-type': 'application/json' }) },
    ...(payload && { body: Buffer.from(JSON.stringify(payload)) }),
  }).catch(error => {
    if (error instanceof Rejected) throw error;
    throw tryLater(error instanceof Unavailable ? error.code : 'no_answer');
  });
  const { status, body } = answer;
  const error = graphErrorOf(body);
  if (status >= 200 && status < 300 && error === undefined && body !== undefined) return body;
  const verdict = verdicts.verdictOfAnswer(answer);
  if (!(verdict instanceof Rejected)) throw tryLater(`http_${status}`, answer.retryAfterMs);
  if (verdict.scope === 'reauthorise' || verdict.scope === 'account') throw verdict;
  // The sentences for the rest speak of a message, and there is none.
  const because = error?.text === undefined ? `it answered with status ${status}` : error.text;
  throw new Rejected(
    'message',
    error === undefined ? `http_${status}` : codeOf(error, 'unknown'),
    `${receiver} refused: ${because}${/[.!?]$/.test(because) ? '' : '.'}`,
  );
}

/** The one refusal that always is the account's fault: any other may concern only what was asked. */
export function isTokenEnded(error: unknown): boolean {
  return error instanceof Rejected && error.scope === 'reauthorise' && error.code === '190';
}

/** Has Meta deliver what happens to an account to the app's webhook. The fields given replace those from before. */
export async function subscribe(
  access: GraphAccess,
  subscriptionsUrl: string,
  fields: readonly string[],
): Promise<void> {
  const query = new URLSearchParams({ subscribed_fields: fields.join(',') });
  await callGraph(access, 'POST', `${subscriptionsUrl}?${query}`);
}

/** Never throws. `readAccount` gives the name, and throws as callGraph does when the account is not as it should be. */
export async function checkAccount(
  access: GraphAccess,
  subscriptionsUrl: string,
  readAccount: () => Promise<string | undefined>,
): Promise<ChannelCheck> {
  let accountName: string | undefined;
  try {
    accountName = await readAccount();
  } catch (error) {
    return checkOf(error, access.receiver);
  }
  const named = accountName === undefined ? {} : { accountName };
  try {
    const subscriptions = await callGraph(access, 'GET', subscriptionsUrl);
    const isSubscribed = objectsOf(subscriptions.data).some(hasMessages);
    return isSubscribed
      ? { health: 'ok', message: null, ...named, isSubscribed }
      : {
          health: 'warning',
          message: `${access.receiver} does not deliver the messages of this account to us. Connect the channel again.`,
          ...named,
          isSubscribed,
        };
  } catch (error) {
    // Sending works without the permission to ask this.
    const because = error instanceof Error ? error.message : String(error);
    return {
      health: 'ok',
      message: null,
      ...named,
      facts: [{ name: 'Webhook', value: `Cannot be checked. ${because}` }],
    };
  }
}

/** The token sees the subscription of its own app; the fields are names, or objects with one. */
function hasMessages({ subscribed_fields: fields }: JsonObject): boolean {
  return Array.isArray(fields) && (fields.includes('messages') || objectsOf(fields).some(isMessages));
}
function isMessages(field: JsonObject): boolean {
  return textOf(field.name) === 'messages';
}

const healthByScope = {
  reauthorise: 'reauthorise',
  account: 'stopped',
  message: 'warning',
  window: 'warning',
} as const satisfies Record<Rejected['scope'], ChannelCheck['health']>;

/** What a question that was not answered means for the channel. */
export function checkOf(error: unknown, receiver: string): ChannelCheck {
  if (error instanceof Rejected) return { health: healthByScope[error.scope], message: error.message };
  return {
    health: 'unknown',
    message: error instanceof Unavailable ? error.message : `${receiver} could not be asked.`,
  };
}
