import { type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import type { Operation } from '../contract/operation.ts';
import type { Permission } from '../contract/permissions.ts';
import { Forbidden, NotFound, ValidationError } from '../kit/errors.ts';
import type { TenantScope, Tenants } from '../tenancy/tenants.ts';
import { detailsOf } from './error-handler.ts';
import type { Principal, UserPrincipal, VisitorPrincipal } from './principal.ts';
import { findUnstorableText } from './unstorable-text.ts';

/** Finds out who asks; throws Unauthenticated or TooManyRequests. */
export interface Authenticator {
  authenticate(request: Request): Promise<Principal>;
}

type PrincipalFor<O> = O extends { access: 'visitor' }
  ? VisitorPrincipal
  : O extends { access: 'user' }
    ? UserPrincipal
    : Exclude<Principal, VisitorPrincipal>;

/** What a handler is given: input that was checked, and the caller's own tenant and nothing else of the fleet. */
export interface Call<O extends Operation> {
  readonly params: z.output<O['params']>;
  readonly query: z.output<O['query']>;
  readonly body: z.output<O['body']>;
  readonly principal: PrincipalFor<O>;
  readonly scope: TenantScope;
  readonly request: Request;
  readonly response: Response;
}
export type PublicCall<O extends Operation> = Omit<Call<O>, 'principal' | 'scope'>;
type Answer<O extends Operation> = z.input<O['response']>;

export interface ApiOptions {
  readonly tenants: Tenants;
  readonly authenticator: Authenticator;
  /** Checks our own answers against the contract; for tests. */
  readonly checkResponses: boolean;
}

/** Binds the contract's operations to handlers: validation, permission, tenant and answer come from one place. */
export class Api {
  readonly router = Router();
  readonly bound = new Set<string>();
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** `PUBLIC` operations check their own credential and get no tenant. */
  handlePublic<O extends Operation & { access: 'public' }>(
    operation: O,
    handler: (call: PublicCall<O>) => Promise<Answer<O>>,
  ): void {
    this.#bind(operation, async (request, response) => {
      const answer = await handler({ ...this.#read(operation, request), request, response });
      this.#answer(operation, response, answer);
    });
  }

  handle<O extends Operation>(operation: O, handler: (call: Call<O>) => Promise<Answer<O>>): void {
    this.#bind(operation, async (request, response) => {
      const principal = await this.#options.authenticator.authenticate(request);
      allow(operation, principal);
      const input = this.#read(operation, request);
      const answer = await this.#options.tenants.run(principal.tenantId, scope =>
        handler({ ...input, principal: principal as PrincipalFor<O>, scope, request, response }),
      );
      this.#answer(operation, response, answer);
    });
  }

  /** Like `handle`, without a connection held meanwhile: for routes that wait for work done elsewhere. */
  handleDetached<O extends Operation>(
    operation: O,
    handler: (call: Omit<Call<O>, 'scope'>) => Promise<Answer<O>>,
  ): void {
    this.#bind(operation, async (request, response) => {
      const principal = await this.#options.authenticator.authenticate(request);
      allow(operation, principal);
      const input = this.#read(operation, request);
      const answer = await handler({ ...input, principal: principal as PrincipalFor<O>, request, response });
      this.#answer(operation, response, answer);
    });
  }

  #bind(operation: Operation, handler: (request: Request, response: Response) => Promise<void>): void {
    if (this.bound.has(operation.id)) throw new Error(`${operation.id} is bound twice`);
    this.bound.add(operation.id);
    this.router[operation.method](operation.path, (request, response) => {
      // Somebody's data or somebody's credential: no cache on the way may keep it.
      response.setHeader('Cache-Control', 'no-store');
      return handler(request, response);
    });
  }

  #read<O extends Operation>(operation: O, request: Request) {
    const params = operation.params.safeParse(request.params);
    // An id that cannot be one is an id of nothing.
    if (!params.success) throw new NotFound();
    const query = operation.query.safeParse({ ...request.query });
    if (!query.success) throw validation(query.error);
    const body = operation.body.safeParse(
      operation.body.safeParse(undefined).success ? optional(request.body) : request.body,
    );
    if (!body.success) {
      if (request.body === undefined)
        throw new ValidationError('Send a JSON object, with the header content-type: application/json.');
      throw validation(body.error);
    }
    const unstorable = findUnstorableText(query.data) ?? findUnstorableText(body.data);
    if (unstorable) throw new ValidationError(`${unstorable.path}: ${unstorable.message}`, [unstorable]);
    return {
      params: params.data as z.output<O['params']>,
      query: query.data as z.output<O['query']>,
      body: body.data as z.output<O['body']>,
    };
  }

  #answer(operation: Operation, response: Response, answer: unknown): void {
    if (response.headersSent) return;
    if (this.#options.checkResponses) {
      const checked = operation.response.safeParse(answer);
      if (!checked.success)
        throw new Error(`${operation.id} answers what its contract does not say: ${checked.error.message}`);
    }
    if (response.statusCode === 200) response.status(operation.status);
    if (answer === undefined) response.end();
    else response.json(answer);
  }
}

/** A body that may be left out may also be an empty object. */
function optional(body: unknown): unknown {
  const isObject = body !== null && typeof body === 'object' && !Array.isArray(body);
  return isObject && Object.keys(body).length === 0 ? undefined : body;
}

function validation(error: z.ZodError): ValidationError {
  const { message, details } = detailsOf(error);
  return new ValidationError(message, details);
}

function allow(operation: Operation, principal: Principal): void {
  const { access } = operation;
  if (access === 'visitor' || principal.kind === 'visitor') {
    if (access !== principal.kind) throw new Forbidden('This credential is not for this route.');
    return;
  }
  if (access === 'user') {
    if (principal.kind !== 'user') throw new Forbidden('Only a signed-in user can do this.', 'user_only');
    return;
  }
  if (!principal.permissions.includes(access as Permission))
    throw new Forbidden(`This needs the permission ${access}.`, 'missing_permission');
}
