import { expect } from 'chai';
import { type OutboundMessage, OutcomeUnknown, Unavailable } from '../../../src/platforms/adapter.ts';
import { tidioAdapter } from '../../../src/platforms/tidio/index.ts';
import { sendTidio } from '../../../src/platforms/tidio/send-tidio.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const settings = {
  projectPublicKey: 'pk1',
  clientId: 'ci_a',
  clientSecret: 'cs_a',
  webhookSecret: 'webhook-a',
  operatorId: '11111111-1111-4111-8111-111111111111',
};
const { operatorId, ...readOnly } = settings;
const text: OutboundMessage = {
  correlator: 'c-1',
  to: [{ kind: 'tidio_contact', value: 'c-1' }],
  content: { type: 'text', text: 'Tomorrow.' },
  threadKey: '10021',
};
const refused = (status: number, code: string, message: string): StubAnswer => ({
  status,
  body: { errors: [{ code, message }] },
});

describe('sendTidio', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answer = { status: 201, body: { id: '01HAVMVKF90KH3EC0HK2T6QYP6' } };
  });
  const io = (timeout?: number) => ioOf(client(timeout), `${server.url}/`);
  const send = (message: Partial<OutboundMessage> = {}, given: typeof readOnly = settings) =>
    sendTidio({ ...text, ...message }, given, io());

  it('replies to the ticket in the name of the operator', async () => {
    expect(await send()).to.deep.equal({ externalId: '01HAVMVKF90KH3EC0HK2T6QYP6', aliases: [] });
    expect(server.last).to.include({ method: 'POST', url: '/tickets/10021/reply' });
    expect(server.last.headers).to.include({
      accept: 'application/json; version=1',
      'content-type': 'application/json',
      'x-tidio-openapi-client-id': 'ci_a',
      'x-tidio-openapi-client-secret': 'cs_a',
    });
    expect(server.lastJson).to.deep.equal({
      author_type: 'operator',
      operator_id: operatorId,
      message_type: 'public',
      content: 'Tomorrow.',
    });
  });
  it('goes to the base URL of the channel when it has one', async () => {
    const own = { ...settings, apiUrl: `${server.url}/proxy/` };
    await sendTidio(text, own, ioOf(client(), 'http://127.0.0.1:1'));
    expect(server.last.url).to.equal('/proxy/tickets/10021/reply');
  });
  it('can send only when it knows an operator', async () => {
    expect(tidioAdapter.sends?.(settings)).to.equal(true);
    expect(tidioAdapter.sends?.(readOnly)).to.equal(false);
  });
  it('rejects the live chat, a channel without an operator, and what is no text, without a request', async () => {
    const count = server.seen.length;
    for (const threadKey of ['', '../x'])
      expect(await rejection(send({ threadKey }))).to.include({ scope: 'message', code: 'chat_read_only' });
    const { threadKey, ...chat } = text;
    expect(threadKey).to.equal('10021');
    expect(await rejection(sendTidio(chat, settings, io()))).to.include({ code: 'chat_read_only' });
    expect(await rejection(send({}, readOnly))).to.include({ scope: 'message', code: 'no_operator' });
    const buttons = { type: 'buttons', text: 'x', choices: [] } as const;
    expect(await rejection(send({ content: buttons }))).to.include({ scope: 'message', code: 'unsupported' });
    expect(server.seen).to.have.length(count);
  });

  const verdicts: readonly (readonly [StubAnswer, string])[] = [
    [refused(401, 'unauthorized', 'No'), 'Rejected reauthorise unauthorized'],
    [{ status: 403, body: '' }, 'Rejected reauthorise http_403'],
    [refused(402, 'payment_required', 'No'), 'Rejected account payment_required'],
    [refused(404, 'not_found', 'Ticket not found'), 'Rejected message not_found'],
    [refused(400, 'bad_request', 'No'), 'Rejected message bad_request'],
    [refused(422, 'validation_error', 'operator_id is wrong'), 'Rejected message validation_error'],
    [
      refused(429, 'too_many_requests', 'You have reached the limit'),
      'Unavailable channel too_many_requests',
    ],
    [{ status: 302, body: '' }, 'Rejected message http_302'],
    [{ status: 500, body: { errors: 'x' } }, 'OutcomeUnknown undefined undefined'],
    [{ status: 503, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    [{ status: 201, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    [{ status: 201, body: {} }, 'OutcomeUnknown undefined undefined'],
  ];
  for (const [answer, expected] of verdicts)
    it(`judges ${answer.status} ${JSON.stringify(answer.body)}: ${expected}`, async () => {
      server.answer = answer;
      const error = await rejection(send());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
      expect(error.message).to.match(/^[A-Z].*[.a-z]$/);
      expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.to.contain('cs_a');
    });
  it('says what Tidio says, and waits a minute when it is not told how long', async () => {
    server.answer = refused(422, 'validation_error', 'operator_id is wrong');
    expect((await rejection(send())).message).to.contain('Tidio says: operator_id is wrong');
    server.answer = refused(429, 'too_many_requests', 'x');
    expect(await rejection(send())).to.include({ retryAfterMs: 60_000 });
    server.answer = { status: 429, headers: { 'retry-after': '7' }, body: '' };
    expect(await rejection(send())).to.include({ retryAfterMs: 7000 });
  });
  it('knows a request that never left from one that may have arrived', async () => {
    const dead = sendTidio(text, settings, ioOf(client(), 'http://127.0.0.1:1'));
    expect(await rejection(dead)).to.be.instanceOf(Unavailable);
    server.answer = { isSilent: true };
    expect(await rejection(sendTidio(text, settings, io(100)))).to.be.instanceOf(OutcomeUnknown);
  });
});
