import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express, { type ErrorRequestHandler } from 'express';
import {
  type BodyReaderOptions,
  bodyReader,
  MAXIMUM_BODY,
} from '../../../src/features/inbound/body-reader.ts';
import { ServiceUnavailable } from '../../../src/kit/errors.ts';

describe('bodyReader', () => {
  let server: Server;
  let port: number;
  /** Requests whose bodies have been read, waiting for their answer. */
  let answers: (() => void)[];
  let responses: ServerResponse[];

  async function start(options: BodyReaderOptions): Promise<void> {
    [answers, responses] = [[], []];
    const app = express();
    app.post('/', ...bodyReader(options), (incoming, response) => {
      answers.push(() => response.end(String((incoming.body as Buffer).length)));
      server.emit('read');
    });
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => {
      response.status(error instanceof ServiceUnavailable ? 503 : 500).end();
    };
    app.use(refuse);
    server = createServer(app).listen(0, '127.0.0.1');
    server.on('request', (_request, response) => responses.push(response));
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = (bytes: number) =>
    fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: Buffer.alloc(bytes) });

  /** A request whose body is told, and not sent yet. */
  const send = () =>
    request({ host: '127.0.0.1', port, method: 'POST', headers: { 'content-length': 1000 } });

  /** One that has come so far that room is held for its body. */
  const begin = async () => {
    const begun = send();
    begun.on('error', () => undefined);
    begun.flushHeaders();
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    return { begun, response };
  };

  it('gives the bytes as they are', async () => {
    await start({});
    const isRead = once(server, 'read');
    const answer = post(1000);
    await isRead;
    answers[0]?.();
    expect(await (await answer).text()).to.equal('1000');
  });

  it('takes no more than there is room for until something was answered', async () => {
    await start({ mostBytes: 1500 });
    const isRead = once(server, 'read');
    const first = post(1000);
    await isRead;
    expect((await post(1000)).status).to.equal(503);
    const isOver = once(responses[0] as ServerResponse, 'close');
    answers[0]?.();
    await Promise.all([first, isOver]);
    const isReadAgain = once(server, 'read');
    const second = post(1000);
    await isReadAgain;
    answers[1]?.();
    expect((await second).status).to.equal(200);
  });

  it('counts what is packed, or does not tell its length, as large as it may become', async () => {
    await start({ mostBytes: MAXIMUM_BODY });
    const { begun } = await begin();
    const packed = gzipSync(Buffer.alloc(100_000));
    const sendPacked = (headers: Readonly<Record<string, string>>, body: RequestInit['body']) =>
      fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
    expect((await sendPacked({ 'content-encoding': 'gzip' }, packed)).status).to.equal(503);
    expect((await sendPacked({}, new Blob([packed]).stream())).status).to.equal(503);
    begun.destroy();
  });

  it('gives room back when the sender goes away', async () => {
    await start({ mostBytes: 1500 });
    const { begun, response } = await begin();
    const isOver = once(response, 'close');
    begun.destroy();
    await isOver;
    const isRead = once(server, 'read');
    const answer = post(1000);
    await isRead;
    answers[0]?.();
    expect((await answer).status).to.equal(200);
  });

  it('ends with a sender that drips', async () => {
    await start({ withinMs: 50 });
    const dripping = send();
    dripping.write('a');
    const [error] = await once(dripping, 'error');
    expect(error).to.be.instanceOf(Error);
    expect(answers).to.deep.equal([]);
  });
});
