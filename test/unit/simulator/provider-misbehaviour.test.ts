import { expect } from 'chai';
import { OutcomeUnknown, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import {
  brokenJson,
  errorInside200,
  graphError,
  inboundText,
  type ProviderFault,
  rateLimited,
  seededRandom,
  WhatsAppProvider,
} from '../../../src/simulator/index.ts';
import {
  accountFor,
  io,
  quickRetry,
  rejection,
  settings,
  textTo,
  WebhookReceiver,
} from './webhook-receiver.ts';

const rui = { waId: '351910000002', name: 'Rui P' };

describe('WhatsAppProvider, misbehaving', () => {
  let receiver: WebhookReceiver;
  let provider: WhatsAppProvider;
  let baseUrl: string;
  const send = (correlator = 'c-1', timeoutMs = 2000) =>
    whatsappAdapter.send?.(textTo(rui.waId, 'Hello', correlator), settings, io(baseUrl, timeoutMs));
  beforeEach(async () => {
    receiver = new WebhookReceiver();
    await receiver.start();
    provider = new WhatsAppProvider({
      accounts: [accountFor(receiver)],
      webhookRetry: quickRetry,
      maximumWebhookSockets: 1,
      random: seededRandom(3),
    });
    baseUrl = await provider.start();
    provider.openWindow('770022', rui.waId);
  });
  afterEach(async () => {
    await provider.stop();
    await receiver.stop();
  });

  const gateway = (status: number, isAccepted: boolean): ProviderFault => ({
    kind: 'answer',
    status,
    body: '<html>Bad gateway</html>',
    contentType: 'text/html',
    isAccepted,
  });
  // What is done, the class that the adapter must give, what it must say, and whether the message is in the ledger.
  const table: readonly [string, ProviderFault, new (...given: never[]) => Error, object, boolean][] = [
    ['expired token', graphError(401, 190), Rejected, { scope: 'reauthorise', code: '190' }, false],
    ['locked account', graphError(400, 131031), Rejected, { scope: 'account' }, false],
    ['closed window', graphError(400, 131047), Rejected, { scope: 'window' }, false],
    ['bad recipient', graphError(400, 131026), Rejected, { scope: 'message' }, false],
    ['pair limit', graphError(400, 131056), Unavailable, { scope: 'conversation' }, false],
    ['maintenance', graphError(500, 131057), Unavailable, { scope: 'channel' }, false],
    ['429', rateLimited(7), Unavailable, { scope: 'channel', code: '130429', retryAfterMs: 7000 }, false],
    [
      '429 of a gateway',
      { ...gateway(429, false), retryAfterSeconds: 3 } as ProviderFault,
      Unavailable,
      { retryAfterMs: 3000 },
      false,
    ],
    ['error inside 200', errorInside200(131016), Unavailable, { code: '131016' }, false],
    ['bad JSON in 200', brokenJson, OutcomeUnknown, {}, true],
    ['502 before accepting', gateway(502, false), OutcomeUnknown, {}, false],
    ['502 after accepting', gateway(502, true), OutcomeUnknown, {}, true],
    ['reset before accepting', { kind: 'reset', isAccepted: false }, OutcomeUnknown, {}, false],
    ['reset after accepting', { kind: 'reset', isAccepted: true }, OutcomeUnknown, {}, true],
    ['stall before accepting', { kind: 'stall', isAccepted: false }, OutcomeUnknown, {}, false],
    ['stall after accepting', { kind: 'stall', isAccepted: true }, OutcomeUnknown, {}, true],
  ];
  for (const [name, fault, errorClass, properties, isAccepted] of table)
    it(name, async () => {
      provider.failNext('770022', fault);
      const error = await rejection(send('c-1', fault.kind === 'stall' ? 150 : 2000));
      expect(error).to.be.instanceOf(errorClass);
      expect(error).to.include(properties);
      expect(provider.accepted('770022').map(({ correlator }) => correlator)).to.deep.equal(
        isAccepted ? ['c-1'] : [],
      );
      // One fault spoils one request.
      await send('c-2');
      expect(provider.accepted('770022').at(-1)?.correlator).to.equal('c-2');
    });

  it('an unreachable provider means that nothing was sent', async () => {
    await provider.stop();
    expect(await rejection(send())).to.be.instanceOf(Unavailable);
  });
  it('a delay longer than the patience of the caller: the message goes all the same', async () => {
    provider.failNext('770022', { kind: 'delay', delayMs: 200 });
    const isAccepted = new Promise(resolve => provider.events.once('accepted', resolve));
    expect(await rejection(send('late', 50))).to.be.instanceOf(OutcomeUnknown);
    expect(await isAccepted).to.include({ correlator: 'late' });
  });
  it('a standing delay holds every answer back', async () => {
    provider.behave('770022', { answerDelayMs: 40 });
    const startedAt = performance.now();
    await send();
    expect(performance.now() - startedAt).to.be.least(39);
  });
  it('fails N times, in the order of the script, and stops when told', async () => {
    provider.failNext('770022', graphError(500, 131000), 2);
    provider.failNext('770022', graphError(400, 131021));
    for (const code of ['131000', '131000', '131021']) expect(await rejection(send())).to.include({ code });
    await send();
    provider.failNext('770022', graphError(500, 131000), 100);
    provider.behaveWell('770022');
    await send();
  });
  it('does not accept what it would refuse anyway', async () => {
    provider.failNext('770022', { kind: 'reset', isAccepted: true });
    const message = textTo('351910000009');
    const error = await rejection(whatsappAdapter.send?.(message, settings, io(baseUrl)));
    expect(error).to.be.instanceOf(Rejected);
    expect(provider.accepted('770022')).to.deep.equal([]);
  });
  it('stops while a request stalls', async () => {
    provider.failNext('770022', { kind: 'stall', isAccepted: true });
    const isAccepted = new Promise(resolve => provider.events.once('accepted', resolve));
    const sending = rejection(send());
    await isAccepted;
    await provider.stop();
    expect(await sending).to.be.instanceOf(OutcomeUnknown);
  });

  describe('webhooks', () => {
    const events = Array.from({ length: 6 }, (_, index) => inboundText(rui, `${index}`));
    const texts = () =>
      receiver.facts.map(fact => (fact.kind === 'message' ? Number(fact.content.text) : fact.kind));

    it('come in one POST or in many', async () => {
      await provider.deliver('770022', events);
      expect(receiver.deliveries).to.have.length(1);
      await provider.deliver('770022', events, { eventsPerPost: 4 });
      expect(receiver.deliveries).to.have.length(3);
      expect(texts()).to.deep.equal([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
    });
    it('come twice, with the same bytes', async () => {
      provider.behave('770022', { webhookCopies: 2 });
      await provider.deliver('770022', events, { eventsPerPost: 1 });
      expect(new Set(receiver.deliveries.map(whatsappAdapter.deliveryKey))).to.have.length(6);
      expect(texts()).to.deep.equal([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    });
    it('come shuffled', async () => {
      await provider.deliver('770022', events, { eventsPerPost: 1, isShuffled: true });
      expect(texts()).not.to.deep.equal([0, 1, 2, 3, 4, 5]);
      expect(texts().sort()).to.deep.equal([0, 1, 2, 3, 4, 5]);
    });
    it('overtake each other', async () => {
      provider.behave('770022', { webhookJitterMs: 120 });
      await provider.deliver('770022', events, { eventsPerPost: 1 });
      expect(texts()).not.to.deep.equal([0, 1, 2, 3, 4, 5]);
      expect(texts().sort()).to.deep.equal([0, 1, 2, 3, 4, 5]);
    });
    it('come late', async () => {
      provider.behave('770022', { webhookDelayMs: 40 });
      const [post] = await provider.deliver('770022', events);
      expect((post?.attempts[0]?.at.getTime() ?? 0) - (post?.queuedAt.getTime() ?? 0)).to.be.least(39);
    });
    it('come until they are acknowledged, and both ledgers agree', async () => {
      receiver.script.push(500, 500, 'reset', 503);
      const posts = await provider.deliver('770022', events, { eventsPerPost: 1 });
      expect(posts.every(post => post.acknowledgedAt !== undefined)).to.equal(true);
      const attempts = posts.reduce((sum, post) => sum + post.attempts.length, 0);
      expect(receiver.deliveries).to.have.length(attempts);
      expect(attempts).to.equal(10);
      const received = new Set(receiver.deliveries.map(({ body }) => body.toString()));
      expect(received).to.deep.equal(
        new Set(provider.webhooks('770022').ledger.map(post => post.body.toString())),
      );
    });
    it('of receipts are dropped, and nothing else is', async () => {
      provider.behave('770022', { receipts: [{ status: 'sent', afterMs: 0 }], areReceiptsDropped: true });
      const statuses: string[] = [];
      provider.events.on('status', (_message, status) => statuses.push(status));
      await send();
      await provider.deliver('770022', events);
      await provider.whenIdle();
      expect(statuses).to.deep.equal(['sent']);
      expect(receiver.facts.some(({ kind }) => kind === 'receipt')).to.equal(false);
      expect(receiver.facts).to.have.length(6);
    });
    it('of receipts come although the sender was never told', async () => {
      provider.behave('770022', { receipts: [{ status: 'sent', afterMs: 0 }] });
      provider.failNext('770022', { kind: 'reset', isAccepted: true });
      await rejection(send('lost'));
      await provider.whenIdle();
      expect(receiver.facts[0]).to.include({ kind: 'receipt', correlator: 'lost', status: 'sent' });
    });
  });
});
