import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { AxiosError } from 'axios';
import { expect } from 'chai';
import { OutcomeUnknown, Unavailable } from '../../../src/platforms/adapter.ts';
import { failureOf, postJson, retryAfterMsOf } from '../../../src/platforms/call-platform.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, StubServer } from '../../support/stub-server.ts';

const post = (url: string, timeout = 2000) =>
  postJson(ioOf(client(timeout), ''), 'The platform', url, {}, Buffer.from('{}'));

describe('failureOf', () => {
  const withCode = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall });
  for (const code of [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])
    it(`${code} came before anything was written`, () => {
      expect(failureOf(AxiosError.from(withCode(code)), 'X')).to.be.instanceOf(Unavailable);
      expect(failureOf(new AxiosError('wrapped', code), 'X')).to.be.instanceOf(Unavailable);
    });
  for (const code of [
    'ECONNRESET',
    'ETIMEDOUT',
    'ECONNABORTED',
    'EPIPE',
    'ERR_BAD_RESPONSE',
    'ERR_CANCELED',
    'NEW_CODE',
  ])
    it(`${code} says nothing about what was written`, () => {
      expect(failureOf(AxiosError.from(withCode(code)), 'X')).to.be.instanceOf(OutcomeUnknown);
    });
  it('looks at what the system was doing', () => {
    expect(failureOf(AxiosError.from(withCode('ETIMEDOUT', 'connect')), 'X')).to.be.instanceOf(Unavailable);
    expect(failureOf(AxiosError.from(withCode('EHOSTUNREACH', 'read')), 'X')).to.be.instanceOf(
      OutcomeUnknown,
    );
    const attempts = ['connect', 'connect'].map(syscall => withCode('ETIMEDOUT', syscall));
    const all = Object.assign(new AggregateError(attempts), { code: 'ETIMEDOUT' });
    expect(failureOf(all, 'X')).to.be.instanceOf(Unavailable);
  });
  for (const nonsense of [undefined, null, 'text', {}, new TypeError('bug')])
    it(`takes ${String(nonsense)} for unknown`, () => {
      expect(failureOf(nonsense, 'X')).to.be.instanceOf(OutcomeUnknown);
    });
});

describe('retryAfterMsOf', () => {
  const now = new Date('2026-10-01T12:00:00Z');
  const table: readonly (readonly [unknown, number | undefined])[] = [
    ['7', 7000],
    ['0', 0],
    ['999999999', 86_400_000],
    ['Thu, 01 Oct 2026 12:00:30 GMT', 30_000],
    ['Thu, 01 Oct 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ];
  for (const [header, expected] of table)
    it(`reads ${JSON.stringify(header)}`, () => {
      expect(retryAfterMsOf(header, now)).to.equal(expected);
    });
});

describe('postJson', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());

  it('sends exactly the bytes and gives back any answer', async () => {
    server.answer = { status: 418, headers: { 'retry-after': '3' }, body: { tea: true } };
    const bytes = Buffer.from('{ "b": 1,\n "a" : "\u00e9" }');
    const answer = await postJson(ioOf(client(), ''), 'X', server.url, { 'x-own': '1' }, bytes);
    expect(answer).to.deep.equal({ status: 418, body: { tea: true }, retryAfterMs: 3000 });
    expect(server.last.body.equals(bytes)).to.equal(true);
    expect(server.last.headers).to.include({ 'x-own': '1', 'content-type': 'application/json' });
  });
  it('has no body for what is not an object', async () => {
    for (const body of ['<html>', '[1]', '"x"', ' ']) {
      server.answer = { body };
      expect((await post(server.url)).body).to.equal(undefined);
    }
  });
  it('follows no redirect', async () => {
    const count = server.seen.length;
    server.answer = { status: 307, headers: { location: server.url } };
    expect((await post(server.url)).status).to.equal(307);
    expect(server.seen).to.have.length(count + 1);
  });
  it('does not know after a reset or a silence', async () => {
    server.answer = { isReset: true };
    expect(await rejection(post(server.url))).to.be.instanceOf(OutcomeUnknown);
    server.answer = { isSilent: true };
    expect(await rejection(post(server.url, 100))).to.be.instanceOf(OutcomeUnknown);
  });
  it('knows that nothing was written when nobody listens or the name does not exist', async () => {
    expect(await rejection(post('http://127.0.0.1:1'))).to.be.instanceOf(Unavailable);
    expect(await rejection(post('http://does-not-exist.invalid'))).to.be.instanceOf(Unavailable);
  });

  describe('when TLS is not agreed on', () => {
    let plain: Server;
    let greet: (socket: Socket) => void;
    before(async () => {
      plain = createServer(socket => {
        socket.on('error', () => undefined);
        greet(socket);
      });
      await new Promise<void>(resolve => plain.listen(0, '127.0.0.1', resolve));
    });
    after(() => plain.close());
    const greetings: Record<string, (socket: Socket) => void> = {
      silence: socket => socket.resume(),
      'a reset': socket => socket.once('data', () => socket.resetAndDestroy()),
      'plain HTTP': socket => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    };
    for (const [name, greeting] of Object.entries(greetings))
      it(`${name} came before anything was written`, async () => {
        greet = greeting;
        const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
        expect(await rejection(post(url, 200))).to.be.instanceOf(Unavailable);
      });
  });
});
