import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { badToken, errorReply, noSuchObject, unreadable } from '../graph/graph-error.ts';
import { answerUnreadable, type ProviderReply, writeReply } from '../provider-reply.ts';
import { type FormFile, fieldsAsValues, isMultipart, readForm } from '../request-form.ts';
import type { MessagingState } from './messaging-account.ts';

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
  renew(state: MessagingState): ProviderReply;
  file(name: string, response: Response): Promise<void>;
}

/** The Graph API of Messenger and Instagram, as far as Concierge calls it. */
export function messagingRoutes(backend: MessagingBackend): Router {
  const router = Router();
  const withToken =
    (handler: (state: MessagingState, request: Request, response: Response) => unknown): RequestHandler =>
    async (request, response) => {
      const token = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
      const state = backend.stateOfToken(token);
      if (state === undefined) return writeReply(response, errorReply(badToken));
      const target = request.params.target ?? 'me';
      if (target !== 'me' && target !== state.account.id)
        return writeReply(response, errorReply(noSuchObject(String(target))));
      await handler(state, request, response);
    };

  router.get('/cdn/:name', (request, response) => backend.file(request.params.name, response));
  router.get(
    '/refresh_access_token',
    withToken((state, _request, response) => writeReply(response, backend.renew(state))),
  );
  router.get(
    '/v:version/:target',
    withToken(({ account }, _request, response) => {
      const { id, name = 'The business' } = account;
      writeReply(response, { status: 200, body: { id, user_id: id, name, username: usernameOf(name) } });
    }),
  );
  router.post(
    '/v:version/:target/subscribed_apps',
    withToken((state, request, response) => {
      state.subscribedFields = String(request.query.subscribed_fields ?? '')
        .split(',')
        .filter(field => field !== '');
      writeReply(response, { status: 200, body: { success: true } });
    }),
  );
  router.get(
    '/v:version/:target/subscribed_apps',
    withToken(({ subscribedFields }, _request, response) => {
      const apps = [{ id: '1234500055', name: 'Concierge', subscribed_fields: subscribedFields }];
      writeReply(response, { status: 200, body: { data: subscribedFields.length === 0 ? [] : apps } });
    }),
  );
  router.post(
    '/v:version/:target/messages',
    express.json({ limit: '1mb' }),
    withToken(async (state, request, response) => {
      const form = isMultipart(request) ? await readForm(request) : undefined;
      const body = form === undefined ? request.body : fieldsAsValues(form);
      await backend.ask(state, { path: request.path, body, file: form?.files[0] }, response);
    }),
  );
  router.use(answerUnreadable(unreadable));
  return router;
}

function usernameOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '.');
}
