import { expect } from 'chai';
import { ForgedDelivery } from '../../../src/platforms/adapter.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import { seededRandom, signWebhook, WebhookSender } from '../../../src/simulator/index.ts';
import { quickRetry, WebhookReceiver } from './webhook-receiver.ts';

describe('WebhookSender', () => {
  let receiver: WebhookReceiver;
  let sender: WebhookSender;
  beforeEach(async () => {
    receiver = new WebhookReceiver();
    await receiver.start();
    sender = new WebhookSender({
      target: { url: receiver.url, appSecret: receiver.secret },
      retry: quickRetry,
      timeoutMs: 100,
      maximumSockets: 1,
      random: seededRandom(7),
    });
  });
  afterEach(async () => {
    sender.close();
    await receiver.stop();
  });
  const bodies = Array.from({ length: 8 }, (_, index) => ({ object: 'x', entry: [{ index }] }));
  const arrived = () => receiver.deliveries.map(({ body }) => JSON.parse(body.toString()).entry[0].index);

  it('signs the bytes that it posts', async () => {
    const post = await sender.send({ entry: [], text: 'olá 🎉' });
    expect(post.acknowledgedAt).to.be.instanceOf(Date);
    expect(receiver.deliveries[0]?.body.equals(post.body)).to.equal(true);
    const forged = { 'x-hub-signature-256': signWebhook('another', post.body) };
    expect(() =>
      whatsappAdapter.authenticate(
        { ...receiver.deliveries[0]!, headers: forged },
        { signingSecrets: [receiver.secret] },
      ),
    ).to.throw(ForgedDelivery);
  });
  it('tries again after a refusal, a cut and a silence, with growing gaps and the same bytes', async () => {
    receiver.script.push(503, 'reset', 'silent', 302);
    const post = await sender.send({ entry: [] });
    expect(post.attempts.map(({ status }) => status)).to.deep.equal([503, undefined, undefined, 302, 200]);
    expect(post.attempts[2]?.failure).to.contain('100 ms');
    const keys = new Set(receiver.deliveries.map(whatsappAdapter.deliveryKey));
    expect([receiver.deliveries.length, keys.size]).to.deep.equal([5, 1]);
    const starts = post.attempts.map(({ at, durationMs }) => [at.getTime(), at.getTime() + durationMs]);
    const gaps = starts.slice(1).map(([start = 0], index) => start - (starts[index]?.[1] ?? 0));
    // Timers may be late, never early; two milliseconds for the clock's grain.
    for (const [index, least] of [5, 10, 20, 20].entries()) expect(gaps[index]).to.be.least(least - 2);
  });
  it('gives up in the end, and the ledger says so', async () => {
    const impatient = new WebhookSender({
      target: sender.target,
      retry: { ...quickRetry, giveUpAfterMs: 30 },
    });
    receiver.script.push(...Array.from({ length: 100 }, () => 500));
    const post = await impatient.send({ entry: [] });
    expect(post).to.include({ acknowledgedAt: undefined, isFinished: true });
    expect(post.attempts.length).to.be.within(2, 8);
    impatient.close();
  });
  it('keeps the order with one connection', async () => {
    await sender.sendAll(bodies);
    expect(arrived()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });
  it('posts copies', async () => {
    await sender.sendAll(bodies, { copies: 3 });
    expect(arrived()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7].flatMap(index => [index, index, index]));
    expect(sender.ledger).to.have.length(24);
  });
  it('shuffles, the same way for the same seed', async () => {
    await sender.sendAll(bodies, { isShuffled: true });
    const first = arrived();
    expect([...first].sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(first).not.to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    receiver.deliveries.length = 0;
    const again = new WebhookSender({ target: sender.target, maximumSockets: 1, random: seededRandom(7) });
    await again.sendAll(bodies, { isShuffled: true });
    again.close();
    expect(arrived()).to.deep.equal(first);
  });
  it('lists a POST before it is acknowledged', async () => {
    receiver.script.push('silent');
    const sending = sender.send({ entry: [] });
    expect(sender.ledger[0]).to.include({ acknowledgedAt: undefined, isFinished: false });
    await sending;
    expect(sender.ledger[0]).to.include({ isFinished: true });
  });
  it('sends the retry to the new target', async () => {
    sender.target = { url: 'http://127.0.0.1:9/', appSecret: 'old' };
    const sending = sender.send({ entry: [] });
    // By then the first attempt is on its way.
    await new Promise(setImmediate);
    sender.target = { url: receiver.url, appSecret: receiver.secret };
    const post = await sending;
    expect(post.attempts[0]?.failure).to.contain('ECONNREFUSED');
    expect(post.acknowledgedAt).not.to.equal(undefined);
  });
  it('ends at once when it is closed, also for what waits for a connection or a retry', async () => {
    receiver.script.push('silent');
    const posts = sender.sendAll(bodies);
    const late = sender.send({ entry: [] }, { delayMs: 60_000 });
    sender.close();
    for (const post of [...(await posts), await late])
      expect(post).to.include({ isFinished: true, acknowledgedAt: undefined });
    await sender.whenIdle();
  });
  it('checks the subscription as Meta does', async () => {
    expect(await sender.subscribe('verify')).to.equal(true);
    expect(await sender.subscribe('wrong')).to.equal(false);
  });
});
