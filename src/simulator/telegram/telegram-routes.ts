import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { answerUnreadable, type ProviderReply, writeReply } from '../provider-reply.ts';
import { fieldsAsValues, isMultipart, readForm } from '../request-form.ts';
import type { TelegramCall, TelegramOperation, TelegramState } from './telegram-bot.ts';
import { refusedByTelegram } from './telegram-error.ts';

/** What stands behind the routes. */
export interface TelegramBackend {
  stateOfToken(token: string): TelegramState | undefined;
  call(state: TelegramState, call: TelegramCall, response: Response): Promise<void>;
  answer(
    state: TelegramState,
    operation: TelegramOperation,
    response: Response,
    perform: () => ProviderReply,
  ): Promise<void>;
}

/** The Bot API. */
export function telegramRoutes(backend: TelegramBackend): Router {
  const router = Router();
  const withToken =
    (
      handler: (state: TelegramState, request: Request, response: Response) => Promise<void>,
    ): RequestHandler =>
    async (request, response) => {
      const state = backend.stateOfToken(String(request.params.token));
      if (state === undefined)
        return writeReply(response, refusedByTelegram({ code: 401, description: 'Unauthorized' }));
      await handler(state, request, response);
    };

  router.get(
    '/file/bot:token/files/:id',
    withToken((state, request, response) =>
      backend.answer(state, 'files', response, () => {
        const bytes = state.files.get(String(request.params.id));
        return bytes === undefined
          ? refusedByTelegram({ code: 404, description: 'Not Found' })
          : { status: 200, body: bytes };
      }),
    ),
  );
  router.all(
    '/bot:token/:method',
    express.json({ limit: '1mb' }),
    express.urlencoded({ limit: '1mb', extended: false }),
    withToken(async (state, request, response) => {
      const form = isMultipart(request) ? await readForm(request) : undefined;
      const body = form === undefined ? { ...request.body } : fieldsAsValues(form);
      const call = {
        method: String(request.params.method),
        parameters: { ...request.query, ...body },
        file: form?.files[0],
      };
      await backend.call(state, call, response);
    }),
  );
  router.use(
    answerUnreadable(refusedByTelegram({ code: 400, description: "Bad Request: can't parse the request" })),
  );
  return router;
}
