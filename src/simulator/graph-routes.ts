import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import type { BackgroundWork } from './background-work.ts';
import { errorReply, type GraphReply } from './graph-reply.ts';
import { numberOf, subscribe } from './graph-subscription.ts';
import { templatesPage } from './graph-templates.ts';
import type { MediaShelf } from './media-shelf.ts';
import { noFile, readUpload, uploadFault } from './media-upload.ts';
import { type GraphFault, graphErrorBody, type ProviderFault } from './provider-fault.ts';
import type { AccountState, FaultyOperation } from './whatsapp-account.ts';

/** What stands behind the routes. */
export interface GraphBackend {
  readonly work: BackgroundWork;
  readonly media: MediaShelf;
  state(phoneNumberId: string): AccountState | undefined;
  stateOfToken(accessToken: string): AccountState | undefined;
  /** Does what a POST to `/messages` asks for. */
  handleMessages(state: AccountState, body: unknown): GraphReply;
}

const badToken: GraphFault = { status: 401, code: 190, message: 'Invalid OAuth access token.' };

function noSuchObject(id: string): GraphFault {
  return {
    status: 400,
    code: 100,
    subcode: 33,
    message: `Unsupported request. Object with ID '${id}' does not exist or cannot be loaded due to missing permissions.`,
  };
}

/** The Cloud API as far as Concierge calls it. May be mounted under any path. */
export function graphRoutes(backend: GraphBackend): Router {
  const router = Router();
  const withToken =
    (handler: (state: AccountState, request: Request, response: Response) => Promise<void>): RequestHandler =>
    async (request, response) => {
      const token = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1];
      const state = token === undefined ? undefined : backend.stateOfToken(token);
      if (state === undefined) return write(response, errorReply(badToken));
      await handler(state, request, response);
    };
  const answer = (
    state: AccountState,
    operation: FaultyOperation,
    response: Response,
    perform: () => GraphReply,
  ) => playFault(state.takeFault(operation), state.behaviour.answerDelayMs, backend.work, response, perform);

  router.post(
    '/v:version/:phoneNumberId/messages',
    express.json({ limit: '1mb' }),
    withToken(async (state, request, response) => {
      const id = String(request.params.phoneNumberId);
      if (backend.state(id) !== state) return write(response, errorReply(noSuchObject(id)));
      await answer(state, 'messages', response, () => backend.handleMessages(state, request.body));
    }),
  );

  router.post(
    '/v:version/:phoneNumberId/media',
    withToken(async (state, request, response) => {
      const id = String(request.params.phoneNumberId);
      if (backend.state(id) !== state) return write(response, errorReply(noSuchObject(id)));
      const file = await readUpload(request);
      await answer(state, 'media', response, () => {
        const fault = file ? uploadFault(file.mimeType, file.bytes.length) : noFile;
        if (fault || !file) return errorReply(fault ?? noFile);
        return { status: 200, body: { id: backend.media.put(id, file.mimeType, file.bytes).id } };
      });
    }),
  );

  router.post(
    '/v:version/:businessAccountId/subscribed_apps',
    express.json({ limit: '100kb' }),
    withToken(async (state, request, response) => {
      const id = String(request.params.businessAccountId);
      if (id !== state.account.businessAccountId) return write(response, errorReply(noSuchObject(id)));
      write(response, await subscribe(state, request.body));
    }),
  );
  router.get(
    '/v:version/:businessAccountId/subscribed_apps',
    withToken(async (state, request, response) => {
      const id = String(request.params.businessAccountId);
      if (id !== state.account.businessAccountId) return write(response, errorReply(noSuchObject(id)));
      write(response, { status: 200, body: { data: state.subscriptions } });
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
      if (id === state.account.phoneNumberId) return write(response, { status: 200, body: numberOf(state) });
      const file = backend.media.find(id);
      const asked = request.query.phone_number_id ?? state.account.phoneNumberId;
      if (
        file === undefined ||
        file.phoneNumberId !== state.account.phoneNumberId ||
        asked !== file.phoneNumberId
      )
        return write(response, errorReply(noSuchObject(id)));
      await answer(state, 'media', response, () => ({
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
      await answer(state, 'media', response, () => ({
        status: 200,
        body: file.bytes,
        contentType: file.mimeType,
      }));
    }),
  );

  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const { status } = (error ?? {}) as { status?: unknown };
    if (response.headersSent || typeof status !== 'number' || status >= 500) return next(error);
    write(response, errorReply({ status: 400, code: 100, message: '(#100) The request cannot be read.' }));
  });
  return router;
}

async function playFault(
  fault: ProviderFault | undefined,
  answerDelayMs: number,
  work: BackgroundWork,
  response: Response,
  perform: () => GraphReply,
): Promise<void> {
  const delayMs = answerDelayMs + (fault?.kind === 'delay' ? fault.delayMs : 0);
  if (!(await work.wait(delayMs))) return void response.destroy();
  if (fault === undefined || fault.kind === 'delay') return write(response, perform());
  if (fault.kind === 'error') {
    const { kind: _kind, retryAfterSeconds, message = `(#${fault.code}) Scripted failure`, ...rest } = fault;
    return write(response, errorReply({ ...rest, message }), retryAfterSeconds);
  }
  if (fault.isAccepted) {
    const reply = perform();
    if (reply.status >= 400) return write(response, reply);
  }
  switch (fault.kind) {
    case 'answer': {
      const { status, contentType = 'application/json' } = fault;
      return write(response, { status, body: Buffer.from(fault.body), contentType }, fault.retryAfterSeconds);
    }
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'stall':
      work.signal.addEventListener('abort', () => response.destroy(), { once: true });
      return;
  }
}

function write(response: Response, reply: GraphReply, retryAfterSeconds?: number): void {
  if (response.destroyed) return;
  response.status(reply.status);
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  if (!Buffer.isBuffer(reply.body)) return void response.json(reply.body);
  // Not `send`, which would add a charset to the type.
  response.setHeader('content-type', reply.contentType ?? 'application/octet-stream');
  response.end(reply.body);
}
