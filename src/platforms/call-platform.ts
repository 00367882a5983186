import { type AxiosResponse, isAxiosError } from 'axios';
import FormData from 'form-data';
import { type OutboundFile, OutcomeUnknown, type PlatformIo, Rejected, Unavailable } from './adapter.ts';
import { isObject, type JsonObject, tryParseJsonText } from './json.ts';

export interface JsonAnswer {
  readonly status: number;
  /** `undefined` when the answer is not a JSON object. */
  readonly body: JsonObject | undefined;
  readonly retryAfterMs: number | undefined;
}

const maximumAnswerBytes = 1024 * 1024;
const maximumRetryAfterMs = 24 * 60 * 60 * 1000;

export interface PlatformCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Exactly these bytes, or a form with files. */
  readonly body?: Buffer | FormData;
}

/**
 * Calls the platform and gives back any answer, whatever its status; redirects are not followed.
 * Without an answer it throws Unavailable when nothing can have been written, else OutcomeUnknown.
 * `receiver` is the name that the sentences use.
 */
export async function callPlatform(
  io: PlatformIo,
  receiver: string,
  call: PlatformCall,
): Promise<JsonAnswer> {
  const { method, url, headers, body } = call;
  try {
    const response = await io.http.request<unknown>({
      method,
      url,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body instanceof FormData && body.getHeaders()),
      },
      data: body,
      responseType: 'text',
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
      maxRedirects: 0,
      maxBodyLength: Number.POSITIVE_INFINITY,
      maxContentLength: maximumAnswerBytes,
    });
    return answerOf(response);
  } catch (error) {
    if (isAxiosError(error) && error.response) return answerOf(error.response);
    throw failureOf(error, receiver);
  }
}

/** Posts exactly these bytes as JSON: see callPlatform. */
export function postJson(
  io: PlatformIo,
  receiver: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<JsonAnswer> {
  return callPlatform(io, receiver, {
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  });
}

/** For calls that the customer does not see (uploads, questions): not knowing their outcome is a reason to try again. */
export async function withoutEffect<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof OutcomeUnknown) throw new Unavailable('conversation', 'no_answer', error.message);
    throw error;
  }
}

/** A form field that holds a file of ours, streamed. Throws Rejected when the file is gone, Unavailable when it is not now. */
export async function appendFile(form: FormData, field: string, file: OutboundFile): Promise<void> {
  const content = await file.open().catch(error => {
    if (error instanceof Unavailable) throw error;
    throw new Rejected(
      'message',
      'file_gone',
      `The file ${file.filename} is not there any more. Send it anew.`,
    );
  });
  form.append(field, content, {
    filename: file.filename,
    contentType: file.mimeType,
    knownLength: file.size,
  });
}

function answerOf(response: AxiosResponse<unknown>): JsonAnswer {
  const { data } = response;
  const body = tryParseJsonText(typeof data === 'string' ? data : (JSON.stringify(data) ?? ''));
  return {
    status: response.status,
    body: isObject(body) ? body : undefined,
    retryAfterMs: retryAfterMsOf(response.headers['retry-after'], new Date()),
  };
}

/** `Retry-After` in seconds or as a date; at most a day. */
export function retryAfterMsOf(header: unknown, now: Date): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  const milliseconds = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(milliseconds) ? undefined : Math.min(Math.max(milliseconds, 0), maximumRetryAfterMs);
}

/** What a request without an answer means for the message. */
export function failureOf(error: unknown, receiver: string): Unavailable | OutcomeUnknown | Rejected {
  const unsafe = faultsOf(error).find(fault => fault.code === 'ERR_UNSAFE_ADDRESS');
  if (unsafe) return new Rejected('account', 'unsafe_address', unsafe.message);
  const code = faultsOf(error).find(fault => fault.code !== undefined)?.code ?? 'no_answer';
  return wasNeverWritten(error)
    ? new Unavailable('channel', code, `${receiver} cannot be reached. The message will be tried again.`)
    : new OutcomeUnknown(`${receiver} did not answer (${code}); the message may have been sent.`);
}

const codesBeforeWriting = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'HOSTNAME_MISMATCH',
  'ERR_INVALID_URL',
  'ERR_INVALID_CHAR',
]);
const codePatternBeforeWriting =
  /^(EAI_|CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CRL_|ERR_BAD_OPTION)/;

/**
 * True only if the request surely did not leave: the address was not found, the connection was not made, or TLS was
 * not agreed on. axios gives `error.request`; a socket that still has `secureConnecting` has sent no byte of HTTP.
 */
function wasNeverWritten(error: unknown): boolean {
  const socket = readable(readable(readable(error).request).socket);
  if (socket.secureConnecting === true) return true;
  const faults = faultsOf(error);
  const calls = faults.map(fault => fault.syscall).filter(call => call !== undefined);
  if (calls.length > 0) return calls.every(call => call === 'connect' || call.startsWith('getaddrinfo'));
  if (isAxiosError(error) && error.request === undefined && error.code === 'ERR_BAD_REQUEST') return true;
  return faults.some(
    ({ code }) => code !== undefined && (codesBeforeWriting.has(code) || codePatternBeforeWriting.test(code)),
  );
}

interface Fault {
  readonly code: string | undefined;
  readonly syscall: string | undefined;
  readonly message: string;
}
/** The error, what caused it, and what that is made of: one connection attempt for each address of the host. */
function faultsOf(error: unknown): readonly Fault[] {
  const cause = readable(readable(error).cause);
  const parts = [error, cause].flatMap(part => {
    const attempts = readable(part).errors;
    return Array.isArray(attempts) ? attempts.slice(0, 20) : [];
  });
  return [error, cause, ...parts].map(part => {
    const { code, syscall, message } = readable(part);
    return {
      message: typeof message === 'string' ? message : '',
      code: typeof code === 'string' ? code : undefined,
      syscall: typeof syscall === 'string' ? syscall : undefined,
    };
  });
}

function readable(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
