import { expect } from 'chai';
import { CrispProvider, type CrispWebsite, crispCustomer } from '../../../src/simulator/index.ts';
import { adapterOf, channelSettings, secretOf } from './platform-samples.ts';
import { messageTo, outboundFile } from './provider-rigs.ts';
import { io, quickRetry, rejection, WebhookReceiver } from './webhook-receiver.ts';

describe('CrispProvider', () => {
  const adapter = adapterOf('crisp');
  const settings = channelSettings.crisp;
  const { websiteId } = settings;
  const visitor = { sessionId: 'session_ab12', nickname: 'Ana' };
  let receiver: WebhookReceiver;
  let provider: CrispProvider;
  let website: CrispWebsite;
  let apiUrl: string;
  let now: Date;
  beforeEach(async () => {
    now = new Date();
    receiver = new WebhookReceiver(adapter, secretOf('crisp'));
    await receiver.start();
    website = { ...settings, webhookUrl: `${receiver.url}/webhooks`, requestsPerDay: 20 };
    provider = new CrispProvider({
      accounts: [website],
      webhookRetry: quickRetry,
      clock: { now: () => now },
    });
    apiUrl = await provider.start();
  });
  afterEach(async () => {
    await provider.stop();
    await receiver.stop();
    expect(receiver.refusals).to.deep.equal([]);
  });
  const send = (...given: [Parameters<typeof messageTo>[1], Parameters<typeof messageTo>[2]?]) =>
    adapter.send?.(messageTo('crisp', ...given), settings, io(apiUrl));
  const pull = (what: string) => adapter.pull?.(what, settings, io(apiUrl));
  /** Everything that was said since then, page by page. */
  const recalled = async (since: number) => {
    const texts: (string | undefined)[] = [];
    const wanted = [...(adapter.recall?.(new Date(since), settings) ?? [])];
    for (let what = wanted.shift(); what !== undefined; what = wanted.shift()) {
      const pulled = await pull(what);
      if (pulled?.next !== undefined) wanted.push(pulled.next);
      for (const { body } of pulled?.bodies ?? [])
        for (const fact of adapter.parse(body, now)) {
          if (fact.kind === 'pull') wanted.push(fact.what);
          if (fact.kind === 'message') texts.push(fact.content.text);
        }
    }
    return texts;
  };

  it('posts hooks signed as a plugin’s, or with the key in their address', async () => {
    await provider.deliver(websiteId, [crispCustomer.inboundText(visitor, 'Olá')]);
    expect(receiver.deliveries[0]?.headers['x-crisp-signature']).to.match(/^[0-9a-f]{64}$/);
    provider.addAccount({ ...website, webhookUrl: `${website.webhookUrl}?key=${settings.hookSecret}` });
    await provider.deliver(websiteId, [crispCustomer.inboundText(visitor, 'Olé')]);
    expect(receiver.deliveries[1]?.headers).to.not.have.property('x-crisp-signature');
    expect(receiver.facts.map(fact => fact.kind === 'message' && fact.content.text)).to.deep.equal([
      'Olá',
      'Olé',
    ]);
  });

  it('takes texts, files and questions under the number that they come with', async () => {
    const receipt = await send('Bom dia');
    await send({
      type: 'media',
      files: [outboundFile(Buffer.from('a lamp'), 'https://files.example/lamp.jpg')],
    });
    await send({ type: 'buttons', text: 'Which?', choices: [{ id: 'red', title: 'Red' }] });
    const accepted = provider.accepted(websiteId);
    expect(accepted.map(({ body }) => body.type)).to.deep.equal(['text', 'file', 'picker']);
    expect(receipt?.externalId).to.equal(`session_ab12:${accepted[0]?.fingerprint}`);
  });

  it('echoes with our properties, and tells what arrived and was read', async () => {
    provider.behave(websiteId, {
      receipts: [
        { status: 'echo', afterMs: 0 },
        { status: 'delivered', afterMs: 0 },
        { status: 'read', afterMs: 1 },
      ],
    });
    const { externalId } = (await send('Bom dia')) ?? {};
    await provider.whenIdle();
    const echo = receiver.facts.find(({ kind }) => kind === 'message');
    expect(echo).to.include({ direction: 'outbound', externalId, correlator: '7.c0ffee' });
    const told = receiver.facts.flatMap(fact => (fact.kind === 'receipt' ? [fact.status] : []));
    expect(told).to.have.members(['delivered', 'read']);
  });

  it('gives everything that was said since a time, page by page', async () => {
    const since = now.getTime() - 3_600_000;
    const at = (minute: number) => new Date(since + minute * 60_000);
    const old = { sessionId: 'session_old' };
    provider.note(websiteId, crispCustomer.inboundText(old, 'Long ago', { at: at(-10) }));
    provider.note(websiteId, crispCustomer.inboundText(visitor, 'Before', { at: at(-1) }));
    for (let minute = 1; minute <= 25; minute++)
      provider.note(websiteId, crispCustomer.inboundText(visitor, `${minute}`, { at: at(minute) }));
    await send('Ours');
    const texts = await recalled(since);
    expect(new Set(texts)).to.deep.equal(
      new Set([...Array.from({ length: 25 }, (_, index) => `${index + 1}`), 'Ours']),
    );
  });

  it('keeps edits and forgets what was deleted', async () => {
    const [kept, gone] = [
      crispCustomer.inboundText(visitor, 'Blue', { at: now }),
      crispCustomer.inboundText(visitor, 'Oops', { at: now }),
    ];
    await provider.deliver(websiteId, [kept, gone]);
    await provider.deliver(websiteId, [
      crispCustomer.inboundEdit(visitor, kept.data.fingerprint, 'Red'),
      crispCustomer.inboundRemoval(visitor, gone.data.fingerprint),
    ]);
    expect(await recalled(now.getTime() - 1000)).to.deep.equal(['Red']);
  });

  it('tells how the website stands, and refuses what Crisp refuses', async () => {
    const check = (own: object = settings) =>
      adapter.check?.(own as typeof settings, io(apiUrl), { url: '' });
    expect(await check()).to.include({ health: 'ok', accountName: 'The business' });
    expect(await check({ ...settings, tier: 'website' })).to.include({ health: 'reauthorise' });
    expect(await check({ ...settings, key: 'x' })).to.include({ health: 'reauthorise' });
    expect(await check({ ...settings, websiteId: 'another' })).to.include({ health: 'warning' });
    expect(await rejection(send('x'.repeat(10_001)))).to.include({ scope: 'message', code: 'invalid_data' });
    expect((await pull('messages:session_nobody:0'))?.bodies).to.deep.equal([]);
  });

  it('counts the requests of a day', async () => {
    for (let times = 0; times < 20; times++) await send('Hi');
    expect(await rejection(send('Hi'))).to.include({ scope: 'channel', code: 'quota_limit_exceeded' });
    now = new Date(now.getTime() + 24 * 3_600_000);
    await send('Hi');
    expect(provider.accepted(websiteId)).to.have.length(21);
  });
});
