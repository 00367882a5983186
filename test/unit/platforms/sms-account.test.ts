import { expect } from 'chai';
import { MediaUnavailable } from '../../../src/platforms/adapter.ts';
import { checkSms, connectSms } from '../../../src/platforms/sms/connect-sms.ts';
import { smsAdapter } from '../../../src/platforms/sms/index.ts';
import { locateSmsMedia } from '../../../src/platforms/sms/sms-media.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const accountSid = 'AC00000000000000000000000000000001';
const service = 'MG00000000000000000000000000000001';
const settings = { accountSid, authToken: 'auth-token-a', from: '+351210000001' };
const door = { url: 'https://inbox.example.test/webhooks/sms/token' };
const account = `/2010-04-01/Accounts/${accountSid}`;

describe('An SMS channel', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  const io = () => ioOf(client(500), server.url);
  /** The account as it is, with the number that it has. */
  const twilio = (
    number?: object,
    rest: object = { status: 'active', type: 'Full', friendly_name: 'Bakery' },
  ) => {
    server.answer = ({ url }) => ({
      body: url.includes('/IncomingPhoneNumbers.json')
        ? { incoming_phone_numbers: number ? [{ sid: 'PN1', phone_number: settings.from, ...number }] : [] }
        : rest,
    });
  };

  const given: readonly (readonly [string, object, boolean])[] = [
    ['a number', settings, true],
    ['a short code', { ...settings, from: '62442' }, true],
    ['a name', { ...settings, from: 'Bakery 24' }, true],
    ['a messaging service', { ...settings, from: service }, true],
    ['a sender of WhatsApp', { ...settings, from: 'whatsapp:+14155238886' }, true],
    ['another base URL', { ...settings, apiUrl: 'http://127.0.0.1:4010' }, true],
    ['a number without its country', { ...settings, from: '0210000001' }, false],
    ['a name of twelve letters', { ...settings, from: 'TwelveLetter' }, false],
    ['a name with a line end', { ...settings, from: 'a\nb' }, false],
    ['WhatsApp without a number', { ...settings, from: 'whatsapp:bakery' }, false],
    ['an account that leaves its path', { ...settings, accountSid: '../AC1' }, false],
    ['no token', { accountSid, from: settings.from }, false],
    ['an unknown key', { ...settings, colour: 'red' }, false],
  ];
  for (const [name, value, isFit] of given)
    it(`settings: ${name} is ${isFit ? 'fit' : 'refused'}`, () => {
      expect(smsAdapter.settings.safeParse(value).success).to.equal(isFit);
    });

  describe('when it is connected', () => {
    it('is delivered to our door', async () => {
      twilio({ sms_url: 'https://demo.twilio.com/welcome/sms/reply', sms_application_sid: '' });
      await connectSms(settings, io(), door);
      const [asked, told] = server.seen.slice(-2);
      expect(asked?.url).to.equal(`${account}/IncomingPhoneNumbers.json?PhoneNumber=%2B351210000001`);
      expect(told).to.include({ method: 'POST', url: `${account}/IncomingPhoneNumbers/PN1.json` });
      expect(Object.fromEntries(new URLSearchParams(told?.body.toString()))).to.deep.equal({
        SmsUrl: door.url,
        SmsMethod: 'POST',
      });
    });
    it('takes an application out of the way', async () => {
      twilio({ sms_application_sid: 'AP1' });
      await connectSms(settings, io(), door);
      expect(server.last.body.toString()).to.contain('SmsApplicationSid=');
    });
    const byHand: readonly (readonly [string, RegExp])[] = [
      ['+351210000001', /has no number \+351210000001/],
      ['62442', /Short codes, at 62442/],
      [service, /Services, at MG/],
      ['whatsapp:+14155238886', /WhatsApp senders, at whatsapp:\+14155238886/],
    ];
    for (const [from, words] of byHand)
      it(`says what to do by hand for ${from}`, async () => {
        twilio();
        const error = await rejection(connectSms({ ...settings, from }, io(), door));
        expect(error).to.include({ name: 'Rejected', scope: 'account', code: 'by_hand' });
        expect(error.message).to.match(words);
      });
    it('has nothing to do for a sender that nobody can answer', async () => {
      const count = server.seen.length;
      await connectSms({ ...settings, from: 'Bakery' }, io(), door);
      expect(server.seen).to.have.length(count);
    });
    const failures: readonly (readonly [StubAnswer, string])[] = [
      [{ status: 401, body: { code: 20003 } }, 'Rejected reauthorise'],
      [{ status: 400, body: { code: 21402, message: 'Invalid Url' } }, 'Rejected account'],
      [{ status: 429, body: { code: 20429 } }, 'Unavailable channel'],
      [{ status: 502, body: '<html>' }, 'Unavailable channel'],
      [{ isReset: true }, 'Unavailable channel'],
    ];
    for (const [answer, expected] of failures)
      it(`hears ${JSON.stringify(answer)}: ${expected}`, async () => {
        server.answer = answer;
        const error = await rejection(connectSms(settings, io(), door));
        expect(`${error.name} ${error.scope}`).to.equal(expected);
        expect(error.message).not.to.match(/message (?:will|may)/);
      });
  });

  describe('when it is looked at', () => {
    const look = (from = settings.from) => checkSms({ ...settings, from }, io(), door);
    it('is well when Twilio delivers to us', async () => {
      twilio({ sms_url: door.url });
      expect(await look()).to.deep.equal({
        health: 'ok',
        message: null,
        accountName: settings.from,
        isSubscribed: true,
        facts: [
          { name: 'Account', value: 'Bakery' },
          { name: 'Account type', value: 'Full' },
        ],
      });
    });
    it('warns when Twilio delivers elsewhere', async () => {
      for (const number of [{ sms_url: '' }, { sms_url: door.url, sms_application_sid: 'AP1' }]) {
        twilio(number);
        expect(await look()).to.include({ health: 'warning', isSubscribed: false });
      }
      twilio();
      expect(await look()).to.include({ health: 'warning' });
    });
    it('does not know how other senders are delivered', async () => {
      for (const from of ['62442', service, 'whatsapp:+14155238886', 'Bakery']) {
        expect(await look(from)).to.include({ health: 'ok', accountName: from });
        expect(await look(from)).to.not.have.property('isSubscribed');
      }
    });
    it('is stopped with its account', async () => {
      twilio({ sms_url: door.url }, { status: 'suspended' });
      const check = await look();
      expect(check.health).to.equal('stopped');
      expect(check.message).to.contain('suspended');
    });
    it('never throws', async () => {
      const healthAfter = async (answer: StubAnswer) => {
        server.answer = answer;
        return (await look()).health;
      };
      expect(await healthAfter({ status: 401, body: { code: 20003 } })).to.equal('reauthorise');
      expect(await healthAfter({ status: 403, body: '' })).to.equal('stopped');
      expect(await healthAfter({ status: 200, body: '<html>' })).to.equal('unknown');
      expect(await healthAfter({ status: 502, body: '' })).to.equal('unknown');
      expect(await healthAfter({ isSilent: true })).to.equal('unknown');
    });
  });

  describe('when a file is wanted', () => {
    const authorization = `Basic ${Buffer.from(`${accountSid}:auth-token-a`).toString('base64')}`;
    const locate = (url?: string, apiUrl?: string) =>
      locateSmsMedia(
        { type: 'image', ...(url !== undefined && { url }) },
        { ...settings, ...(apiUrl !== undefined && { apiUrl }) },
        ioOf(client(), 'https://api.twilio.com'),
      );
    it("shows its credentials to Twilio's own servers, and to its own base URL", async () => {
      for (const url of ['https://api.twilio.com/x/Media/ME1', 'https://api.ie1.twilio.com/x/Media/ME1'])
        expect(await locate(url)).to.deep.equal({ url, headers: { authorization } });
      const url = 'http://127.0.0.1:4010/x/Media/ME1';
      expect(await locate(url, 'http://127.0.0.1:4010/twilio')).to.deep.equal({
        url,
        headers: { authorization },
      });
    });
    it('shows them to nobody else', async () => {
      for (const url of [
        'https://example.test/x',
        'https://twilio.com.example.test/x',
        'https://eviltwilio.com/x',
        'http://api.twilio.com/x',
        'https://api.twilio.com@example.test/x',
        'http://127.0.0.1:4010/x',
      ])
        expect(await locate(url)).to.deep.equal({ url });
    });
    it('knows what was never passed on', async () => {
      for (const url of [undefined, 'nonsense'])
        expect(await rejection(locate(url))).to.be.instanceOf(MediaUnavailable);
    });
  });
});
