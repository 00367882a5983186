import { expect } from 'chai';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { errorBody } from '../../../src/contract/primitives.ts';
import { errorHandler } from '../../../src/http/error-handler.ts';
import {
  Conflict,
  Forbidden,
  Gone,
  NotFound,
  ServiceUnavailable,
  SetupError,
  TooLarge,
  TooManyRequests,
  Unauthenticated,
  ValidationError,
} from '../../../src/kit/errors.ts';
import { silentLogger } from '../../../src/observability/logger.ts';

interface Answered {
  status: number;
  body: z.infer<typeof errorBody>;
  headers: Record<string, string>;
  /** What was logged, by level. */
  logged: string[];
  passedOn: unknown;
}

function answerTo(error: unknown, hasBegun = false): Answered {
  const answered: Answered = {
    status: 0,
    body: { error: { code: '', message: '', requestId: '' } },
    headers: {},
    logged: [],
    passedOn: undefined,
  };
  const log = Object.assign(Object.create(silentLogger), {
    warn: () => void answered.logged.push('warn'),
    error: () => void answered.logged.push('error'),
  });
  const response = {
    headersSent: hasBegun,
    locals: { requestId: 'the-request' },
    setHeader(name: string, value: string) {
      answered.headers[name] = value;
    },
    status(code: number) {
      answered.status = code;
      return this;
    },
    json(body: Answered['body']) {
      answered.body = body;
    },
  };
  const next = (passed: unknown) => {
    answered.passedOn = passed;
  };
  void errorHandler(log)(error, { path: '/x' } as Request, response as unknown as Response, next);
  return answered;
}

const httpError = (status: number, type?: string) =>
  Object.assign(new Error('secret inside'), { status, type });
const zodError = z.object({ a: z.object({ b: z.string() }) }).safeParse({ a: { b: 1 } }).error;

describe('error handler', () => {
  for (const [error, status, code, headers] of [
    [new ValidationError('a: is wrong', [{ path: 'a', message: 'is wrong' }]), 422, 'validation_failed', {}],
    [zodError, 422, 'validation_failed', {}],
    [new Unauthenticated(), 401, 'unauthenticated', { 'WWW-Authenticate': 'Bearer' }],
    [new Forbidden(), 403, 'forbidden', {}],
    [new NotFound(), 404, 'not_found', {}],
    [new Conflict('Twice.', 'twice'), 409, 'twice', {}],
    [new Gone('Long ago.', 'expired'), 410, 'expired', {}],
    [new TooLarge('Too large.'), 413, 'too_large', {}],
    [new TooManyRequests(7), 429, 'too_many_requests', { 'Retry-After': '7' }],
    [new ServiceUnavailable(), 503, 'service_unavailable', { 'Retry-After': '1' }],
    [new ServiceUnavailable('Soon.', 5, 'upgrading'), 503, 'upgrading', { 'Retry-After': '5' }],
    [httpError(400, 'entity.parse.failed'), 400, 'unreadable', {}],
    [httpError(400, 'encoding.unsupported'), 400, 'bad_request', {}],
    [httpError(413, 'entity.too.large'), 413, 'too_large', {}],
    [httpError(415), 415, 'bad_request', {}],
  ] as const)
    it(`answers ${status} ${code} to ${error?.name}`, () => {
      const answer = answerTo(error);
      expect(answer.status).to.equal(status);
      expect(answer.body.error.code).to.equal(code);
      expect(answer.headers).to.deep.equal(headers);
      expect(answer.body.error.requestId).to.equal('the-request');
      expect(errorBody.strict().safeParse(answer.body).success).to.equal(true);
      expect(JSON.stringify(answer.body)).to.not.contain('secret inside');
      expect(answer.logged, 'what is the caller’s fault is not in the log').to.deep.equal([]);
    });

  it('names the field in the sentence and in the details', () => {
    const { error } = answerTo(zodError).body;
    expect(error.message).to.match(/^a\.b: /);
    expect(error.details?.map(detail => detail.path)).to.deep.equal(['a.b']);
  });

  for (const [what, error] of [
    ['a lost connection', Object.assign(new Error('Connection terminated unexpectedly'), {})],
    ['a refused connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
  ] as const)
    it(`answers 503 to ${what}, with a warning in the log`, () => {
      const answer = answerTo(error);
      expect([answer.status, answer.body.error.code]).to.deep.equal([503, 'service_unavailable']);
      expect(answer.headers).to.deep.equal({ 'Retry-After': '1' });
      expect(answer.logged).to.deep.equal(['warn']);
    });

  for (const [what, error] of [
    ['a bug', new TypeError('secret inside')],
    ['what is no error', 'secret inside'],
    ['nothing', undefined],
    ['a status of the other side', httpError(502)],
    ['a status that is none', Object.assign(new Error('secret inside'), { status: '404' })],
    ['a sentence for the operator', new SetupError('secret inside')],
  ] as const)
    it(`answers 500 to ${what} and says no more`, () => {
      const answer = answerTo(error);
      expect(answer.status).to.equal(500);
      expect(JSON.stringify(answer.body)).to.not.contain('secret inside');
      expect(answer.body.error.message).to.contain('the-request');
    });

  it('leaves an answer that has begun to the server', () => {
    const error = new NotFound();
    const answer = answerTo(error, true);
    expect(answer).to.deep.include({ status: 0, passedOn: error });
  });
});
