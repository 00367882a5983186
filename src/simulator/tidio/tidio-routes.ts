import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { answerUnreadable, type ProviderReply, writeReply } from '../provider-reply.ts';
import { noSuch, notAuthorized, refusedByTidio, tooManyRequests } from './tidio-error.ts';
import type { TidioOperation, TidioState } from './tidio-project.ts';

/** What stands behind the routes. */
export interface TidioBackend {
  stateOfClient(id: string, secret: string): TidioState | undefined;
  /** Does what a POST of a reply asks for. */
  takeReply(state: TidioState, ticketId: string, body: unknown): Promise<ProviderReply>;
  answer(
    state: TidioState,
    operation: TidioOperation,
    response: Response,
    perform: () => ProviderReply | Promise<ProviderReply>,
  ): Promise<void>;
}

const pageSize = 50;

/** The OpenAPI, as far as Concierge calls it. It counts requests by the minute, and says so. */
export function tidioRoutes(backend: TidioBackend): Router {
  const router = Router();
  const withClient =
    (handler: (state: TidioState, request: Request, response: Response) => Promise<void>): RequestHandler =>
    async (request, response) => {
      const id = request.get('x-tidio-openapi-client-id') ?? '';
      const secret = request.get('x-tidio-openapi-client-secret') ?? '';
      const state = backend.stateOfClient(id, secret);
      if (state === undefined) return writeReply(response, refusedByTidio(notAuthorized));
      const remaining = state.quota.take();
      if (Number.isFinite(state.quota.limit)) {
        response.setHeader('x-ratelimit-limit', String(state.quota.limit));
        response.setHeader('x-ratelimit-remaining', String(remaining ?? 0));
      }
      if (remaining === undefined) return writeReply(response, refusedByTidio(tooManyRequests));
      await handler(state, request, response);
    };
  const get = (path: string, perform: (state: TidioState, request: Request) => ProviderReply) =>
    router.get(
      path,
      withClient((state, request, response) =>
        backend.answer(state, 'questions', response, () => perform(state, request)),
      ),
    );

  get('/project', ({ account }) => ok({ name: account.name ?? 'The business' }));
  get('/operators', ({ account }) => ok({ operators: account.operators ?? [] }));
  get('/contacts', ({ contacts }, request) => page('contacts', contacts, request));
  get('/tickets', ({ tickets }, request) => page('tickets', tickets, request));
  get('/contacts/:id', (state, { params }) => found(state.contact(String(params.id)), 'contact'));
  get('/tickets/:id', (state, { params }) => found(state.ticket(String(params.id)), 'ticket'));
  get('/contacts/:id/messages', (state, { params }) => {
    const messages = state.chat(String(params.id));
    return found(messages && { messages }, 'contact');
  });
  router.post(
    '/tickets/:id/reply',
    express.json({ limit: '1mb' }),
    withClient((state, { params, body }, response) =>
      backend.answer(state, 'messages', response, () => backend.takeReply(state, String(params.id), body)),
    ),
  );
  router.use(
    answerUnreadable(
      refusedByTidio({ status: 400, code: 'invalid_json', message: 'The body cannot be read.' }),
    ),
  );
  return router;
}

function ok(body: object): ProviderReply {
  return { status: 200, body };
}

function found(body: object | undefined, what: string): ProviderReply {
  return body === undefined ? refusedByTidio(noSuch(what)) : ok(body);
}

/** Where a page ends the next one begins; the last names none. */
function page(name: string, all: readonly object[], { query }: Request): ProviderReply {
  const from = Number(query.cursor ?? 0) || 0;
  const to = from + pageSize;
  return ok({
    [name]: all.slice(from, to),
    meta: { cursor: to < all.length ? String(to) : null, limit: pageSize },
  });
}
