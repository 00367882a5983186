import { expect } from 'chai';
import { SetupError } from '../../../src/kit/errors.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import { planPlay, playedPlatforms, runSimulation, signedByMeta } from '../../../src/simulator/index.ts';
import { quickRetry, rejection, WebhookReceiver } from './webhook-receiver.ts';

const shape = { customers: 4, messages: 40, rate: 2000, duplicates: 0, shuffle: false, delayMs: 0, seed: 42 };
const number = { phoneNumberId: '770022', businessAccountId: '880011' };
const { write } = playedPlatforms.whatsapp(number);
const startedAt = new Date('2026-10-01T10:00:00Z');

describe('planPlay', () => {
  const plan = (change: Partial<typeof shape> = {}) => planPlay({ ...shape, ...change }, write, startedAt);
  const ids = (change: Partial<typeof shape> = {}) => plan(change).map(({ messageId }) => messageId);

  it('is the same for the same seed, and another for another', () => {
    const busy = { duplicates: 0.3, shuffle: true, delayMs: 50 };
    expect(plan(busy)).to.deep.equal(plan(busy));
    expect(ids({ seed: 43 }).filter(id => ids().includes(id))).to.deep.equal([]);
  });
  it('keeps to its rate', () => {
    const times = plan({ rate: 10 }).map(({ atMs }) => atMs);
    expect(times.slice(0, 3)).to.deep.equal([0, 100, 200]);
  });
  it('repeats the share that was asked for, byte for byte', () => {
    const posts = plan({ messages: 1000, duplicates: 0.25 });
    expect(posts.length - 1000).to.be.within(200, 300);
    expect(new Set(posts.map(({ body }) => body.toString()))).to.have.length(1000);
    expect(plan({ duplicates: 1 })).to.have.length(80);
  });
  it('shuffles, loses nothing, and posts nothing before it was written', () => {
    const inOrder = ids();
    expect(ids({ shuffle: true })).not.to.deep.equal(inOrder);
    expect(ids({ shuffle: true }).sort()).to.deep.equal([...inOrder].sort());
    for (const { body, atMs } of plan({ shuffle: true, rate: 1 })) {
      const [fact] = whatsappAdapter.parse(body, startedAt);
      expect(fact?.at.getTime()).to.be.most(startedAt.getTime() + atMs);
    }
  });
  it('delays up to the given time', () => {
    const late = plan({ delayMs: 1000, rate: 1_000_000 }).map(({ atMs }) => atMs);
    expect(Math.max(...late)).to.be.within(500, 1001);
    expect([...late].sort((one, other) => one - other)).to.deep.equal(late);
  });
  it('lets every customer keep one name and number', () => {
    const people = plan({ messages: 200 }).map(({ body }) => {
      const [fact] = whatsappAdapter.parse(body, startedAt);
      return JSON.stringify(fact?.kind === 'message' && fact.contact);
    });
    expect(new Set(people)).to.have.length(4);
  });
});

describe('runSimulation', () => {
  let receiver: WebhookReceiver;
  const lines: string[] = [];
  const run = (change: object = {}) =>
    runSimulation(
      {
        ...shape,
        write,
        webhookUrl: `${receiver.url}/webhooks/whatsapp/secret-path`,
        sign: signedByMeta(receiver.secret),
        retry: quickRetry,
        ...change,
      },
      line => lines.push(line),
    );
  beforeEach(async () => {
    lines.length = 0;
    receiver = new WebhookReceiver();
    await receiver.start();
  });
  afterEach(() => receiver.stop());

  it('plays, and tells what was acknowledged', async () => {
    receiver.script.push(500, 'reset');
    const summary = await run({ duplicates: 1, shuffle: true, delayMs: 10 });
    expect(summary).to.include({ messages: 40, acknowledgedMessages: 40, posts: 80, acknowledgedPosts: 80 });
    expect(summary.retries).to.equal(2);
    expect(summary.latencyMs.median).to.be.above(0);
    const ids = receiver.facts.map(fact => fact.kind === 'message' && fact.externalId);
    expect([ids.length, new Set(ids).size]).to.deep.equal([82, 40]);
    expect(lines.join('\n')).to.contain('40 of 40 messages acknowledged, in 80 POSTs with 2 retries.');
    expect(lines.join('\n')).not.to.contain('secret-path');
  });
  it('says what was never acknowledged', async () => {
    receiver.script.push(...Array.from({ length: 1000 }, () => 500));
    const summary = await run({ messages: 3, retry: { ...quickRetry, giveUpAfterMs: 20 } });
    expect(summary).to.include({ messages: 3, acknowledgedMessages: 0, acknowledgedPosts: 0 });
  });
  it('ends when told, also while it waits', async () => {
    const stop = new AbortController();
    const playing = run({ rate: 0.001, signal: stop.signal });
    stop.abort();
    expect((await playing).posts).to.be.most(1);
  });
  it('refuses options that make no play', async () => {
    for (const change of [
      { customers: 0 },
      { messages: 1.5 },
      { rate: 0 },
      { duplicates: 2 },
      { delayMs: -1 },
      { seed: Number.NaN },
      { webhookUrl: 'nowhere' },
      { webhookUrl: 'ftp://x' },
    ])
      expect(await rejection(run(change))).to.be.instanceOf(SetupError);
    expect(receiver.deliveries).to.deep.equal([]);
  });
});
