import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { badToken, errorReply, graphErrorBody, noSuchObject, unreadable } from '../graph/graph-error.ts';
import { answerUnreadable, type ProviderReply, writeReply as write } from '../provider-reply.ts';
import { type Business, changeNumber, numberOf, subscribe, subscriptionsOf } from './graph-subscription.ts';
import { templatesPage } from './graph-templates.ts';
import type { MediaShelf } from './media-shelf.ts';
import { noFile, readUpload, uploadFault } from './media-upload.ts';
import type { FaultyOperation, WhatsAppState } from './whatsapp-account.ts';

/** What stands behind the routes. */
export interface GraphBackend {
  readonly media: MediaShelf;
  state(phoneNumberId: string): WhatsAppState | undefined;
  stateOfToken(accessToken: string): WhatsAppState | undefined;
  businessOf(state: WhatsAppState): Business;
  /** Does what a POST to `/messages` asks for. */
  handleMessages(state: WhatsAppState, body: unknown): ProviderReply;
  answer(
    state: WhatsAppState,
    operation: FaultyOperation,
    response: Response,
    perform: () => ProviderReply | Promise<ProviderReply>,
  ): Promise<void>;
}

/** The Cloud API as far as Concierge calls it. May be mounted under any path. */
export function graphRoutes(backend: GraphBackend): Router {
  const router = Router();
  const withToken =
    (
      handler: (state: WhatsAppState, request: Request, response: Response) => Promise<void>,
    ): RequestHandler =>
    async (request, response) => {
      const token = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1];
      const state = token === undefined ? undefined : backend.stateOfToken(token);
      if (state === undefined) return write(response, errorReply(badToken));
      await handler(state, request, response);
    };
  router.post(
    '/v:version/:phoneNumberId/messages',
    express.json({ limit: '1mb' }),
    withToken(async (state, request, response) => {
      const id = String(request.params.phoneNumberId);
      if (backend.state(id) !== state) return write(response, errorReply(noSuchObject(id)));
      const { body } = request as { body?: { status?: unknown } };
      const operation = body?.status === 'read' ? 'signs' : 'messages';
      await backend.answer(state, operation, response, () => backend.handleMessages(state, body));
    }),
  );

  router.post(
    '/v:version/:phoneNumberId/media',
    withToken(async (state, request, response) => {
      const id = String(request.params.phoneNumberId);
      if (backend.state(id) !== state) return write(response, errorReply(noSuchObject(id)));
      const file = await readUpload(request);
      await backend.answer(state, 'media', response, () => {
        const fault = file ? uploadFault(file.mimeType, file.bytes.length) : noFile;
        if (fault || !file) return errorReply(fault ?? noFile);
        return { status: 200, body: { id: backend.media.put(id, file.mimeType, file.bytes).id } };
      });
    }),
  );

  router.post(
    '/v:version/:phoneNumberId',
    express.json({ limit: '100kb' }),
    withToken(async (state, request, response) => {
      const id = String(request.params.phoneNumberId);
      if (id !== state.account.phoneNumberId) return write(response, errorReply(noSuchObject(id)));
      await backend.answer(state, 'webhook', response, () => changeNumber(state, request.body));
    }),
  );
  router.post(
    '/v:version/:businessAccountId/subscribed_apps',
    express.json({ limit: '100kb' }),
    withToken(async (state, request, response) => {
      const id = String(request.params.businessAccountId);
      if (id !== state.account.businessAccountId) return write(response, errorReply(noSuchObject(id)));
      write(response, await subscribe(backend.businessOf(state), request.body));
    }),
  );
  router.get(
    '/v:version/:businessAccountId/subscribed_apps',
    withToken(async (state, request, response) => {
      const id = String(request.params.businessAccountId);
      if (id !== state.account.businessAccountId) return write(response, errorReply(noSuchObject(id)));
      write(response, subscriptionsOf(backend.businessOf(state)));
    }),
  );

  router.get(
    '/v:version/:businessAccountId/message_templates',
    withToken(async (state, request, response) => {
      const id = String(request.params.businessAccountId);
      if (id !== state.account.businessAccountId) return write(response, errorReply(noSuchObject(id)));
      write(response, templatesPage(state, request.query));
    }),
  );

  router.get(
    '/v:version/:mediaId',
    withToken(async (state, request, response) => {
      const id = String(request.params.mediaId);
      if (id === state.account.phoneNumberId)
        return write(response, { status: 200, body: numberOf(state, backend.businessOf(state)) });
      const file = backend.media.find(id);
      const asked = request.query.phone_number_id ?? state.account.phoneNumberId;
      if (
        file === undefined ||
        file.phoneNumberId !== state.account.phoneNumberId ||
        asked !== file.phoneNumberId
      )
        return write(response, errorReply(noSuchObject(id)));
      await backend.answer(state, 'media', response, () => ({
        status: 200,
        body: {
          messaging_product: 'whatsapp',
          url: `${request.protocol}://${request.get('host')}${request.baseUrl}/media/${backend.media.link(file)}`,
          mime_type: file.mimeType,
          sha256: file.sha256,
          file_size: String(file.bytes.length),
          id: file.id,
        },
      }));
    }),
  );

  router.get(
    '/media/:link',
    withToken(async (state, request, response) => {
      const link = String(request.params.link);
      const file = backend.media.follow(link);
      if (file === undefined || file.phoneNumberId !== state.account.phoneNumberId)
        return write(response, { status: 404, body: graphErrorBody(noSuchObject(link)) });
      await backend.answer(state, 'media', response, () => ({
        status: 200,
        body: file.bytes,
        contentType: file.mimeType,
      }));
    }),
  );

  router.use(answerUnreadable(unreadable));
  return router;
}
