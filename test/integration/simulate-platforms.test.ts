import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { MessageStatus } from '../../src/contract/messages.ts';
import {
  type PlannedPost,
  type PlayShape,
  planPlay,
  playedPlatforms,
  type WebhookPost,
  WebhookSender,
} from '../../src/simulator/index.ts';
import { callApi, freePort, spawnCli } from '../support/cli.ts';
import { type CliRig, startCliRig } from '../support/cli-rig.ts';
import { ChannelDesk, expectAllTold } from '../support/platform-desk.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

const retry = { baseMs: 20, maximumMs: 200, giveUpAfterMs: 30_000 };
/** Channels of the platforms that can be played beside WhatsApp. */
const channels = {
  facebook: { pageId: '660011', pageAccessToken: 'page-token', appSecret: 'a-page-secret' },
  instagram: { accountId: '660012', accessToken: 'account-token', appSecret: 'an-account-secret' },
  telegram: { botToken: '7100000001:AAE-token', secretToken: 'a-secret-token' },
  sms: { accountSid: `AC${'a'.repeat(32)}`, authToken: 'an-auth-token', from: '+351210000001' },
  crisp: { websiteId: 'w-1', identifier: 'id-a', key: 'key-a', hookSecret: 'hook-secret-of-a' },
  tidio: {
    projectPublicKey: 'pk1',
    clientId: 'ci_a',
    clientSecret: 'cs_a',
    webhookSecret: 'webhook-secret-a',
    operatorId: '11111111-1111-4111-8111-111111111111',
  },
} as const;
type Platform = keyof typeof channels;

/** How far a platform tells of an answer by itself. */
const ends: Readonly<Record<Platform, MessageStatus>> = {
  facebook: 'read',
  instagram: 'read',
  telegram: 'sent',
  sms: 'delivered',
  crisp: 'read',
  tidio: 'sent',
};

describe('customers of simulated platforms', () => {
  let product: Product;
  before(async function () {
    this.timeout(60_000);
    product = await startProduct();
  });
  after(() => product?.close());

  for (const platform of Object.keys(channels) as Platform[])
    it(`${platform}: each line is there once and in its place, and an answer arrives with its receipts`, async () => {
      const port = Number(await freePort());
      const settings = { ...channels[platform], apiUrl: `http://127.0.0.1:${port}` };
      const played = playedPlatforms[platform](settings);
      const desk = await ChannelDesk.connect(product, product.acme, platform, settings, played.sign);
      const told: (string | undefined)[] = [];
      const provider = played.openProvider(desk.webhookUrl, (_to, words) => told.push(words));
      await provider.start(port);
      await desk.tenant.http('POST', `/channels/${desk.channel.id}/check`);
      try {
        // Twilio tells no times: there the order is that of arrival.
        const isTimed = platform !== 'sms';
        const shape: PlayShape = {
          ...{ customers: 5, messages: 50, rate: 1, duplicates: 0.4, delayMs: 0, seed: 20_418 },
          shuffle: isTimed,
        };
        const plan = planPlay(shape, played.write, new Date(Date.now() - 70_000));
        const sender = new WebhookSender({
          target: { url: desk.webhookUrl, sign: played.sign },
          ...{ retry, maximumSockets: isTimed ? 16 : 1 },
        });
        const send = ({ line, body }: PlannedPost): Promise<WebhookPost> => {
          provider.hear(line);
          return sender.send(body);
        };
        const posts = await Promise.all(plan.map(send));
        sender.close();
        expect(posts.length).to.be.greaterThan(50);
        expect(posts.filter(post => post.acknowledgedAt === undefined)).to.deep.equal([]);
        await arrived(desk, plan);
        if (platform === 'tidio') await ticketsHaveSubjects(desk);
        await answered(desk, plan, ends[platform], told);
      } finally {
        await provider.stop();
      }
    });

  async function ticketsHaveSubjects({ tenant, channel }: ChannelDesk): Promise<void> {
    const tickets = await tenant.query<{ subject: string | null }>(
      `SELECT subject FROM conversations WHERE channel_id = $1 AND thread_key <> ''`,
      [channel.id],
    );
    expect(tickets).to.not.deep.equal([]);
    for (const { subject } of tickets) expect(subject).to.be.a('string').that.is.not.empty;
  }

  /** Every line once, and each customer's in the order in which they were written. */
  async function arrived(desk: ChannelDesk, plan: readonly PlannedPost[]): Promise<void> {
    const ordered = [...plan].sort((one, other) => one.line.index - other.line.index);
    const wanted = new Map<number, Set<string>>();
    for (const { line, messageId } of ordered)
      wanted.set(line.customer, (wanted.get(line.customer) ?? new Set()).add(messageId));
    const written = [...wanted.values()].map(ids => [...ids].join()).sort();
    let shown: string[] = [];
    await until('every line is there', async () => {
      await fetchAll(desk);
      const rows = await desk.tenant.query<{ id: string; conversationId: number }>(
        `SELECT platform_message_id AS id, conversation_id AS "conversationId" FROM messages
         WHERE channel_id = $1 AND direction = 'inbound' ORDER BY sent_at, id`,
        [desk.channel.id],
      );
      const threads = new Map<number, string[]>();
      for (const { id, conversationId } of rows)
        threads.set(conversationId, [...(threads.get(conversationId) ?? []), id]);
      shown = [...threads.values()].map(ids => ids.join()).sort();
      return rows.length >= 50;
    });
    await desk.tenant.applied();
    expect(shown).to.deep.equal(written);
  }

  /** What was only rung for; a platform lets us ask seldom, and here nobody waits for that. */
  async function fetchAll(desk: ChannelDesk): Promise<void> {
    await desk.tenant.query(
      `UPDATE channel_pulls p SET next_attempt_at = now()
       FROM (SELECT id FROM channel_pulls ORDER BY channel_id, what FOR UPDATE) AS locked WHERE p.id = locked.id`,
    );
    await product.process.workers?.lanes.pull.visited(desk.tenant.tenant.id);
  }

  async function answered(
    desk: ChannelDesk,
    plan: readonly PlannedPost[],
    end: MessageStatus,
    told: readonly unknown[],
  ): Promise<void> {
    // In Tidio every other customer writes in a ticket, and only those can be answered.
    const { messageId } = plan.find(({ line }) => line.customer % 2 === 1) as PlannedPost;
    const { conversationId } = await desk.messageOf(messageId);
    const sent = await desk.send(conversationId, 'It is on its way 📦');
    expect(await desk.becomes(sent, end)).to.deep.include({ error: null });
    expect(told).to.deep.equal(['It is on its way 📦']);
    await expectAllTold([desk]);
    const outbound = (await desk.thread(conversationId)).filter(({ direction }) => direction === 'outbound');
    expect(outbound.map(({ id }) => id)).to.deep.equal([sent.id]);
  }
});

describe('concierge simulate', () => {
  let rig: CliRig;
  let port: string;
  before(async function () {
    this.timeout(60_000);
    rig = await startCliRig();
    port = await freePort();
    for (const [platform, apiUrl] of [
      ['telegram', `http://127.0.0.1:${port}`],
      ['tidio', 'https://tidio.example'],
    ] as const) {
      const file = join(rig.folder, `${platform}.json`);
      await writeFile(file, JSON.stringify({ ...channels[platform], apiUrl }));
      // It warns that the platform cannot be asked: nobody plays it yet.
      const added = await rig.run('channel', 'add', 'acme', platform, '--name', platform, '--settings', file);
      expect(added.code, added.stderr).to.equal(0);
    }
  });
  after(() => rig?.close());

  it('plays into the running product, and is the platform until Ctrl-C', async () => {
    const shape = [
      '--customers',
      '4',
      '--messages',
      '30',
      '--rate',
      '300',
      '--duplicates',
      '0.5',
      '--shuffle',
    ];
    const child = spawnCli(
      ['simulate', 'telegram', '--tenant', 'acme', '--seed', '7', ...shape, '--provider'],
      rig.variables,
    );
    const lines: string[] = [];
    const errors: string[] = [];
    const ended = new Promise<number | null>(resolve => child.once('close', resolve));
    child.stderr?.on('data', chunk => errors.push(String(chunk)));
    if (child.stdout) createInterface({ input: child.stdout }).on('line', line => lines.push(line));
    const said = (what: string) =>
      until(`it says ${what}`, () => {
        if (child.exitCode !== null) throw new Error(`It has ended: ${errors.join('')}`);
        return lines.some(line => line.includes(what));
      });
    await said('The provider stays until Ctrl-C.');
    expect(lines[0]).to.equal(
      `The provider is at http://127.0.0.1:${port}, where the channel sends its answers.`,
    );
    expect(lines.join('\n')).to.contain('30 of 30 messages acknowledged');
    await until('each message is there once', async () => (await rig.count('messages')) === 30);

    const { accessToken: token } = (await rig.login(rig.acme.admin.email, rig.acme.admin.password)).body;
    const list = await callApi<{ items: { id: number }[] }>(rig.url, 'GET', '/api/v1/conversations', {
      token,
    });
    const path = `/api/v1/conversations/${list.body.items[0]?.id}/messages`;
    const body = { content: 'It is on its way' };
    expect((await callApi(rig.url, 'POST', path, { token, body })).status).to.equal(201);
    await said(': It is on its way');
    child.kill('SIGINT');
    expect(await ended).to.equal(0);
    expect(errors.join('')).to.equal('');
  });

  it('says what is missing', async () => {
    const parts: readonly (readonly [readonly string[], string])[] = [
      [['telegram'], 'Give --tenant <slug>, or --url <webhook URL> and --secret-token <token>.'],
      [['crisp', '--tenant', 'acme'], '"acme" has no active crisp channel.'],
      [['tidio', '--tenant', 'acme'], 'give --provider 4310'],
      [['facebook', '--url', rig.url, '--provider'], '--page-access-token <token>'],
    ];
    const lines = await Promise.all(parts.map(([given]) => rig.refusal('simulate', ...given)));
    for (const [index, [, part]] of parts.entries()) expect(lines[index]).to.include(part);
  });
});
