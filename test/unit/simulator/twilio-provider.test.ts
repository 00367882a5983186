import { expect } from 'chai';
import { TwilioProvider, type TwilioStatus, twilioCustomer } from '../../../src/simulator/index.ts';
import { adapterOf, channelSettings, secretOf } from './platform-samples.ts';
import { messageTo, outboundFile } from './provider-rigs.ts';
import { io, quickRetry, rejection, WebhookReceiver } from './webhook-receiver.ts';

describe('TwilioProvider', () => {
  const adapter = adapterOf('sms');
  const settings = channelSettings.sms;
  const { accountSid, authToken, from } = settings;
  const phone = '+351910000002';
  let receiver: WebhookReceiver;
  let provider: TwilioProvider;
  let apiUrl: string;
  let door: { url: string };
  beforeEach(async () => {
    receiver = new WebhookReceiver(adapter, secretOf('sms'));
    await receiver.start();
    door = { url: `${receiver.url}/webhooks` };
    provider = new TwilioProvider({
      accounts: [{ accountSid, authToken, numbers: [{ phoneNumber: from }] }],
      webhookRetry: quickRetry,
    });
    apiUrl = await provider.start();
  });
  afterEach(async () => {
    await provider.stop();
    await receiver.stop();
    expect(receiver.refusals).to.deep.equal([]);
  });
  const send = (...given: [Parameters<typeof messageTo>[1], Parameters<typeof messageTo>[2]?]) =>
    adapter.send?.(messageTo('sms', ...given), settings, { ...io(apiUrl), door });

  it('delivers to the address that the business has set for its number', async () => {
    const check = () => adapter.check?.(settings, io(apiUrl), door);
    expect(await check()).to.include({ health: 'warning', isSubscribed: false });
    await adapter.connect?.(settings, io(apiUrl), door);
    expect(await check()).to.include({ health: 'ok', isSubscribed: true });
    await provider.deliver(accountSid, from, [twilioCustomer.inboundText(phone, 'Olá & +1')]);
    const [fact] = receiver.facts;
    expect(fact).to.nested.include({ kind: 'message', 'content.text': 'Olá & +1', 'contact.phone': phone });
    const foreign = { ...settings, from: '+351210000009' };
    expect(await rejection(adapter.connect?.(foreign, io(apiUrl), door))).to.include({ code: 'by_hand' });
  });

  it('tells what became of a message, at the address that came with it', async () => {
    const statuses: readonly TwilioStatus[] = ['queued', 'sent', 'delivered'];
    provider.behave(accountSid, { receipts: statuses.map(status => ({ status, afterMs: 0 })) });
    const receipt = await send('Bom dia');
    await provider.whenIdle();
    const told = receiver.facts.map(fact => (fact.kind === 'receipt' ? [fact.externalId, fact.status] : []));
    expect(told).to.have.deep.members([
      [receipt?.externalId, 'sent'],
      [receipt?.externalId, 'delivered'],
    ]);
    const [message] = provider.accepted(accountSid);
    if (message) await provider.sendStatus(message, 'undelivered', 30003);
    expect(receiver.facts.at(-1)).to.nested.include({ status: 'failed', 'fault.code': '30003' });
  });

  it('fetches our files, and refuses a message whose file it cannot fetch', async () => {
    const url = provider.addFile(accountSid, 'image/jpeg', Buffer.from('a lamp'));
    const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
    const open = await fetch(url, { headers: { authorization: `Basic ${credentials}` }, redirect: 'manual' });
    const stored = open.headers.get('location') ?? '';
    await send({ type: 'media', files: [outboundFile(Buffer.from('a lamp'), stored)], text: 'Look' });
    const [message] = provider.accepted(accountSid);
    expect(message?.files.map(String)).to.deep.equal(['a lamp']);
    expect(message?.sid).to.match(/^MM[0-9a-f]{32}$/);
    const gone = outboundFile(Buffer.from('x'), `${stored}x`);
    expect(await rejection(send({ type: 'media', files: [gone] }))).to.include({ code: '21620' });
  });

  it('sends who asks for a customer’s file on, where no credentials are wanted', async () => {
    const bytes = Buffer.from('a lamp');
    const url = provider.addFile(accountSid, 'image/jpeg', bytes);
    expect((await fetch(url)).status).to.equal(401);
    const source = await adapter.locateMedia?.({ type: 'image', url }, settings, io(apiUrl));
    const answer = await fetch(url, { headers: { ...source?.headers } });
    expect(await answer.text()).to.equal('a lamp');
    expect(answer.headers.get('content-type')).to.equal('image/jpeg');
    expect(new URL(answer.url).host).to.equal(provider.storageHost);
    expect(provider.storageRequests).to.have.length(1);
    provider.failNext(accountSid, { kind: 'answer', status: 500, body: '', isAccepted: false }, 1, 'media');
    expect((await fetch(url, { headers: { ...source?.headers } })).status).to.equal(500);
  });

  it('obeys STOP and START by itself, and refuses what Twilio refuses', async () => {
    await adapter.connect?.(settings, io(apiUrl), door);
    const opt = (word: 'STOP' | 'START') =>
      provider.deliver(accountSid, from, [twilioCustomer.inboundOptOut(phone, word)]);
    await opt('STOP');
    expect(await rejection(send('Hi'))).to.include({ scope: 'message', code: '21610' });
    await opt('START');
    await send('Hi');
    const refused = [
      [send('x'.repeat(1601)), '21617'],
      [send('Hi', { to: [{ kind: 'address', value: 'nobody' }] }), '21211'],
      [adapter.send?.(messageTo('sms', 'Hi'), { ...settings, from: '+351210000009' }, io(apiUrl)), '21606'],
    ] as const;
    for (const [sending, code] of refused) expect(await rejection(sending)).to.include({ code });
    expect(provider.accepted(accountSid)).to.have.length(1);
    expect(provider.calls(accountSid)).to.have.length(5);
  });
});
