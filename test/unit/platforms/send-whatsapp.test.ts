import { expect } from 'chai';
import {
  type OutboundMessage,
  OutcomeUnknown,
  Rejected,
  Unavailable,
} from '../../../src/platforms/adapter.ts';
import { sendWhatsApp, showWhatsAppSign } from '../../../src/platforms/whatsapp/send-whatsapp.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const settings = { phoneNumberId: '770022', businessAccountId: '880011', accessToken: 'token-1' };
const correlator = '0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01';
const text: OutboundMessage = {
  correlator,
  to: [
    { kind: 'bsuid', value: 'PT.40112233' },
    { kind: 'wa_id', value: '351910000002' },
  ],
  content: { type: 'text', text: 'Hello' },
};
const accepted = {
  messaging_product: 'whatsapp',
  contacts: [{ input: '351910000002', wa_id: '351910000002' }],
  messages: [{ id: 'wamid.OUT1', message_status: 'accepted' }],
};

describe('sendWhatsApp', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answer = { body: accepted };
  });
  const io = (timeout?: number) => ioOf(client(timeout), `${server.url}/`);
  const send = (message: OutboundMessage = text) => sendWhatsApp(message, settings, io());

  it('sends a text to the number, with our own id', async () => {
    expect(await send()).to.deep.equal({ externalId: 'wamid.OUT1', aliases: [] });
    expect(server.last.method).to.equal('POST');
    expect(server.last.url).to.equal('/v23.0/770022/messages');
    expect(server.last.headers.authorization).to.equal('Bearer token-1');
    expect(server.lastJson).to.deep.equal({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '351910000002',
      type: 'text',
      text: { body: 'Hello', preview_url: true },
      biz_opaque_callback_data: correlator,
    });
  });
  it('goes to the base URL of the channel when it has one', async () => {
    const count = server.seen.length;
    const own = { ...settings, apiUrl: `${server.url}/proxy/` };
    await sendWhatsApp(text, own, ioOf(client(), 'http://127.0.0.1:1'));
    expect(server.seen).to.have.length(count + 1);
    expect(server.last.url).to.equal('/proxy/v23.0/770022/messages');
  });
  it('sends to the user id when there is no number', async () => {
    await send({
      ...text,
      to: [
        { kind: 'parent_bsuid', value: 'PT.ENT.1' },
        { kind: 'bsuid', value: 'PT.4' },
      ],
    });
    expect(server.lastJson).to.include({ recipient: 'PT.4' }).and.not.to.have.property('to');
  });
  it('answers all of a group in the group, and learns no address of anybody by it', async () => {
    server.answer = { body: { ...accepted, contacts: [{ input: 'group-1', wa_id: 'group-1' }] } };
    for (const to of [text.to, [{ kind: 'wa_group', value: 'group-1' }]]) {
      const receipt = await send({ ...text, to, threadKey: 'group-1' });
      expect(server.lastJson).to.include({ recipient_type: 'group', to: 'group-1' });
      expect(receipt.aliases).to.deep.equal([]);
    }
    const content = { type: 'reaction', targetExternalId: 'wamid.IN1', emoji: '👍' } as const;
    await send({ ...text, threadKey: 'group-1', content });
    expect(server.lastJson).to.include({ recipient_type: 'group', to: 'group-1', type: 'reaction' });
    await send({ ...text, threadKey: '' });
    expect(server.lastJson).to.include({ recipient_type: 'individual', to: '351910000002' });
  });
  it('rejects what has no address, without a request', async () => {
    const count = server.seen.length;
    const error = await rejection(send({ ...text, to: [{ kind: 'other', value: '1' }] }));
    expect(error).to.be.instanceOf(Rejected);
    expect(error).to.include({ scope: 'message', code: 'no_address' });
    expect(server.seen).to.have.length(count);
  });
  it('quotes the message that is answered', async () => {
    await send({ ...text, replyToExternalId: 'wamid.IN1' });
    expect(server.lastJson).to.have.deep.property('context', { message_id: 'wamid.IN1' });
  });
  it('fills a template, and leaves one without variables alone', async () => {
    const content = { type: 'template', name: 'order', language: 'pt_PT', variables: ['Rui', '42'] } as const;
    await send({ ...text, content });
    expect(server.lastJson).to.have.deep.property('template', {
      name: 'order',
      language: { code: 'pt_PT' },
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Rui' },
            { type: 'text', text: '42' },
          ],
        },
      ],
    });
    await send({ ...text, content: { ...content, variables: [] } });
    expect(server.lastJson).to.have.deep.property('template', { name: 'order', language: { code: 'pt_PT' } });
  });
  it('reacts, and takes a reaction back', async () => {
    for (const emoji of ['👍', '']) {
      const content = { type: 'reaction', targetExternalId: 'wamid.IN1', emoji } as const;
      await send({ ...text, content, replyToExternalId: 'wamid.IN1' });
      expect(server.lastJson).to.deep.include({
        type: 'reaction',
        reaction: { message_id: 'wamid.IN1', emoji },
      });
      expect(server.lastJson).not.to.have.property('context');
    }
  });
  it('learns how WhatsApp calls the recipient', async () => {
    server.answer = {
      body: { ...accepted, contacts: [{ input: '5511987654321', wa_id: '551187654321', user_id: 'BR.1' }] },
    };
    expect((await send()).aliases).to.deep.equal([
      { kind: 'bsuid', value: 'BR.1' },
      { kind: 'wa_id', value: '551187654321' },
    ]);
  });

  const graph = (code: number) => ({
    error: { code, message: 'm', type: 'OAuthException', fbtrace_id: 'x' },
  });
  const verdicts: readonly (readonly [string, StubAnswer, string])[] = [
    ['an expired token', { status: 401, body: graph(190) }, 'Rejected reauthorise 190'],
    ['a closed window', { status: 400, body: graph(131047) }, 'Rejected window 131047'],
    ['a bad recipient', { status: 400, body: graph(131026) }, 'Rejected message 131026'],
    ['a spam limit', { status: 400, body: graph(131048) }, 'Rejected account 131048'],
    ['a pair limit', { status: 400, body: graph(131056) }, 'Unavailable conversation 131056'],
    ['a number limit', { status: 429, body: graph(130429) }, 'Unavailable channel 130429'],
    ['a known error with 500', { status: 500, body: graph(131000) }, 'Unavailable conversation 131000'],
    ['an error with 200', { status: 200, body: graph(131026) }, 'Rejected message 131026'],
    ['200 without an id', { body: { messages: [{}] } }, 'OutcomeUnknown undefined undefined'],
    ['200 without messages', { body: {} }, 'OutcomeUnknown undefined undefined'],
    ['200 that is not JSON', { body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    ['500 from a gateway', { status: 500, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    ['502 from a gateway', { status: 502, body: '' }, 'OutcomeUnknown undefined undefined'],
    ['504 from a gateway', { status: 504, body: '[]' }, 'OutcomeUnknown undefined undefined'],
    ['503 from a gateway', { status: 503, body: '<html>' }, 'Unavailable channel http_503'],
    ['429 from a gateway', { status: 429, body: '' }, 'Unavailable channel http_429'],
    ['401 from a gateway', { status: 401, body: '' }, 'Rejected reauthorise http_401'],
    ['404 from a gateway', { status: 404, body: '<html>' }, 'Rejected message http_404'],
  ];
  for (const [name, answer, expected] of verdicts)
    it(`judges ${name}: ${expected}`, async () => {
      server.answer = answer;
      const error = await rejection(send());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
    });
  it('waits as long as it is told', async () => {
    server.answer = { status: 429, headers: { 'retry-after': '12' }, body: graph(80007) };
    expect(await rejection(send())).to.include({ retryAfterMs: 12_000 });
    server.answer = { status: 503, headers: { 'retry-after': '5' }, body: '' };
    expect(await rejection(send())).to.include({ retryAfterMs: 5000 });
  });
  it('knows a request that never left from one that may have arrived', async () => {
    const dead = sendWhatsApp(text, settings, ioOf(client(), 'http://127.0.0.1:1'));
    expect(await rejection(dead)).to.be.instanceOf(Unavailable);
    server.answer = { isSilent: true };
    expect(await rejection(sendWhatsApp(text, settings, io(100)))).to.be.instanceOf(OutcomeUnknown);
    server.answer = { isReset: true };
    expect(await rejection(send())).to.be.instanceOf(OutcomeUnknown);
  });
  it('shows messages as read, with and without typing, and does not mind failures', async () => {
    await showWhatsAppSign('read', { to: [], externalId: 'wamid.IN1' }, settings, io());
    const read = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.IN1' };
    expect(server.lastJson).to.deep.equal(read);
    server.answer = { status: 500 };
    await showWhatsAppSign('typing', { to: [], externalId: 'wamid.IN1' }, settings, io());
    expect(server.lastJson).to.deep.equal({ ...read, typing_indicator: { type: 'text' } });
    server.answer = { isReset: true };
    await showWhatsAppSign('typing', { to: [], externalId: 'wamid.IN1' }, settings, io());
  });
});
