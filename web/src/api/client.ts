import type { z } from 'zod';
import { login, logout, type Operation, type ResponseOf, refresh } from '../../../src/contract/index.ts';
import { ApiError, errorOf, NetworkError, SessionClosed } from './api-error.ts';
import { isSignOutOpen, markSignOut } from './sign-out-mark.ts';

export type Login = ResponseOf<typeof login>;

/** An empty object may be left out; everything else must be given. */
type Part<K extends string, T> = T extends undefined
  ? { [P in K]?: T }
  : Record<never, never> extends T
    ? { [P in K]?: T }
    : { [P in K]: T };
type Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Part<'params', z.input<P>> &
  Part<'query', z.input<Q>> &
  Part<'body', z.input<B>>;

export interface ApiClientOptions {
  /** '' for the page's own origin. */
  readonly origin?: string;
  readonly fetch?: typeof fetch;
  /** The refresh cookie is no longer taken: somebody has to sign in again. */
  readonly onExpired: () => void;
  /** The refresh cookie, which all tabs share, stands for somebody else by now. This client is closed. */
  readonly onReplaced: () => void;
  /** The server's `Date` header, for clocks that are wrong. */
  readonly onServerTime?: (ms: number) => void;
}

/** One request with its answer. Whoever waits for the lock of the tabs waits for no dead line either. */
const patienceMs = 20_000;
const longestWaitMs = 10_000;
const renewBeforeMs = 20_000;

/**
 * Speaks the contract for one person: whoever signs in first, or is restored. The access token lives in this object
 * only and is renewed by the HttpOnly cookie; a renewal for anybody else closes the client.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;
  #token: string | null = null;
  #expiresAt = 0;
  #holder: { readonly tenantId: string; readonly userId: number } | null = null;
  #isClosed = false;
  #renewal: Promise<Login> | null = null;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /** Throws ApiError with the server's sentence, NetworkError, or SessionClosed. */
  async call<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>(
    operation: Operation<P, Q, B, R>,
    input: Input<P, Q, B> & { signal?: AbortSignal },
  ): Promise<z.infer<R>> {
    const response = await this.#answer(operation, input);
    if (response.status === 204) return undefined as z.infer<R>;
    try {
      return (await response.json()) as z.infer<R>;
    } catch (error) {
      throw new NetworkError(error);
    }
  }

  async signIn(body: { tenant?: string; email: string; password: string }): Promise<Login> {
    return exclusively(async () => {
      // The new cookie takes the place of the old one, whether or not the server hears that the old one is done with.
      if (isSignOutOpen()) await this.#finishSignOut().catch(() => {});
      const session = await this.call(login, { body });
      markSignOut(false);
      return this.#keep(session);
    });
  }

  /** Opens the session that the cookie stands for. Throws ApiError 401 when there is none. */
  async restore(): Promise<Login> {
    return this.#renew();
  }

  /** Takes over a token from an answer that replaces the session (a changed password). */
  adopt(session: Login): void {
    this.#keep(session);
  }

  /** Ends the session here at once, and at the server now or before the next one is opened in this browser. */
  async signOut(): Promise<void> {
    markSignOut(true);
    this.close();
    await exclusively(() => this.#finishSignOut());
  }

  /** Nothing is asked in this person's name any more. */
  close(): void {
    this.#isClosed = true;
    this.#token = null;
  }

  /** A token that is still good, for the socket. `isRefused`: the one at hand was not taken. */
  async freshToken(isRefused = false): Promise<string | null> {
    if (isRefused || !this.#isGood()) await this.#renew();
    return this.#token;
  }

  async #finishSignOut(): Promise<void> {
    await this.call(logout, {});
    markSignOut(false);
  }

  #isGood(): boolean {
    return this.#token !== null && Date.now() < this.#expiresAt - renewBeforeMs;
  }

  #keep(session: Login): Login {
    if (this.#isClosed) throw new SessionClosed();
    const { tenantId, user } = session;
    this.#holder ??= { tenantId, userId: user.id };
    if (this.#holder.tenantId !== tenantId || this.#holder.userId !== user.id) {
      this.close();
      this.#options.onReplaced();
      throw new SessionClosed();
    }
    this.#token = session.accessToken;
    this.#expiresAt = Date.now() + session.expiresIn * 1000;
    return session;
  }

  async #answer(operation: Operation, input: object): Promise<Response> {
    const isPublic = operation.access === 'public';
    const request = requestOf(operation, input);
    for (let attempt = 0; ; attempt += 1) {
      if (!isPublic && !this.#isGood()) await this.#renew();
      if (!isPublic && this.#isClosed) throw new SessionClosed();
      const used = this.#token;
      const response = await this.#send(request, isPublic ? null : used);
      if (response.ok) return response;
      const error = await errorOf(response);
      if (error.status === 401 && !isPublic && attempt === 0) {
        if (this.#token === used) await this.#renew();
        continue;
      }
      const waitMs = error.retryAfterMs;
      const mayRepeat = operation.method === 'get' && (error.status === 429 || error.status === 503);
      if (!mayRepeat || waitMs === null || waitMs > longestWaitMs || attempt > 1) throw error;
      await new Promise(resolve => setTimeout(resolve, waitMs));
    }
  }

  async #send(request: { url: string; init: RequestInit }, token: string | null): Promise<Response> {
    const headers = new Headers(request.init.headers);
    if (token) headers.set('authorization', `Bearer ${token}`);
    const send = this.#options.fetch ?? fetch;
    const patience = AbortSignal.timeout(patienceMs);
    const given = request.init.signal;
    const signal = given ? AbortSignal.any([given, patience]) : patience;
    try {
      const url = (this.#options.origin ?? '') + request.url;
      const response = await send(url, { ...request.init, headers, signal });
      const date = Date.parse(response.headers.get('date') ?? '');
      if (Number.isFinite(date)) this.#options.onServerTime?.(date);
      return response;
    } catch (error) {
      if (given?.aborted) throw error;
      throw new NetworkError(error);
    }
  }

  /** One renewal at a time here, and among the tabs: two with the same cookie would look like a stolen one. */
  #renew(): Promise<Login> {
    if (this.#isClosed) return Promise.reject(new SessionClosed());
    this.#renewal ??= exclusively(async () => {
      if (isSignOutOpen()) await this.#finishSignOut();
      return this.call(refresh, {});
    })
      .then(session => this.#keep(session))
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401 && !this.#isClosed) {
          this.#token = null;
          this.#options.onExpired();
        }
        throw error;
      })
      .finally(() => {
        this.#renewal = null;
      });
    return this.#renewal;
  }
}

/** What changes the shared cookie happens in one tab after the other. */
function exclusively<T>(run: () => Promise<T>): Promise<T> {
  if (typeof navigator === 'undefined' || !navigator.locks) return run();
  return navigator.locks.request('concierge-session', run) as Promise<T>;
}

function requestOf(operation: Operation, input: object): { url: string; init: RequestInit } {
  const { params, query, body, signal } = input as {
    params?: Record<string, unknown>;
    query?: Record<string, unknown>;
    body?: unknown;
    signal?: AbortSignal;
  };
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params?.[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  return {
    url: `/api/v1${path}${search.size > 0 ? `?${search}` : ''}`,
    init: {
      method: operation.method.toUpperCase(),
      headers,
      credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    },
  };
}
