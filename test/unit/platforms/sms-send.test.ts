import { expect } from 'chai';
import {
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Unavailable,
} from '../../../src/platforms/adapter.ts';
import { sendSms } from '../../../src/platforms/sms/send-sms.ts';
import { faultOf, knownErrors, verdictOfAnswer } from '../../../src/platforms/sms/sms-errors.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const accountSid = 'AC00000000000000000000000000000001';
const settings = { accountSid, authToken: 'auth-token-a', from: '+351210000001' };
const door = { url: 'https://inbox.example.test/webhooks/sms/token' };
const text: OutboundMessage = {
  correlator: 'c-1',
  to: [{ kind: 'phone', value: '+351910000002' }],
  content: { type: 'text', text: 'Olá & bom dia' },
};
const accepted = { status: 201, body: { sid: 'SM1', status: 'queued', error_code: null } };

describe('sendSms', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answer = accepted;
  });
  const io = (timeout?: number): PlatformIo => ({ ...ioOf(client(timeout), `${server.url}/`), door });
  const send = (message: Partial<OutboundMessage> = {}, from = settings.from) =>
    sendSms({ ...text, ...message }, { ...settings, from }, io());
  const lastForm = () => [...new URLSearchParams(server.last.body.toString())];

  it('sends a text, and says where its receipts go', async () => {
    expect(await send()).to.deep.equal({ externalId: 'SM1', aliases: [] });
    expect(server.last.url).to.equal(`/2010-04-01/Accounts/${accountSid}/Messages.json`);
    expect(server.last.headers['content-type']).to.equal('application/x-www-form-urlencoded');
    expect(server.last.headers.authorization).to.equal(
      `Basic ${Buffer.from(`${accountSid}:auth-token-a`).toString('base64')}`,
    );
    expect(lastForm()).to.deep.equal([
      ['To', '+351910000002'],
      ['From', '+351210000001'],
      ['Body', 'Olá & bom dia'],
      ['StatusCallback', door.url],
    ]);
  });
  it('goes to the base URL of the channel when it has one, and without a door asks for no receipts', async () => {
    const own = { ...settings, apiUrl: `${server.url}/proxy/` };
    await sendSms(text, own, ioOf(client(), 'http://127.0.0.1:1'));
    expect(server.last.url).to.equal(`/proxy/2010-04-01/Accounts/${accountSid}/Messages.json`);
    expect(lastForm().map(([name]) => name)).to.not.include('StatusCallback');
  });
  it('names a messaging service in place of a number', async () => {
    const service = 'MG00000000000000000000000000000001';
    await send({}, service);
    expect(lastForm()).to.deep.include(['MessagingServiceSid', service]);
    expect(lastForm().map(([name]) => name)).to.not.include('From');
  });
  const recipients: readonly (readonly [OutboundMessage['to'], string])[] = [
    [[{ kind: 'wa_id', value: '351910000002' }], 'whatsapp:+351910000002'],
    [[{ kind: 'bsuid', value: 'PT.40112233' }], 'whatsapp:PT.40112233'],
    [
      [
        { kind: 'bsuid', value: 'PT.40112233' },
        { kind: 'wa_id', value: '351910000002' },
      ],
      'whatsapp:+351910000002',
    ],
    [[{ kind: 'address', value: 'rcs:+351910000002' }], 'rcs:+351910000002'],
  ];
  for (const [to, expected] of recipients)
    it(`writes to ${expected}`, async () => {
      await send({ to });
      expect(lastForm()).to.deep.include(['To', expected]);
    });
  it('gives the addresses of files, and words with them', async () => {
    const files = [outboundFile('image', 'image/png'), outboundFile('document', 'application/pdf')];
    const urls = ['https://example.test/1?a=1&b=2', 'https://example.test/2'];
    await send({
      content: {
        type: 'media',
        files: files.map((file, index) => ({ ...file, url: urls[index]! })),
        text: 'x',
      },
    });
    expect(lastForm().slice(2)).to.deep.equal([
      ['Body', 'x'],
      ...urls.map(url => ['MediaUrl', url]),
      ['StatusCallback', door.url],
    ]);
  });
  it('rejects what surely would not go, without a request', async () => {
    const count = server.seen.length;
    const file = { ...outboundFile('image', 'image/png'), size: 3 * 1024 * 1024 };
    const media = { type: 'media', files: [file, file] } as const;
    const code = async (message: Partial<OutboundMessage>) => {
      const error = await rejection(send(message));
      expect(error).to.include({ name: 'Rejected', scope: 'message' });
      return error.code;
    };
    expect(await code({ to: [{ kind: 'telegram_id', value: '1' }] })).to.equal('no_address');
    expect(await code({ content: media })).to.equal('files_too_large');
    expect(await code({ content: media, to: [{ kind: 'wa_id', value: '1' }] })).to.equal('one_file');
    expect(await code({ content: { type: 'reaction', targetExternalId: 'SM1', emoji: '👍' } })).to.equal(
      'unsupported',
    );
    expect(server.seen).to.have.length(count);
  });

  const refused = (status: number, code: number): StubAnswer => ({
    status,
    body: { code, message: 'm', more_info: 'https://www.twilio.com/docs/errors', status },
  });
  const verdicts: readonly (readonly [string, StubAnswer, string])[] = [
    ['a wrong token', refused(401, 20003), 'Rejected reauthorise 20003'],
    ['an account that is not there', refused(404, 20404), 'Rejected reauthorise 20404'],
    ['a suspended account', refused(400, 90010), 'Rejected account 90010'],
    ['a sender of somebody else', refused(400, 21660), 'Rejected account 21660'],
    ['a sender that does not reach this customer', refused(400, 21606), 'Rejected message 21606'],
    ['a bad recipient', refused(400, 21211), 'Rejected message 21211'],
    ['somebody who opted out', refused(400, 21610), 'Rejected message 21610'],
    ['a closed window of WhatsApp', refused(400, 63016), 'Rejected window 63016'],
    ['too many requests', refused(429, 20429), 'Unavailable channel 20429'],
    ['a full queue', refused(400, 21611), 'Unavailable channel 21611'],
    ['a known error with 503', refused(503, 20503), 'Unavailable channel 20503'],
    ['an unknown refusal', refused(400, 29999), 'Rejected message 29999'],
    ['an unknown error of the server', refused(500, 20500), 'OutcomeUnknown undefined undefined'],
    ['401 from a gateway', { status: 401, body: '' }, 'Rejected reauthorise http_401'],
    ['403 from a gateway', { status: 403, body: '' }, 'Rejected account http_403'],
    ['429 from a gateway', { status: 429, body: '' }, 'Unavailable channel http_429'],
    ['502 from a gateway', { status: 502, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
    ['503 from a gateway', { status: 503, body: '<html>' }, 'Unavailable channel http_503'],
    ['a redirect', { status: 302, body: '' }, 'Rejected message http_302'],
    ['201 without a name', { status: 201, body: {} }, 'OutcomeUnknown undefined undefined'],
    ['200 that is not JSON', { status: 200, body: '<html>' }, 'OutcomeUnknown undefined undefined'],
  ];
  for (const [name, answer, expected] of verdicts)
    it(`judges ${name}: ${expected}`, async () => {
      server.answer = answer;
      const error = await rejection(send());
      expect(`${error.name} ${error.scope} ${error.code}`).to.equal(expected);
      expect(error.message).to.match(/^[A-Z].*[.a-z]$/);
    });
  it('waits as long as it is told', async () => {
    server.answer = { ...refused(429, 20429), headers: { 'retry-after': '12' } };
    expect(await rejection(send())).to.include({ retryAfterMs: 12_000 });
  });
  it('knows a request that never left from one that may have arrived', async () => {
    const dead = sendSms(text, settings, ioOf(client(), 'http://127.0.0.1:1'));
    expect(await rejection(dead)).to.be.instanceOf(Unavailable);
    server.answer = { isSilent: true };
    expect(await rejection(sendSms(text, settings, io(100)))).to.be.instanceOf(OutcomeUnknown);
  });
});

describe("Twilio's errors", () => {
  /** Each class with its codes. */
  const table: Record<string, readonly number[]> = {
    'Rejected reauthorise': [20003, 20404, 70051],
    'Rejected account': [
      10001, 20005, 21603, 21609, 21660, 21661, 21701, 21703, 21704, 21705, 30002, 30032, 30034, 63007, 90010,
    ],
    'Unavailable channel': [14107, 20429, 20503, 21611, 30001, 63018, 63038],
    'Rejected window': [63016],
    'Rejected message': [
      11751, 21211, 21217, 21265, 21408, 21602, 21604, 21605, 21606, 21608, 21610, 21612, 21614, 21617, 21619,
      21620, 21623, 21635, 21659, 30003, 30004, 30005, 30006, 30007, 30008, 30019, 63003, 63005, 63013, 63015,
      63019, 63021, 63024, 63032, 63049,
    ],
  };
  for (const [expected, codes] of Object.entries(table))
    it(`${expected}: ${codes.join(', ')}`, () => {
      for (const code of codes)
        for (const status of [400, 500]) {
          const error = verdictOfAnswer({ status, body: { code }, retryAfterMs: undefined });
          expect(`${error.name} ${(error as Unavailable).scope}`).to.equal(expected);
          expect(error).to.include({ code: String(code) });
        }
    });
  it('are each in the table, once', () => {
    const codes = knownErrors.flatMap(error => error.codes);
    expect(codes.toSorted()).to.deep.equal(Object.values(table).flat().toSorted());
    expect(new Set(codes).size).to.equal(codes.length);
  });
  it('do not promise a receipt that anything is tried again', () => {
    for (const { sentence } of knownErrors) {
      expect(sentence).to.match(/^[A-Z].*\.$/);
      expect(sentence).not.to.contain('tried again');
    }
    expect(faultOf({ ErrorCode: 'nonsense' }).code).to.equal('unknown');
  });
});
