import { expect } from 'chai';
import { type OutboundMessage, OutcomeUnknown, Unavailable } from '../../../src/platforms/adapter.ts';
import { crispAdapter } from '../../../src/platforms/crisp/index.ts';
import { sendCrisp } from '../../../src/platforms/crisp/send-crisp.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const websiteId = '0b6c9f6a-3a0e-4a53-9e11-3b8c41f2a001';
const settings = { websiteId, identifier: 'id-a', key: 'key-a', hookSecret: 'hook-secret-of-a' };
const correlator = '12.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01';
const text: OutboundMessage = {
  correlator,
  to: [{ kind: 'crisp_session', value: 'session_ab12' }],
  content: { type: 'text', text: 'Hello *you*' },
};
const refused = (status: number, reason: string, message?: string): StubAnswer => ({
  status,
  body: { error: true, reason, data: message === undefined ? {} : { message } },
});

describe('sendCrisp', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  /** Crisp gives back the number that it was given. */
  const taken = ({ body }: { body: Buffer }): StubAnswer => {
    const { fingerprint } = JSON.parse(body.toString()) as { fingerprint: number };
    return { status: 202, body: { error: false, reason: 'dispatched', data: { fingerprint } } };
  };
  beforeEach(() => {
    server.answer = taken;
  });
  const io = (timeout?: number) => ioOf(client(timeout), `${server.url}/`);
  const send = (message: Partial<OutboundMessage> = {}) => sendCrisp({ ...text, ...message }, settings, io());
  const sentFingerprint = () => (server.lastJson as { fingerprint: number }).fingerprint;

  it('sends a text into the session, under a number and a name of ours', async () => {
    const { externalId, aliases } = await send();
    expect(server.last).to.include({
      method: 'POST',
      url: `/v1/website/${websiteId}/conversation/session_ab12/message`,
    });
    expect(server.last.headers).to.include({
      authorization: `Basic ${Buffer.from('id-a:key-a').toString('base64')}`,
      'x-crisp-tier': 'plugin',
      'content-type': 'application/json',
    });
    expect(server.lastJson).to.deep.equal({
      type: 'text',
      from: 'operator',
      origin: 'chat',
      content: 'Hello *you*',
      fingerprint: sentFingerprint(),
      properties: { concierge_id: correlator },
    });
    expect({ externalId, aliases }).to.deep.equal({
      externalId: `session_ab12:${sentFingerprint()}`,
      aliases: [],
    });
  });
  it('has one number for every try of a message, of fifteen digits, and others for others', async () => {
    const numbers: number[] = [];
    for (const each of [correlator, correlator, ...Array.from({ length: 200 }, (_, index) => `${index}.x`)]) {
      await send({ correlator: each });
      numbers.push(sentFingerprint());
    }
    expect(numbers[0]).to.equal(numbers[1]);
    expect(new Set(numbers).size).to.equal(201);
    for (const number of numbers) expect(String(number)).to.match(/^\d{15}$/);
    expect(numbers.every(Number.isSafeInteger)).to.equal(true);
  });
  it('knows its own message when Crisp tells of it', async () => {
    const { externalId } = await send();
    const data = { ...(server.lastJson as object), session_id: 'session_ab12', user: { nickname: 'Shop' } };
    const echo = Buffer.from(JSON.stringify({ website_id: websiteId, event: 'message:received', data }));
    const [fact] = crispAdapter.parse(echo, new Date());
    expect(fact).to.include({ kind: 'message', direction: 'outbound', externalId, correlator });
  });
  it('is known by the number that Crisp gave, when that is another one, and by its own when it gave none', async () => {
    server.answer = { body: { error: false, data: { fingerprint: 179000000012345 } } };
    expect((await send()).externalId).to.equal('session_ab12:179000000012345');
    server.answer = { body: { error: false, reason: 'dispatched' } };
    expect((await send()).externalId).to.equal(`session_ab12:${sentFingerprint()}`);
  });
  it('goes to the base URL of the channel when it has one, with a token of the website when it is one', async () => {
    const own = { ...settings, apiUrl: `${server.url}/proxy/`, tier: 'website' as const };
    await sendCrisp(text, own, ioOf(client(), 'http://127.0.0.1:1'));
    expect(server.last.url).to.match(/^\/proxy\/v1\/website\//);
    expect(server.last.headers['x-crisp-tier']).to.equal('website');
  });
  it('sends a file by its address, and buttons as a question to tap', async () => {
    const file = outboundFile('image', 'image/png');
    await send({ content: { type: 'media', files: [file] } });
    expect(server.lastJson).to.deep.include({
      type: 'file',
      content: { name: 'file.png', url: file.url, type: 'image/png' },
    });
    const choices = [{ id: 'blue', title: 'The blue one' }];
    await send({ content: { type: 'buttons', text: 'Which?', choices } });
    expect(server.lastJson).to.deep.include({
      type: 'picker',
      content: {
        id: String(sentFingerprint()),
        text: 'Which?',
        choices: [{ value: 'blue', label: 'The blue one', selected: false }],
        required: false,
      },
    });
  });
  it('rejects what has no session, and what Crisp does not have, without a request', async () => {
    const count = server.seen.length;
    for (const to of [[], [{ kind: 'wa_id', value: '1' }], [{ kind: 'crisp_session', value: '../x' }]])
      expect(await rejection(send({ to }))).to.include({ scope: 'message', code: 'no_address' });
    const list = { type: 'list', text: 'x', button: 'x', choices: [] } as const;
    const reaction = { type: 'reaction', targetExternalId: 'x', emoji: '👍' } as const;
    for (const content of [list, reaction])
      expect(await rejection(send({ content }))).to.include({ scope: 'message', code: 'unsupported' });
    expect(server.seen).to.have.length(count);
  });

  const verdicts: readonly (readonly [StubAnswer, string])[] = [
    [refused(401, 'invalid_session'), 'Rejected reauthorise invalid_session'],
    [refused(403, 'not_allowed'), 'Rejected reauthorise not_allowed'],
    [refused(402, 'not_subscribed'), 'Rejected account not_subscribed'],
    [refused(404, 'session_not_found'), 'Rejected message session_not_found'],
    [refused(400, 'invalid_data', 'content is too long'), 'Rejected message invalid_data'],
    [refused(420, 'rate_limited'), 'Unavailable channel rate_limited'],
    [{ status: 429, body: '' }, 'Unavailable channel http_429'],
    [{ status: 302, body: '' }, 'Rejected message http_302'],
    [refused(500, 'internal_error'), 'OutcomeUnknown undefined undefined'],
    [{ status: 503, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    [{ status: 200, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    [{ status: 200, body: { error: true, reason: 'x' } }, 'OutcomeUnknown undefined undefined'],
  ];
  for (const [answer, expected] of verdicts)
    it(`judges ${answer.status} ${JSON.stringify(answer.body)}: ${expected}`, async () => {
      server.answer = answer;
      const error = await rejection(send());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
      expect(error.message).to.match(/^[A-Z].*[.a-z]$/);
      expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.to.contain(
        'key-a',
      );
    });
  it('says what Crisp says, and waits as long as it is told', async () => {
    server.answer = refused(400, 'invalid_data', 'content is too long');
    expect((await rejection(send())).message).to.contain('Crisp says: content is too long');
    server.answer = { status: 429, headers: { 'retry-after': '7' }, body: '' };
    expect(await rejection(send())).to.include({ retryAfterMs: 7000 });
  });
  it('knows a request that never left from one that may have arrived', async () => {
    const dead = sendCrisp(text, settings, ioOf(client(), 'http://127.0.0.1:1'));
    expect(await rejection(dead)).to.be.instanceOf(Unavailable);
    server.answer = { isSilent: true };
    expect(await rejection(sendCrisp(text, settings, io(100)))).to.be.instanceOf(OutcomeUnknown);
  });
});
