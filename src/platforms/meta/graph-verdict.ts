import { OutcomeUnknown, Rejected, Unavailable } from '../adapter.ts';
import type { JsonAnswer } from '../call-platform.ts';
import { type GraphError, graphErrorOf } from './graph-error.ts';

/** What to do about an error: the scope of a Rejected, or who has to wait. */
export type Outcome =
  | { readonly kind: 'rejected'; readonly scope: Rejected['scope'] }
  | {
      readonly kind: 'unavailable';
      readonly scope: Unavailable['scope'];
      /** Where the platform does not say itself how long. */
      readonly retryAfterMs?: number;
    };

export const reauthorise: Outcome = { kind: 'rejected', scope: 'reauthorise' };
export const account: Outcome = { kind: 'rejected', scope: 'account' };
export const message: Outcome = { kind: 'rejected', scope: 'message' };
export const window: Outcome = { kind: 'rejected', scope: 'window' };
export const waitChannel: Outcome = { kind: 'unavailable', scope: 'channel' };
export const waitConversation = { kind: 'unavailable', scope: 'conversation' } as const satisfies Outcome;

export interface KnownError {
  readonly codes: readonly number[];
  /** Only with one of these subcodes; such an error goes before one for the code alone. */
  readonly subcodes?: readonly number[];
  readonly outcome: Outcome;
  /** For an agent. */
  readonly sentence: string;
  /** Meta's own words help whoever wrote the message. */
  readonly isExplainedByPlatform?: boolean;
  /** Told instead of Meta's number, where that one stands for other things as well. */
  readonly code?: string;
}

/** The numbers from the first to the last. */
export function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The errors of one platform, and the words that the sentences use for it. */
export interface ErrorBook {
  /** As agents call the platform: `WhatsApp`. */
  readonly receiver: string;
  /** What a channel is there: `number`, `page`, `account`. */
  readonly account: string;
  /** Where a person looks at it. */
  readonly managedIn: string;
  readonly errors: readonly KnownError[];
}
export interface GraphVerdicts {
  /** What an answer that is not the hoped for means for the message. */
  verdictOfAnswer(answer: JsonAnswer): Rejected | Unavailable | OutcomeUnknown;
  /** What an answer with an error means for the message. `status` decides only where the code is not known. */
  verdictOf(error: GraphError, status: number, retryAfterMs?: number): Rejected | Unavailable;
  /** A sentence for an agent, with Meta's own words where ours do not say enough. */
  sentenceOf(error: GraphError): string;
}

export function graphVerdicts(book: ErrorBook): GraphVerdicts {
  const { receiver } = book;
  const byKey = new Map(
    book.errors.flatMap(error =>
      error.codes.flatMap(code =>
        (error.subcodes ?? [undefined]).map(subcode => [keyOf(code, subcode), error] as const),
      ),
    ),
  );
  const knownError = ({ code, subcode }: GraphError) =>
    byKey.get(keyOf(code, subcode)) ?? byKey.get(keyOf(code, undefined));

  const sentenceOf = (error: GraphError) => {
    const known = knownError(error);
    const sentence =
      known?.sentence ??
      `${receiver} refused this${error.code === undefined ? '' : ` (code ${error.code})`}.`;
    return (known === undefined || known.isExplainedByPlatform) && error.text !== undefined
      ? `${sentence} ${receiver} says: ${error.text}`
      : sentence;
  };

  const verdictOf = (error: GraphError, status: number, retryAfterMs?: number) => {
    const known = knownError(error);
    // 100 is a wrong parameter, but with this subcode the wrong one is our own account's id: gone, or not ours to use.
    const isAccountUnknown = error.code === 100 && error.subcode === 33;
    const outcome = isAccountUnknown ? reauthorise : (known?.outcome ?? outcomeOf(error, status));
    const code = known?.code ?? codeOf(error, `http_${status}`);
    const sentence =
      outcome === reauthorise && known?.outcome !== reauthorise
        ? `${receiver} does not know this ${book.account} or does not let us use it. Check the channel and connect it again.`
        : sentenceOf(error);
    return outcome.kind === 'rejected'
      ? new Rejected(outcome.scope, code, sentence)
      : new Unavailable(
          outcome.scope,
          code,
          `${sentence} The message will be tried again.`,
          retryAfterMs ?? outcome.retryAfterMs,
        );
  };

  return {
    sentenceOf,
    verdictOf,
    verdictOfAnswer: ({ status, body, retryAfterMs }) => {
      const error = graphErrorOf(body);
      return error === undefined
        ? verdictWithoutError(book, status, retryAfterMs)
        : verdictOf(error, status, retryAfterMs);
    },
  };
}

function keyOf(code: number | undefined, subcode: number | undefined): string {
  return `${code}/${subcode ?? ''}`;
}

export function codeOf(error: GraphError, otherwise: string): string {
  return error.code === undefined ? otherwise : String(error.code);
}

function outcomeOf(error: GraphError, status: number): Outcome {
  if (status === 429) return waitChannel;
  if (error.isTransient || status >= 500) return waitConversation;
  return status === 401 ? reauthorise : message;
}

/** For answers that are not Graph's own: a gateway on the way, or a server that fell over. */
function verdictWithoutError(
  { receiver, managedIn }: ErrorBook,
  status: number,
  retryAfterMs: number | undefined,
): Rejected | Unavailable | OutcomeUnknown {
  const code = `http_${status}`;
  if (status === 429 || status === 503)
    return new Unavailable(
      'channel',
      code,
      `${receiver} is not available at the moment. The message will be tried again.`,
      retryAfterMs,
    );
  if (status >= 500)
    return new OutcomeUnknown(`${receiver} answered with status ${status}; the message may have been sent.`);
  if (status === 401)
    return new Rejected(
      'reauthorise',
      code,
      `${receiver} does not accept the access token of this channel. Set a new one in the settings of the channel.`,
    );
  if (status === 403)
    return new Rejected(
      'account',
      code,
      `${receiver} refuses this channel. Look at its account in ${managedIn}.`,
    );
  return new Rejected(
    'message',
    code,
    `${receiver} did not accept this message: it answered with status ${status}.`,
  );
}
