import { expect } from 'chai';
import { OutcomeUnknown, type Pulled, Rejected, Unavailable } from '../../src/platforms/adapter.ts';
import type { AnyAdapter } from '../../src/platforms/registry.ts';
import { ioOf } from '../support/platform-io.ts';
import { client, StubServer } from '../support/stub-server.ts';
import { checkFact, readFacts } from './fact-checks.ts';
import { type AdapterSample, answersOf, receivedAt } from './samples/adapter-sample.ts';

/** The trials of an adapter that fetches. */
export function describePulling(adapter: AnyAdapter, sample: AdapterSample, pulls: readonly string[]): void {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answer = answersOf(sample);
  });
  const pull = (what: string): Promise<Pulled> =>
    adapter.pull!(what, sample.settings, ioOf(client(200), server.url));
  const refusal = (what: string) =>
    pull(what).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  const isOneOfThree = (error: unknown) =>
    [Rejected, Unavailable, OutcomeUnknown].some(kind => error instanceof kind);
  /** What is pulled speaks for the channel's own account, and can be read like a delivery. */
  const checkPulled = async ({ bodies }: Pulled) => {
    for (const { key, body } of bodies) {
      expect(key).to.have.length.within(1, 200);
      (await adapter.parse(body, receivedAt)).forEach(checkFact);
      for (const { accountId } of adapter.split?.(body) ?? [])
        expect(accountId).to.equal(adapter.accountId(sample.settings));
    }
  };

  it('pulls the same content under the same key, and something that can be read', async () => {
    for (const what of pulls) {
      const pulled = await pull(what);
      expect(pulled.bodies, what).to.not.have.length(0);
      await checkPulled(pulled);
      expect(await pull(what)).to.deep.equal(pulled);
    }
  });
  it('knows what it named itself: what goes on, what a fact names, what is recalled', async () => {
    const since = new Date(receivedAt.getTime() - 3_600_000);
    const recalled = adapter.recall?.(since, sample.settings) ?? [];
    expect(adapter.recall?.(since, sample.settings) ?? []).to.deep.equal(recalled);
    const named = [...recalled];
    for (const what of pulls) {
      const { bodies, next } = await pull(what);
      const facts = (await Promise.all(bodies.map(({ body }) => adapter.parse(body, receivedAt)))).flat();
      named.push(...facts.flatMap(fact => (fact.kind === 'pull' ? fact.what : [])), ...(next ? [next] : []));
    }
    const told = await Promise.all(sample.bodies.map(body => readFacts(adapter, body)));
    named.push(
      ...told.flatMap(facts => facts ?? []).flatMap(fact => (fact.kind === 'pull' ? fact.what : [])),
    );
    for (const what of new Set(named)) {
      const count = server.seen.length;
      await pull(what);
      expect(server.seen, what).to.have.length.greaterThan(count);
    }
  });
  it('refuses what it does not know, without asking anybody', async () => {
    const [known = ''] = pulls;
    const count = server.seen.length;
    for (const what of [
      '',
      ' ',
      ':',
      'nonsense',
      'nonsense:1',
      `${known}/../x`,
      `${known}\n`,
      '☃',
      'x'.repeat(5000),
    ])
      expect(await refusal(what), what.slice(0, 50)).to.be.instanceOf(Rejected);
    expect(server.seen).to.have.length(count);
  });
  it('throws only its three errors, whatever the platform answers, and pulls nothing unreadable', async () => {
    const odd = ['x', null, 7, {}, [], [null, 1, 'x', [], { id: {}, timestamp: 'x', session_id: [] }]];
    const lists = odd.flatMap(value => [
      { error: false, data: value },
      { messages: value, contacts: value, tickets: value, meta: value },
    ]);
    const bodies = ['', '<html>', 'null', '[]', '{"error":null}', ...lists.map(list => JSON.stringify(list))];
    for (const what of pulls)
      for (const status of [200, 204, 301, 400, 401, 402, 403, 404, 410, 418, 420, 429, 500, 502, 503, 504])
        for (const body of bodies) {
          server.answer = { status, body };
          const error = await pull(what).then(checkPulled, (thrown: unknown) => thrown);
          if (error !== undefined) expect(isOneOfThree(error), String(error)).to.equal(true);
        }
  });
  it('says so when nobody answers', async () => {
    for (const answer of [{ isReset: true }, { isSilent: true }]) {
      server.answer = answer;
      for (const what of pulls) expect(isOneOfThree(await refusal(what)), what).to.equal(true);
    }
  });
}
