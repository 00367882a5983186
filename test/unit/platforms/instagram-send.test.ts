import { expect } from 'chai';
import { type OutboundMessage, OutcomeUnknown, Rejected } from '../../../src/platforms/adapter.ts';
import { instagramAdapter } from '../../../src/platforms/instagram/index.ts';
import { sendInstagram } from '../../../src/platforms/instagram/send-instagram.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, StubServer } from '../../support/stub-server.ts';

const settings = { accountId: '17841400000000011', accessToken: 'token-1', login: 'facebook' } as const;
const igsid = '880000000000000001';
const text: OutboundMessage = {
  correlator: '12.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01',
  to: [{ kind: 'igsid', value: igsid }],
  content: { type: 'text', text: 'Hello' },
};

describe('sendInstagram', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answer = { body: { recipient_id: igsid, message_id: 'aWdf_9' } };
  });
  const io = () => ioOf(client(), server.url);
  const send = (message: OutboundMessage = text) => sendInstagram(message, settings, io());

  it('sends a text as the page, and the token nowhere but in its header', async () => {
    expect(await send()).to.deep.equal({ externalId: 'aWdf_9', aliases: [] });
    expect(server.last.url).to.equal('/v23.0/me/messages');
    expect(server.last.headers.authorization).to.equal('Bearer token-1');
    expect(server.lastJson).to.deep.equal({ recipient: { id: igsid }, message: { text: 'Hello' } });
  });
  it('sends as the account when it was connected by Instagram’s own login', async () => {
    const own = { ...settings, login: 'instagram' } as const;
    await sendInstagram(text, own, io());
    expect(server.last.url).to.equal('/v23.0/17841400000000011/messages');
    expect(instagramAdapter.provider?.(own)).to.equal('instagram');
    expect(instagramAdapter.provider?.(settings)).to.equal('graph');
  });
  it('goes to the base URL of the channel when it has one', async () => {
    await sendInstagram(text, { ...settings, apiUrl: `${server.url}/proxy/` }, { ...io(), baseUrl: '' });
    expect(server.last.url).to.equal('/proxy/v23.0/me/messages');
  });
  it('marks a person’s own words after the window, and quotes', async () => {
    await send({ ...text, isHumanAgent: true, replyToExternalId: 'aWdf_1' });
    expect(server.lastJson).to.deep.include({
      messaging_type: 'MESSAGE_TAG',
      tag: 'HUMAN_AGENT',
      reply_to: { mid: 'aWdf_1' },
    });
  });
  it('has files fetched from us', async () => {
    const file = outboundFile('document', 'application/pdf');
    await send({ ...text, content: { type: 'media', files: [file] } });
    expect(server.lastJson).to.have.deep.property('message', {
      attachment: { type: 'file', payload: { url: file.url } },
    });
  });
  it('offers answers to tap', async () => {
    const choices = [{ id: 'red', title: 'Red' }];
    await send({ ...text, content: { type: 'buttons', text: 'Which?', choices } });
    expect(server.lastJson).to.have.deep.property('message', {
      text: 'Which?',
      quick_replies: [{ content_type: 'text', title: 'Red', payload: 'red' }],
    });
  });
  it('gives a heart, and takes it back', async () => {
    server.answer = { body: { recipient_id: igsid } };
    const react = (emoji: string) =>
      send({ ...text, content: { type: 'reaction', targetExternalId: 'aWdf_1', emoji } });
    expect((await react('❤️')).externalId).to.equal(text.correlator);
    expect(server.lastJson).to.deep.equal({
      recipient: { id: igsid },
      sender_action: 'react',
      payload: { message_id: 'aWdf_1', reaction: 'love' },
    });
    await react('');
    expect(server.lastJson).to.deep.equal({
      recipient: { id: igsid },
      sender_action: 'unreact',
      payload: { message_id: 'aWdf_1' },
    });
  });
  it('does not stop the channel because its app may not react', async () => {
    server.answer = { status: 403, body: { error: { code: 3, message: 'm' } } };
    const content = { type: 'reaction', targetExternalId: 'aWdf_1', emoji: '❤️' } as const;
    expect(await rejection(send({ ...text, content }))).to.include({ scope: 'message', code: '3' });
    expect(await rejection(send())).to.include({ scope: 'reauthorise', code: '3' });
  });
  it('rejects what it cannot send, without a request', async () => {
    const count = server.seen.length;
    const template = { type: 'template', name: 'x', language: 'en', variables: [] } as const;
    const odd = await rejection(send({ ...text, content: template }));
    expect(odd).to.be.instanceOf(Rejected).and.include({ scope: 'message', code: 'not_supported' });
    const nobody = await rejection(send({ ...text, to: [{ kind: 'psid', value: '1' }] }));
    expect(nobody).to.be.instanceOf(Rejected).and.include({ scope: 'message', code: 'no_address' });
    expect(server.seen).to.have.length(count);
  });
  it('knows a closed window, and what it does not know', async () => {
    server.answer = { status: 400, body: { error: { code: 10, error_subcode: 2534022, message: 'm' } } };
    const closed = await rejection(send());
    expect(closed).to.be.instanceOf(Rejected).and.include({ scope: 'window', code: '10' });
    expect(closed.message).to.contain('Instagram').and.contain('24 hours');
    server.answer = { isReset: true };
    expect(await rejection(send())).to.be.instanceOf(OutcomeUnknown);
    server.answer = { body: {} };
    expect(await rejection(send())).to.be.instanceOf(OutcomeUnknown);
  });
});
