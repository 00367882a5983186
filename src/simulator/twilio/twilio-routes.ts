import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { type ProviderReply, writeReply } from '../provider-reply.ts';
import type { TwilioOperation, TwilioState } from './twilio-account.ts';
import { notAuthenticated, notFound, refusedByTwilio } from './twilio-error.ts';

/** What stands behind the routes. */
export interface TwilioBackend {
  state(accountSid: string): TwilioState | undefined;
  /** A POST to `/Messages.json`. */
  ask(state: TwilioState, fields: URLSearchParams, response: Response): Promise<void>;
  answer(
    state: TwilioState,
    operation: TwilioOperation,
    response: Response,
    perform: () => ProviderReply,
  ): Promise<void>;
}

/** Twilio's API as far as messages go. */
export function twilioRoutes(backend: TwilioBackend): Router {
  const router = Router();
  const withCredentials =
    (handler: (state: TwilioState, request: Request, response: Response) => unknown): RequestHandler =>
    async (request, response) => {
      const sid = String(request.params.account);
      const state = backend.state(sid);
      const expected = `Basic ${Buffer.from(`${sid}:${state?.account.authToken}`).toString('base64')}`;
      if (state === undefined || request.get('authorization') !== expected)
        return writeReply(response, refusedByTwilio(notAuthenticated));
      await handler(state, request, response);
    };
  const form = express.text({ type: 'application/x-www-form-urlencoded', limit: '1mb' });
  const fieldsOf = ({ body }: Request) => new URLSearchParams(typeof body === 'string' ? body : '');
  const base = '/2010-04-01/Accounts/:account';

  router.get(
    `${base}.json`,
    withCredentials(({ account }, _request, response) => {
      const { accountSid: sid, friendlyName = 'The business' } = account;
      writeReply(response, {
        status: 200,
        body: { sid, status: 'active', type: 'Full', friendly_name: friendlyName },
      });
    }),
  );
  router.post(
    `${base}/Messages.json`,
    form,
    withCredentials((state, request, response) => backend.ask(state, fieldsOf(request), response)),
  );
  router.get(
    `${base}/IncomingPhoneNumbers.json`,
    withCredentials((state, { query }, response) => {
      const wanted = query.PhoneNumber;
      const found = state.numbers.filter(
        ({ phoneNumber }) => phoneNumber.startsWith('+') && (wanted === undefined || phoneNumber === wanted),
      );
      writeReply(response, { status: 200, body: { incoming_phone_numbers: found.map(numberOf) } });
    }),
  );
  router.post(
    `${base}/IncomingPhoneNumbers/:number.json`,
    form,
    withCredentials((state, request, response) => {
      const number = state.numbers.find(({ sid }) => sid === request.params.number);
      if (number === undefined) return writeReply(response, refusedByTwilio(notFound));
      const url = fieldsOf(request).get('SmsUrl');
      if (url !== null && url !== '' && !/^https?:\/\//.test(url))
        return writeReply(
          response,
          refusedByTwilio({ status: 400, code: 21502, message: 'SmsUrl is not valid' }),
        );
      number.webhookUrl = url ?? number.webhookUrl;
      writeReply(response, { status: 200, body: numberOf(number) });
    }),
  );
  router.get(
    `${base}/Messages/:message/Media/:media`,
    withCredentials((state, request, response) =>
      backend.answer(state, 'media', response, () => {
        const location = state.media.get(request.path);
        if (location === undefined) return refusedByTwilio(notFound);
        return { status: 307, headers: { location }, body: '', contentType: 'text/plain' };
      }),
    ),
  );
  router.use((_request, response) => writeReply(response, refusedByTwilio(notFound)));
  return router;
}

function numberOf({ sid, phoneNumber, webhookUrl }: TwilioState['numbers'][number]): object {
  return {
    sid,
    phone_number: phoneNumber,
    sms_url: webhookUrl,
    sms_method: 'POST',
    sms_application_sid: '',
  };
}
