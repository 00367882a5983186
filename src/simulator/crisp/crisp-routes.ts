import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { answerUnreadable, type ProviderReply, writeReply } from '../provider-reply.ts';
import { quotaExceeded, refusedByCrisp } from './crisp-error.ts';
import type { CrispOperation, CrispState } from './crisp-website.ts';

/** What stands behind the routes. */
export interface CrispBackend {
  state(websiteId: string): CrispState | undefined;
  stateOfToken(identifier: string, key: string): CrispState | undefined;
  /** Does what a POST of a message asks for. */
  takeMessage(state: CrispState, sessionId: string, body: unknown): Promise<ProviderReply>;
  answer(
    state: CrispState,
    operation: CrispOperation,
    response: Response,
    perform: () => ProviderReply | Promise<ProviderReply>,
  ): Promise<void>;
}

/** As many as Crisp gives at one time. */
const messagesOnPage = 20;

/** The REST API, as far as Concierge calls it. */
export function crispRoutes(backend: CrispBackend): Router {
  const router = Router();
  const withToken =
    (handler: (state: CrispState, request: Request, response: Response) => Promise<void>): RequestHandler =>
    async (request, response) => {
      const [identifier, key] = credentialsOf(request);
      const state = backend.stateOfToken(identifier, key);
      const refuse = (status: number, reason: string) =>
        writeReply(response, refusedByCrisp({ status, reason }));
      if (state === undefined) return refuse(401, 'invalid_session');
      const { tier = 'plugin', websiteId } = state.account;
      if (request.get('x-crisp-tier') !== tier) return refuse(403, 'not_allowed');
      if (request.params.website !== websiteId) return refuse(404, 'website_not_found');
      if (state.quota.take() === undefined) return writeReply(response, refusedByCrisp(quotaExceeded));
      await handler(state, request, response);
    };
  const base = '/v1/website/:website';

  router.get(
    base,
    withToken((state, _request, response) =>
      backend.answer(state, 'questions', response, () => {
        const { websiteId, name = 'The business' } = state.account;
        return listed({ website_id: websiteId, name, domain: 'shop.example' });
      }),
    ),
  );
  router.get(
    `${base}/conversations/:page`,
    withToken((state, { params, query }, response) =>
      backend.answer(state, 'questions', response, () => {
        const since = Date.parse(String(query.filter_date_start ?? '')) || 0;
        const perPage = Math.min(50, Math.max(20, Number(query.per_page ?? 20) || 20));
        return listed(state.conversations(Number(params.page) || 1, perPage, since));
      }),
    ),
  );
  router.get(
    `${base}/conversation/:session/messages`,
    withToken((state, { params, query }, response) =>
      backend.answer(state, 'questions', response, () => {
        const before = Number(query.timestamp_before ?? Number.POSITIVE_INFINITY);
        const messages = state.messages(String(params.session), before, messagesOnPage);
        return messages === undefined
          ? refusedByCrisp({ status: 404, reason: 'conversation_not_found' })
          : listed(messages);
      }),
    ),
  );
  router.post(
    `${base}/conversation/:session/message`,
    express.json({ limit: '1mb' }),
    withToken((state, { params, body }, response) =>
      backend.answer(state, 'messages', response, () =>
        backend.takeMessage(state, String(params.session), body),
      ),
    ),
  );
  router.use(answerUnreadable(refusedByCrisp({ status: 400, reason: 'invalid_request' })));
  return router;
}

function credentialsOf(request: Request): readonly [string, string] {
  const given = /^Basic (.+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
  const [identifier = '', ...key] = Buffer.from(given, 'base64').toString('utf8').split(':');
  return [identifier, key.join(':')];
}

function listed(data: object): ProviderReply {
  return { status: 200, body: { error: false, reason: 'listed', data } };
}
