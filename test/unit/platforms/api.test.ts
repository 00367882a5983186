import { expect } from 'chai';
import {
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  Unavailable,
  UnreadableDelivery,
} from '../../../src/platforms/adapter.ts';
import { apiAdapter } from '../../../src/platforms/api/index.ts';
import { generateWebhookSecret, verifyWebhook } from '../../../src/platforms/standard-webhooks.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, StubServer } from '../../support/stub-server.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const parse = (body: unknown) => apiAdapter.parse(Buffer.from(JSON.stringify(body)), receivedAt);
const customer = { id: 'c-1', name: 'Rui P', email: 'rui@example.test', phone: '+351910000002' };
const contact = {
  aliases: [{ kind: 'customer_id', value: 'c-1' }],
  name: 'Rui P',
  phone: '+351910000002',
  profile: { email: 'rui@example.test' },
};
const about = { id: 'e-1', messageId: 'm-1', customer: { id: 'c-1' }, at: '2026-10-01T10:00:00+02:00' };
const common = {
  accountId: '',
  at: new Date('2026-10-01T08:00:00.000Z'),
  externalId: 'e-1',
  targetExternalId: 'm-1',
  contact: { aliases: contact.aliases },
};
const uuid = '0C9F6A2E-5d0b-4d55-8a4a-6f2f1f0f9b01';

describe('API channel: in', () => {
  const message = { type: 'message', id: 'm-1', customer, text: 'hello' };
  it('reads a message', () => {
    const full = { ...message, conversation: 'order-7', replyTo: 'm-0', sentAt: '2026-10-01T10:00:00+02:00' };
    expect(parse(full)).to.deep.equal([
      {
        kind: 'message',
        accountId: '',
        at: new Date('2026-10-01T08:00:00.000Z'),
        direction: 'inbound',
        externalId: 'm-1',
        contact,
        content: { type: 'text', text: 'hello' },
        replyToExternalId: 'm-0',
        threadKey: 'order-7',
        opensWindow: true,
      },
    ]);
    expect(parse(message)[0]).to.include({ at: receivedAt, threadKey: '' });
  });
  it('reads attachments, places and choices', () => {
    const contentOf = (part: object) => {
      const fact = parse({ type: 'message', id: 'm-1', customer, ...part })[0];
      return fact?.kind === 'message' ? fact.content : undefined;
    };
    const attachments = [{ type: 'image', url: 'https://example.test/a.png', filename: 'a.png', size: 3 }];
    expect(contentOf({ attachments, text: 'see' })).to.deep.equal({
      type: 'image',
      text: 'see',
      media: attachments,
    });
    const location = { latitude: 1, longitude: 2, name: 'Café' };
    expect(contentOf({ location })).to.deep.equal({ type: 'location', metadata: { location } });
    const interactive = { id: 'b1', title: 'Yes', payload: { a: 1 } };
    expect(contentOf({ interactive })).to.deep.equal({
      type: 'interactive',
      text: 'Yes',
      metadata: { interactive },
    });
  });
  it('reads receipts, by their id or by ours', () => {
    const receipt = { type: 'receipt', messageId: 'm-9', status: 'delivered' };
    const base = { kind: 'receipt', accountId: '', at: receivedAt, externalId: 'm-9', status: 'delivered' };
    expect(parse(receipt)).to.deep.equal([base]);
    expect(parse({ ...receipt, messageId: uuid })[0]).to.include({
      externalId: uuid,
      correlator: uuid.toLowerCase(),
    });
    expect(parse({ ...receipt, status: 'failed', error: { code: 'E1', message: 'No.' } })).to.deep.equal([
      { ...base, status: 'failed', fault: { code: 'E1', title: 'No.' } },
    ]);
    expect(parse({ ...receipt, status: 'failed' })[0]).to.have.nested.property('fault.code', 'unknown');
  });
  it('reads reactions, edits and deletions', () => {
    expect(parse({ type: 'reaction', ...about, emoji: '' })).to.deep.equal([
      { kind: 'reaction', ...common, direction: 'inbound', emoji: '' },
    ]);
    expect(parse({ type: 'edit', ...about, text: 'better' })).to.deep.equal([
      { kind: 'edit', ...common, content: { type: 'text', text: 'better' } },
    ]);
    expect(parse({ type: 'delete', ...about })).to.deep.equal([{ kind: 'revoke', ...common }]);
  });
  it('reads a batch in its order', () => {
    const facts = parse({ events: [message, { ...message, id: 'm-2' }, { type: 'delete', ...about }] });
    expect(facts.map(fact => fact.kind)).to.deep.equal(['message', 'message', 'revoke']);
  });
  const malformed: Record<string, unknown> = {
    'an empty batch': { events: [] },
    'a batch with a bad event': { events: [message, { ...message, id: '' }] },
    'a batch beside an event': { events: [message], ...message },
    'too many events': { events: Array.from({ length: 1001 }, () => message) },
    'an unknown type': { ...message, type: 'poke' },
    'an unknown field': { ...message, colour: 'red' },
    'an unknown field of the customer': { ...message, customer: { ...customer, age: 7 } },
    'no id': { ...message, id: undefined },
    'an id that is a number': { ...message, id: 7 },
    'a long id': { ...message, id: 'x'.repeat(201) },
    'no customer': { ...message, customer: undefined },
    'no content': { ...message, text: undefined },
    'blank text': { ...message, text: '  ' },
    'a bad e-mail': { ...message, customer: { id: 'c', email: 'rui' } },
    'a phone without +': { ...message, customer: { id: 'c', phone: '351910000002' } },
    'a date in words': { ...message, sentAt: 'yesterday' },
    'an attachment by file': { ...message, attachments: [{ type: 'image', url: 'file:///etc/passwd' }] },
    'an unknown status': { type: 'receipt', messageId: 'm', status: 'eaten' },
    'a list': [message],
    nothing: null,
  };
  for (const [name, body] of Object.entries(malformed))
    it(`refuses ${name}`, () => {
      expect(() => parse(body)).to.throw(UnreadableDelivery);
    });
  it('says what is wrong', () => {
    expect(() => parse({ ...message, customer: { id: 'c', email: 'rui' } })).to.throw(/customer\.email/);
    expect(() => parse({ events: [message, { ...message, id: '' }] })).to.throw(/events\.1\.id/);
  });
  it('keeps the id of the delivery as its key', () => {
    const delivery = { method: 'POST', publicUrl: '', body: Buffer.from('{}'), receivedAt };
    expect(apiAdapter.deliveryKey({ ...delivery, headers: { 'webhook-id': 'msg_1' } })).to.equal('msg_1');
    expect(apiAdapter.deliveryKey({ ...delivery, headers: {} })).to.match(/^sha256:[0-9a-f]{64}$/);
  });
});

describe('API channel: out', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  const secret = generateWebhookSecret();
  const message: OutboundMessage = {
    correlator: uuid.toLowerCase(),
    to: [{ kind: 'customer_id', value: 'c-1' }],
    content: { type: 'text', text: 'Hello' },
  };
  const send = (change: Partial<OutboundMessage> = {}, timeout?: number) =>
    apiAdapter.send!(
      { ...message, ...change },
      { secret, callbackUrl: `${server.url}/hook` },
      ioOf(client(timeout), ''),
    );
  beforeEach(() => {
    server.answer = {};
  });

  it('posts a signed message and takes the id of the answer', async () => {
    server.answer = { body: { id: 'theirs-1' } };
    expect(await send({ replyToExternalId: 'm-1', threadKey: 'order-7' })).to.deep.equal({
      externalId: 'theirs-1',
      aliases: [],
    });
    const { headers, body, url } = server.last;
    verifyWebhook(
      {
        method: 'POST',
        publicUrl: url,
        headers: headers as Record<string, string>,
        body,
        receivedAt: new Date(),
      },
      [secret],
    );
    expect(headers['webhook-id']).to.equal(message.correlator);
    expect(server.lastJson).to.deep.equal({
      type: 'message',
      id: message.correlator,
      to: message.to,
      conversation: 'order-7',
      content: { type: 'text', text: 'Hello' },
      replyTo: 'm-1',
    });
  });
  it('falls back to our own id', async () => {
    for (const body of ['', 'ok', '[]', {}, { id: '' }, { id: {} }]) {
      server.answer = { status: 202, body };
      expect((await send()).externalId).to.equal(message.correlator);
    }
  });
  it('posts reactions', async () => {
    await send({ content: { type: 'reaction', targetExternalId: 'm-1', emoji: '👍' } });
    expect(server.lastJson).to.have.deep.property('content', {
      type: 'reaction',
      messageId: 'm-1',
      emoji: '👍',
    });
  });
  it('tells whether the callback may be called', async () => {
    const check = (resolve: PlatformIo['resolve'], callbackUrl?: string) =>
      apiAdapter.check!(
        { secret, ...(callbackUrl && { callbackUrl }) },
        { ...ioOf(client(), ''), resolve },
        {
          url: 'https://inbox.example/door',
        },
      );
    const asked: unknown[] = [];
    const fine: PlatformIo['resolve'] = async (...given) => {
      asked.push(given);
      return '203.0.113.7';
    };
    expect(await check(fine, 'https://shop.example/hook')).to.include({ health: 'ok', message: null });
    expect(await check(fine, 'http://shop.example:8080/hook')).to.include({ health: 'ok' });
    expect(asked).to.deep.equal([
      ['shop.example', 443, 'web'],
      ['shop.example', 8080, 'web'],
    ]);
    expect(await check(fine)).to.include({ health: 'ok' });
    const refused = await check(async () => {
      throw new Rejected('account', 'unsafe_address', '10.0.0.7 is an address of our own network.');
    }, 'http://10.0.0.7/hook');
    expect(refused).to.include({
      health: 'stopped',
      message: 'callbackUrl: 10.0.0.7 is an address of our own network.',
    });
    const unknown = await check(async () => {
      throw new Unavailable('channel', 'unknown_host', 'No.');
    }, 'https://nowhere.example/hook');
    expect(unknown).to.include({ health: 'warning' });
  });
  it('says so when there is no callback', async () => {
    const error = await rejection(apiAdapter.send!(message, { secret }, ioOf(client(), '')));
    expect(error).to.be.instanceOf(Rejected);
    expect(error).to.include({ scope: 'message', code: 'no_callback' });
    expect(error.message).to.contain('callbackUrl');
  });
  const verdicts: readonly (readonly [number, string])[] = [
    [307, 'Rejected message http_307'],
    [400, 'Rejected message http_400'],
    [401, 'Rejected reauthorise http_401'],
    [404, 'Rejected message http_404'],
    [410, 'Rejected account http_410'],
    [429, 'Unavailable channel http_429'],
    [500, 'OutcomeUnknown undefined undefined'],
    [503, 'Unavailable channel http_503'],
  ];
  for (const [status, expected] of verdicts)
    it(`judges status ${status}: ${expected}`, async () => {
      server.answer = { status };
      const error = await rejection(send());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
    });
  it('does not know after a silence', async () => {
    server.answer = { isSilent: true };
    expect(await rejection(send({}, 100))).to.be.instanceOf(OutcomeUnknown);
  });
});
