import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { badToken, errorReply, noSuchObject, unreadable } from '../graph/graph-error.ts';
import { answerUnreadable, type ProviderReply, writeReply } from '../provider-reply.ts';
import { type FormFile, fieldsAsValues, isMultipart, readForm } from '../request-form.ts';
import type { MessagingState } from './messaging-account.ts';
import { usernameOf } from './messaging-person.ts';

export interface AskedMessaging {
  readonly path: string;
  readonly body: unknown;
  readonly file: FormFile | undefined;
}
/** What stands behind the routes. */
export interface MessagingBackend {
  stateOfToken(token: string): MessagingState | undefined;
  /** A POST to `/messages`. */
  ask(state: MessagingState, asked: AskedMessaging, response: Response): Promise<void>;
  /** Who somebody is. */
  tellOf(
    state: MessagingState,
    personId: string,
    fields: readonly string[],
    response: Response,
  ): Promise<void>;
  renew(state: MessagingState): ProviderReply;
  file(name: string, response: Response): Promise<void>;
}

type Handler = (state: MessagingState, request: Request, response: Response) => unknown;

/** The Graph API of Messenger and Instagram, as far as Concierge calls it. */
export function messagingRoutes(backend: MessagingBackend): Router {
  const router = Router();
  const withToken =
    (handler: Handler): RequestHandler =>
    async (request, response) => {
      const token = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
      const state = backend.stateOfToken(token);
      if (state === undefined) return writeReply(response, errorReply(badToken));
      await handler(state, request, response);
    };
  const withAccount = (handler: Handler): RequestHandler =>
    withToken((state, request, response) => {
      const target = String(request.params.target);
      return isAccount(state, target)
        ? handler(state, request, response)
        : writeReply(response, errorReply(noSuchObject(target)));
    });

  router.get('/cdn/:name', (request, response) => backend.file(request.params.name, response));
  router.get(
    '/refresh_access_token',
    withToken((state, _request, response) => writeReply(response, backend.renew(state))),
  );
  router.get(
    '/v:version/:target',
    withToken((state, request, response) => {
      const target = String(request.params.target);
      if (!isAccount(state, target))
        return backend.tellOf(state, target, listOf(request.query.fields), response);
      const { id, name = 'The business' } = state.account;
      writeReply(response, { status: 200, body: { id, user_id: id, name, username: usernameOf(name) } });
    }),
  );
  router.post(
    '/v:version/:target/subscribed_apps',
    withAccount((state, request, response) => {
      state.subscribedFields = listOf(request.query.subscribed_fields);
      writeReply(response, { status: 200, body: { success: true } });
    }),
  );
  router.get(
    '/v:version/:target/subscribed_apps',
    withAccount(({ subscribedFields }, _request, response) => {
      const apps = [{ id: '1234500055', name: 'Concierge', subscribed_fields: subscribedFields }];
      writeReply(response, { status: 200, body: { data: subscribedFields.length === 0 ? [] : apps } });
    }),
  );
  router.post(
    '/v:version/:target/messages',
    express.json({ limit: '1mb' }),
    withAccount(async (state, request, response) => {
      const form = isMultipart(request) ? await readForm(request) : undefined;
      const body = form === undefined ? request.body : fieldsAsValues(form);
      await backend.ask(state, { path: request.path, body, file: form?.files[0] }, response);
    }),
  );
  router.use(answerUnreadable(unreadable));
  return router;
}

function isAccount({ account }: MessagingState, target: string): boolean {
  return target === 'me' || target === account.id;
}

function listOf(value: unknown): readonly string[] {
  return String(value ?? '')
    .split(',')
    .filter(field => field !== '');
}
