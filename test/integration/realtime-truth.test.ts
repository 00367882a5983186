import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import {
  inboundReaction,
  inboundText,
  newWamid,
  type Random,
  seededRandom,
} from '../../src/simulator/index.ts';
import { addUser, signIn } from '../support/callers.ts';
import { callApi, type Product, startProduct } from '../support/product.ts';
import type { TcpProxy } from '../support/tcp-proxy.ts';
import { TEAM_ID } from '../support/tenants.ts';
import { readTruth, TruthClient, type TruthUser } from '../support/truth-client.ts';
import { until } from '../support/until.ts';

/** TRUTH=full: cuts as long as those of trains and lifts. Otherwise the same, a hundred times shorter. */
const isFull = process.env.TRUTH === 'full';
const CUTS = 200;
const EVENTS = 5000;
const CLIENTS = 4;
const [SHORTEST_MS, LONGEST_MS] = isFull ? [100, 30_000] : [5, 300];
const PATIENCE_MS = isFull ? 19 * 60_000 : 180_000;
/** A token lives fifteen minutes. */
const TOKEN_MS = 10 * 60_000;
const seed = Number(process.env.TRUTH_SEED ?? Math.floor(Math.random() * 1e9));

describe('clients end with what the server holds, however their line behaves', function () {
  this.timeout(PATIENCE_MS + 60_000);
  let product: Product;
  let clients: readonly TruthClient[] = [];
  const random = seededRandom(seed);
  const chosen = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;

  before(async () => {
    product = await startProduct();
  });
  after(async () => {
    await Promise.all(clients.map(client => client.close()));
    await product?.close();
  });

  function userOf(id: number): TruthUser {
    let token = '';
    let signedInAt = 0;
    return {
      id,
      token: async () => {
        if (Date.now() - signedInAt > TOKEN_MS) {
          token = (await signIn(product.context, product.acme.tenant, id)).token;
          signedInAt = Date.now();
        }
        return token;
      },
    };
  }

  /** Customers who write, react and are answered; colleagues who do what colleagues do. Until `isOver`. */
  async function live(
    users: readonly TruthUser[],
    urls: readonly string[],
    isOver: () => boolean,
  ): Promise<void> {
    const { acme, provider } = product;
    const { phoneNumberId } = acme.account;
    const people = Array.from({ length: 40 }, (_, index) => ({
      waId: `3519120${String(index).padStart(5, '0')}`,
      name: `Customer ${index}`,
    }));
    const tags = await Promise.all(
      ['urgent', 'vip', 'refund'].map(name => acme.http<{ id: number }>('POST', '/tags', { name })),
    );
    const write = async () => {
      const said: { waId: string; id: string }[] = [];
      for (let turn = 1; !isOver(); turn++) {
        const events = Array.from({ length: 1 + Math.floor(random() * 20) }, () => {
          const person = chosen(people);
          const id = newWamid();
          said.push({ waId: person.waId, id });
          return inboundText(person, `message ${said.length}`, { id });
        });
        if (turn % 5 === 0) {
          const target = chosen(said);
          events.push(inboundReaction({ waId: target.waId }, target.id, chosen(['👍', '🎉'])));
        }
        await provider.deliver(phoneNumberId, events, { copies: random() < 0.1 ? 2 : 1 });
        await delay(isFull ? 2000 * random() : 60 * random());
      }
    };
    const work = async (user: TruthUser) => {
      let ids: number[] = [];
      while (!isOver()) {
        const call = async <Body>(method: string, path: string, body?: unknown) =>
          callApi<Body>(chosen(urls), method, path, body, await user.token());
        if (ids.length < people.length) {
          const page = await call<{ items: { id: number }[] }>('GET', '/conversations?limit=100');
          ids = page.body.items.map(item => item.id);
        }
        if (ids.length > 0) {
          const [method, path, body] = deed(
            random,
            user.id,
            tags.map(tag => tag.body.id),
          );
          const { status } = await call(method, `/conversations/${chosen(ids)}${path}`, body);
          // A customer who has a newer conversation keeps it; everything else must go.
          expect(status, `${method} ${path}`).to.be.oneOf([200, 201, 409]);
        }
        await delay(isFull ? 1500 * random() : 25 * random());
      }
    };
    await Promise.all([write(), ...users.map(work)]);
    await provider.whenIdle();
  }

  /** Faults of one line, one after the other, until `isOver`. */
  async function disturb(
    line: TcpProxy,
    isOver: () => boolean,
    count: (kind: string) => void,
  ): Promise<void> {
    while (!isOver()) {
      await delay(SHORTEST_MS + random() * (isFull ? 4000 : 300));
      const kind = chosen(['cut', 'cut', 'swallowed', 'swallowed and lost', 'slow', 'half-closed']);
      if (kind === 'cut') line.cut();
      else if (kind === 'slow') line.slowDown(20 + 180 * random());
      else if (kind === 'half-closed') line.halfClose();
      else line.blackHole();
      count(kind);
      await delay(SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS));
      line.heal({ isForgotten: kind === 'swallowed and lost' });
    }
  }

  it(`${EVENTS} events, ${CUTS} disturbed lines, two processes`, async () => {
    const { acme, context } = product;
    const second = await product.addProcess();
    const urls = [product.url, second.url];
    product.provider.behave(acme.account.phoneNumberId, {
      receipts: [
        { status: 'sent', afterMs: 5 },
        { status: 'delivered', afterMs: 40 },
        { status: 'read', afterMs: 120 },
      ],
      webhookJitterMs: 60,
    });
    await acme.receive([inboundText({ waId: '351912999999', name: 'Somebody early' }, 'before all')]);
    const users: TruthUser[] = [];
    for (let index = 1; index <= CLIENTS; index++)
      users.push(userOf((await addUser(context, acme, `Agent ${index}`)).id));
    clients = await Promise.all(
      users.map((user, index) => TruthClient.open(urls[index % urls.length] ?? '', user)),
    );
    const startedAt = performance.now();
    const newest = async () =>
      (await acme.query<{ seq: number }>('SELECT seq FROM outbox_counter'))[0]?.seq ?? 0;
    const kinds: Record<string, number> = {};
    let cuts = 0;
    let isEnough = false;
    const living = live(users, urls, () => isEnough);
    const disturbing = Promise.all(
      clients.map(({ line }) =>
        disturb(
          line,
          () => isEnough,
          kind => {
            cuts++;
            kinds[kind] = (kinds[kind] ?? 0) + 1;
          },
        ),
      ),
    );
    await until(
      'enough has happened',
      async () => cuts >= CUTS && (await newest()) >= EVENTS,
      PATIENCE_MS,
    ).finally(() => {
      isEnough = true;
    });
    await Promise.all([living, disturbing]);
    await until(
      'everything is sent',
      async () => (await acme.query('SELECT FROM message_sends LIMIT 1')).length === 0,
      30_000,
    );
    // The last receipts come after the last answer has gone.
    await product.provider.whenIdle();
    await until(
      'every receipt is applied',
      async () => {
        await acme.applied();
        return (await acme.query('SELECT FROM held_facts LIMIT 1')).length === 0;
      },
      30_000,
    );
    const last = await newest();
    const healedAt = performance.now();
    await until(
      'every client is live and has heard the last event',
      () => clients.every(client => client.isLive && client.lastSeq === last),
      60_000,
    );
    const caughtUpMs = performance.now() - healedAt;
    for (const [index, client] of clients.entries()) {
      const truth = await readTruth(urls[(index + 1) % urls.length] ?? '', await client.user.token());
      expect(client.resets, 'reloads').to.equal(0);
      expect(
        differences(client.truth, truth),
        'what the client shows otherwise than the server',
      ).to.deep.equal([]);
    }
    console.log(
      `      ${last} events, ${cuts} faults ${JSON.stringify(kinds)} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s (seed ${seed}): ${CLIENTS} clients equal the server, ${(caughtUpMs / 1000).toFixed(1)} s after the last`,
    );
  });
});

/** Where two values differ, as paths: the whole of them is too much to read. */
function differences(one: unknown, other: unknown, path = ''): readonly string[] {
  if (one === other) return [];
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return [`${path}: ${JSON.stringify(one)} instead of ${JSON.stringify(other)}`];
  const fields = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...fields].flatMap(field =>
    differences(
      (one as Record<string, unknown>)[field],
      (other as Record<string, unknown>)[field],
      `${path}/${field}`,
    ),
  );
}

/** Something that a colleague does to a conversation. */
function deed(random: Random, userId: number, tagIds: readonly number[]): [string, string, unknown] {
  const roll = random();
  if (roll < 0.4) return ['POST', '/messages', { content: `answer ${roll}`, clientId: randomUUID() }];
  if (roll < 0.55) return ['POST', '/read', undefined];
  if (roll < 0.65)
    return ['POST', '/notes', { content: `note ${roll}`, mentions: random() < 0.3 ? [userId] : [] }];
  if (roll < 0.75) return ['PUT', '/tags', { tagIds: tagIds.filter(() => random() < 0.5) }];
  if (roll < 0.85)
    return [
      'POST',
      '/assign',
      { userId: random() < 0.7 ? userId : null, ...(random() < 0.3 && { teamId: TEAM_ID }) },
    ];
  if (roll < 0.92) return ['PATCH', '', { status: random() < 0.7 ? 'resolved' : 'open' }];
  if (roll < 0.96)
    return ['PATCH', '', { priority: random() < 0.5 ? 'high' : 'normal', subject: `subject ${roll}` }];
  return [
    'PATCH',
    '',
    { status: 'snoozed', snoozedUntil: new Date(Date.now() + 3_600_000 + 3_600_000 * roll).toISOString() },
  ];
}
