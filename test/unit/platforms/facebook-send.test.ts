import { expect } from 'chai';
import {
  type OutboundMessage,
  OutcomeUnknown,
  Rejected,
  Unavailable,
} from '../../../src/platforms/adapter.ts';
import { sendFacebook, showFacebookSign } from '../../../src/platforms/facebook/send-facebook.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const settings = { pageId: '660011', pageAccessToken: 'token-1' };
const correlator = '12.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01';
const psid = '25990000000000001';
const text: OutboundMessage = {
  correlator,
  to: [
    { kind: 'user_ref', value: 'ref-1' },
    { kind: 'psid', value: psid },
  ],
  content: { type: 'text', text: 'Hello' },
};
const accepted = { recipient_id: psid, message_id: 'm_9' };

describe('sendFacebook', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answer = { body: accepted };
  });
  const io = (timeout?: number) => ioOf(client(timeout), `${server.url}/`);
  const send = (message: OutboundMessage = text) => sendFacebook(message, settings, io());

  it('sends a text with our own id, and the token nowhere but in its header', async () => {
    expect(await send()).to.deep.equal({ externalId: 'm_9', aliases: [] });
    expect(server.last.method).to.equal('POST');
    expect(server.last.url).to.equal('/v23.0/660011/messages');
    expect(server.last.headers.authorization).to.equal('Bearer token-1');
    expect(server.lastJson).to.deep.equal({
      recipient: { id: psid },
      messaging_type: 'RESPONSE',
      message: { text: 'Hello', metadata: correlator },
    });
  });
  it('goes to the base URL of the channel when it has one', async () => {
    const own = { ...settings, apiUrl: `${server.url}/proxy/` };
    await sendFacebook(text, own, ioOf(client(), 'http://127.0.0.1:1'));
    expect(server.last.url).to.equal('/proxy/v23.0/660011/messages');
  });
  it('marks a person’s own words after the window', async () => {
    await send({ ...text, isHumanAgent: true });
    expect(server.lastJson).to.include({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' });
  });
  it('shows that a message was read and that somebody types, and tells no failure of it', async () => {
    const about = { to: [{ kind: 'psid', value: '9001' }], externalId: 'm_1' };
    for (const [sign, action] of [
      ['read', 'mark_seen'],
      ['typing', 'typing_on'],
    ] as const) {
      server.answer = { body: { recipient_id: '9001' } };
      await showFacebookSign(sign, about, settings, io());
      expect(server.lastJson).to.deep.equal({ recipient: { id: '9001' }, sender_action: action });
      server.answer = { status: 500 };
      await showFacebookSign(sign, about, settings, io());
    }
  });
  it('quotes the message that is answered', async () => {
    await send({ ...text, replyToExternalId: 'm_1' });
    expect(server.lastJson).to.have.deep.property('reply_to', { mid: 'm_1' });
  });
  it('offers answers to tap', async () => {
    const choices = [
      { id: 'red', title: 'Red' },
      { id: 'blue', title: 'Blue' },
    ];
    await send({ ...text, content: { type: 'buttons', text: 'Which?', choices } });
    expect(server.lastJson).to.have.deep.property('message', {
      text: 'Which?',
      quick_replies: [
        { content_type: 'text', title: 'Red', payload: 'red' },
        { content_type: 'text', title: 'Blue', payload: 'blue' },
      ],
      metadata: correlator,
    });
  });
  it('reacts with any emoji, takes it back, and needs no id for that', async () => {
    server.answer = { body: { recipient_id: psid } };
    const react = (emoji: string) =>
      send({
        ...text,
        content: { type: 'reaction', targetExternalId: 'm_1', emoji },
        replyToExternalId: 'm_1',
      });
    expect((await react('🎉')).externalId).to.equal(correlator);
    expect(server.lastJson).to.deep.equal({
      recipient: { id: psid },
      sender_action: 'react',
      payload: { message_id: 'm_1', reaction: '🎉' },
    });
    await react('');
    expect(server.lastJson).to.deep.equal({
      recipient: { id: psid },
      sender_action: 'unreact',
      payload: { message_id: 'm_1' },
    });
  });
  it('sends a file with the message in one form', async () => {
    const file = outboundFile('document', 'application/pdf');
    await send({
      ...text,
      content: { type: 'media', files: [file] },
      isHumanAgent: true,
      replyToExternalId: 'm_1',
    });
    expect(server.last.headers['content-type']).to.match(/^multipart\/form-data/);
    expect(server.last.headers.authorization).to.equal('Bearer token-1');
    const form = await formOf(server.last);
    expect(Object.fromEntries(form.fields)).to.deep.equal({
      recipient: JSON.stringify({ id: psid }),
      messaging_type: 'MESSAGE_TAG',
      tag: 'HUMAN_AGENT',
      reply_to: JSON.stringify({ mid: 'm_1' }),
      message: JSON.stringify({ attachment: { type: 'file', payload: {} }, metadata: correlator }),
    });
    expect(form.file).to.deep.equal({
      field: 'filedata',
      name: 'file.pdf',
      type: 'application/pdf',
      text: 'the bytes of application/pdf',
    });
  });
  it('does not know what became of a file that was cut off: the upload is the sending', async () => {
    const content = { type: 'media', files: [outboundFile('image', 'image/png')] } as const;
    server.answer = { isReset: true };
    expect(await rejection(send({ ...text, content }))).to.be.instanceOf(OutcomeUnknown);
  });
  it('writes to somebody who is known by a website’s reference only, and learns the id', async () => {
    const receipt = await send({ ...text, to: [{ kind: 'user_ref', value: 'ref-1' }] });
    expect(server.lastJson).to.have.deep.property('recipient', { user_ref: 'ref-1' });
    expect(receipt.aliases).to.deep.equal([{ kind: 'psid', value: psid }]);
  });
  it('rejects what it cannot send, without a request', async () => {
    const count = server.seen.length;
    const list = { type: 'list', text: 'x', button: 'y', choices: [] } as const;
    const nobody = await rejection(send({ ...text, to: [{ kind: 'igsid', value: '1' }] }));
    expect(nobody).to.be.instanceOf(Rejected).and.include({ scope: 'message', code: 'no_address' });
    const odd = await rejection(send({ ...text, content: list }));
    expect(odd).to.be.instanceOf(Rejected).and.include({ scope: 'message', code: 'not_supported' });
    expect(server.seen).to.have.length(count);
  });

  const graph = (code: number, error_subcode?: number) => ({
    error: { code, error_subcode, message: 'm', type: 'OAuthException', fbtrace_id: 'x' },
  });
  const verdicts: readonly (readonly [string, StubAnswer, string])[] = [
    ['an expired token', { status: 400, body: graph(190, 463) }, 'Rejected reauthorise 190'],
    ['a closed window', { status: 403, body: graph(10, 2018278) }, 'Rejected window 10'],
    ['a missing permission', { status: 403, body: graph(200) }, 'Rejected reauthorise 200'],
    ['a customer who left', { status: 400, body: graph(551, 1545041) }, 'Rejected message 551'],
    ['a limit', { status: 400, body: graph(613) }, 'Unavailable channel 613'],
    ['a passing failure', { status: 500, body: graph(1200) }, 'Unavailable conversation 1200'],
    ['an error with 200', { status: 200, body: graph(551) }, 'Rejected message 551'],
    ['200 without an id', { body: { recipient_id: psid } }, 'OutcomeUnknown undefined undefined'],
    ['200 that is not JSON', { body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    ['502 from a gateway', { status: 502, body: '' }, 'OutcomeUnknown undefined undefined'],
    ['503 from a gateway', { status: 503, body: '<html>' }, 'Unavailable channel http_503'],
    ['413 from a gateway', { status: 413, body: '' }, 'Rejected message http_413'],
  ];
  for (const [name, answer, expected] of verdicts)
    it(`judges ${name}: ${expected}`, async () => {
      server.answer = answer;
      const error = await rejection(send());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
    });
  it('does not stop the channel because its app may not answer after the window', async () => {
    server.answer = { status: 403, body: graph(10) };
    const late = await rejection(send({ ...text, isHumanAgent: true }));
    expect(late).to.be.instanceOf(Rejected).and.include({ scope: 'window', code: '10' });
    expect(late.message).to.contain('Human Agent');
    server.answer = { status: 400, body: graph(190) };
    expect(await rejection(send({ ...text, isHumanAgent: true }))).to.include({ scope: 'reauthorise' });
  });
  it('does not stop the channel because its app may not react', async () => {
    const content = { type: 'reaction', targetExternalId: 'm_1', emoji: '👍' } as const;
    for (const code of [3, 10, 200, 230]) {
      server.answer = { status: 403, body: graph(code) };
      for (const isHumanAgent of [false, true]) {
        const refused = await rejection(send({ ...text, content, isHumanAgent }));
        expect(refused).to.include({ scope: 'message', code: String(code) });
        expect(refused.message).to.match(/react to this message\.$/);
      }
    }
    server.answer = { status: 400, body: graph(190) };
    expect(await rejection(send({ ...text, content }))).to.include({ scope: 'reauthorise' });
  });
  it('waits as long as it is told', async () => {
    server.answer = { status: 429, headers: { 'retry-after': '12' }, body: graph(4) };
    expect(await rejection(send())).to.include({ retryAfterMs: 12_000 });
  });
  it('knows a request that never left from one that may have arrived', async () => {
    const dead = sendFacebook(text, settings, ioOf(client(), 'http://127.0.0.1:1'));
    expect(await rejection(dead)).to.be.instanceOf(Unavailable);
    server.answer = { isSilent: true };
    expect(await rejection(sendFacebook(text, settings, io(100)))).to.be.instanceOf(OutcomeUnknown);
  });
});

/** Reads the form that arrived as any server would. */
async function formOf({ headers, body }: { headers: { 'content-type'?: string }; body: Buffer }) {
  const response = new Response(new Uint8Array(body), {
    headers: { 'content-type': headers['content-type'] ?? '' },
  });
  const entries = [...(await response.formData())];
  const fields = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const [field, file] = entries.find(([, value]) => typeof value !== 'string') ?? ['', undefined];
  if (file === undefined || typeof file === 'string') throw new Error('The form holds no file.');
  return { fields, file: { field, name: file.name, type: file.type, text: await file.text() } };
}
