import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { simulatorRoutes, WhatsAppSimulator } from '../../../src/simulator/index.ts';
import { accountFor, quickRetry, WebhookReceiver } from './webhook-receiver.ts';

describe('simulatorRoutes', () => {
  const waId = '351910000002';
  let receiver: WebhookReceiver;
  let simulator: WhatsAppSimulator;
  let server: Server;
  let host: string;
  // Not fetch or axios: those do not let a caller choose its Host.
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>((resolve, reject) => {
      const [, port] = host.split(':');
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const options = { host: '127.0.0.1', port, method, path, headers: { host, ...type, ...headers } };
      const asked = request(options, response => {
        let text = '';
        response.on('data', chunk => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) }),
        );
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  beforeEach(async () => {
    receiver = new WebhookReceiver();
    await receiver.start();
    simulator = new WhatsAppSimulator({
      accounts: [accountFor(receiver)],
      customers: [{ waId, name: 'Rui P' }],
      webhookRetry: quickRetry,
    });
    const routes = simulatorRoutes(simulator, { allowedHosts: ['demo.example:8443'] });
    server = createServer(express().use(routes)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await simulator.provider.stop();
    await receiver.stop();
  });

  it('lists, writes, shows and reads', async () => {
    expect(await call('GET', '/simulator/whatsapp')).to.deep.equal({
      status: 200,
      body: { account: { displayName: 'Azulejo' }, customers: [{ waId, name: 'Rui P' }] },
    });
    const said = await call('POST', '/simulator/whatsapp/messages', { waId, name: 'Rui P', text: 'Olá' });
    expect(said.status).to.equal(201);
    await simulator.whenIdle();
    expect(receiver.facts[0]).to.include({ kind: 'message', externalId: said.body.id });
    const { body } = await call('GET', `/simulator/whatsapp/thread/${waId}`);
    expect(body.items).to.have.length(1);
    expect(body.items[0]).to.include({ id: said.body.id, direction: 'in', text: 'Olá', status: 'delivered' });
    expect(new Date(body.items[0].at).toISOString()).to.equal(body.items[0].at);
    expect((await call('POST', '/simulator/whatsapp/read', { waId })).status).to.equal(204);
  });
  it('takes a new customer', async () => {
    const ana = { waId: '351910000003', name: 'Ana' };
    await call('POST', '/simulator/whatsapp/messages', { ...ana, text: 'hi' });
    const { body } = await call('GET', '/simulator/whatsapp');
    expect(body.customers).to.deep.equal([{ waId, name: 'Rui P' }, ana]);
  });

  const message = { waId, name: 'Rui P', text: 'x' };
  const bad: Record<string, [string, string, unknown, number, string]> = {
    'a missing field': ['POST', 'messages', { waId, name: 'x' }, 422, 'validation_failed'],
    'an unknown field': ['POST', 'messages', { ...message, more: 1 }, 422, 'validation_failed'],
    'no number': ['POST', 'messages', { ...message, waId: '+351 9' }, 422, 'validation_failed'],
    'a long text': ['POST', 'messages', { ...message, text: 'x'.repeat(4097) }, 422, 'validation_failed'],
    'no body': ['POST', 'messages', undefined, 422, 'validation_failed'],
    'no JSON': ['POST', 'messages', '{', 400, 'unreadable'],
    'a huge body': ['POST', 'messages', { ...message, text: 'x'.repeat(40_000) }, 413, 'too_large'],
    'nobody to read': ['POST', 'read', { waId: '351910000009' }, 404, 'not_found'],
    "nobody's thread": ['GET', 'thread/351910000009', undefined, 404, 'not_found'],
  };
  for (const [name, [method, path, body, status, code]] of Object.entries(bad))
    it(`answers ${name} with ${status}`, async () => {
      const answer = await call(method, `/simulator/whatsapp/${path}`, body);
      expect(answer.status).to.equal(status);
      expect(answer.body.error.code).to.equal(code);
      expect(answer.body.error.message).to.be.a('string').and.not.equal('');
      expect(answer.body.error.requestId).to.match(/^[\w-]{36}$/);
      expect(receiver.deliveries).to.deep.equal([]);
    });

  const origins: Record<string, [Record<string, string>, number]> = {
    'its own page': [{ origin: 'http://{host}', 'sec-fetch-site': 'same-origin' }, 201],
    'localhost by name': [{ host: 'localhost:5173', origin: 'http://localhost:5173' }, 201],
    'an allowed host': [{ host: 'demo.example:8443', origin: 'https://demo.example:8443' }, 201],
    'a foreign page': [{ origin: 'https://evil.example' }, 403],
    'another port of this machine': [{ origin: 'http://127.0.0.1:1' }, 403],
    'a sandboxed page': [{ origin: 'null' }, 403],
    'a foreign page that hides': [{ 'sec-fetch-site': 'cross-site' }, 403],
    'a foreign name for this machine': [{ host: 'evil.example', origin: 'http://evil.example' }, 403],
    'a host that begins like ours': [{ host: 'localhost.evil.example' }, 403],
  };
  for (const [name, [headers, status]] of Object.entries(origins))
    it(`answers ${name} with ${status}`, async () => {
      const own = Object.fromEntries(
        Object.entries(headers).map(([key, value]) => [key, value.replace('{host}', host)]),
      );
      const answer = await call('POST', '/simulator/whatsapp/messages', message, own);
      expect(answer.status).to.equal(status);
      if (status === 403) {
        expect(answer.body.error.code).to.equal('foreign_origin');
        expect((await call('GET', '/simulator/whatsapp', undefined, own)).status).to.equal(403);
        expect(simulator.thread(waId)).to.deep.equal([]);
      }
    });
});
