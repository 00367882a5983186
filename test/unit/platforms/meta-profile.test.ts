import { expect } from 'chai';
import { type PlatformAdapter, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { type AnySettings, adapterFor } from '../../../src/platforms/registry.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, type StubAnswer, StubServer } from '../../support/stub-server.ts';

const graph = (code: number, error_subcode?: number): StubAnswer => ({
  status: 400,
  body: { error: { code, message: 'm', error_subcode } },
});
const picture = 'https://cdn.test/p.jpg?oh=1';
const platforms = [
  {
    platform: 'facebook',
    settings: { pageId: '660011', pageAccessToken: 'token-1' } as AnySettings,
    accountId: '660011',
    kind: 'psid',
    fields: 'first_name,last_name,profile_pic',
    answer: { first_name: 'Ana', last_name: 'Sousa', profile_pic: picture, id: '2599' },
    contact: { name: 'Ana Sousa', profile: { pictureUrl: picture } },
    others: [
      [{ last_name: ' Sousa ' }, 'Sousa'],
      [{ first_name: 'Ana', last_name: '' }, 'Ana'],
    ],
  },
  {
    platform: 'instagram',
    settings: { accountId: '178', accessToken: 'token-1', login: 'instagram' } as AnySettings,
    accountId: '178',
    kind: 'igsid',
    fields: 'name,username,profile_pic',
    answer: { name: 'Ana Sousa', username: 'ana.s', profile_pic: picture, id: '2599' },
    contact: { name: 'Ana Sousa', profile: { username: 'ana.s', pictureUrl: picture } },
    others: [
      [{ name: '', username: 'ana.s' }, 'ana.s'],
      [{ name: 'Ana' }, 'Ana'],
    ],
  },
] as const;

for (const { platform, settings, accountId, kind, fields, answer, contact, others } of platforms)
  describe(`Who somebody is on ${platform}`, () => {
    const adapter = adapterFor(platform) as PlatformAdapter<AnySettings>;
    const server = new StubServer();
    before(() => server.start());
    after(() => server.stop());
    const pull = (what = 'profile 2599') => adapter.pull!(what, settings, ioOf(client(200), server.url));
    const receivedAt = new Date('2026-10-01T10:00:00Z');
    const aliases = [{ kind, value: '2599' }];
    const namesOf = async (body: object) => {
      server.answer = { body };
      const { bodies } = await pull();
      return bodies.flatMap(pulled => adapter.parse(pulled.body, receivedAt));
    };

    it('is asked for once they write, unless it is known or nobody can say', () => {
      expect(adapter.whoIs?.({ aliases })).to.equal('profile 2599');
      expect(adapter.whoIs?.({ aliases: [{ kind: 'user_ref', value: 'x' }, ...aliases] })).to.equal(
        'profile 2599',
      );
      for (const unasked of [
        { aliases, name: 'Ana' },
        { aliases: [{ kind: 'user_ref', value: '2599' }] },
        { aliases: [{ kind, value: '../me' }] },
        { aliases: [{ kind, value: '' }] },
      ])
        expect(adapter.whoIs?.(unasked)).to.equal(undefined);
    });
    it('comes as an event of the account, the same answer under the same key', async () => {
      server.answer = { body: answer };
      const pulled = await pull();
      expect(server.last.url).to.equal(`/v23.0/2599?fields=${encodeURIComponent(fields)}`);
      expect(server.last.headers.authorization).to.equal('Bearer token-1');
      expect(await pull()).to.deep.equal(pulled);
      const [{ key, body } = { key: '', body: Buffer.of() }] = pulled.bodies;
      expect(key).to.match(/^profile:2599:[0-9a-f]{64}$/);
      const facts = await adapter.parse(body, receivedAt);
      expect(facts).to.have.length(1);
      const { externalId, ...fact } = facts[0]!;
      expect(externalId).to.match(/^profile:/);
      expect(fact).to.deep.equal({
        kind: 'profile',
        accountId,
        at: receivedAt,
        contact: { aliases, ...contact },
      });
      expect(adapter.split?.(body)).to.deep.equal([{ accountId, body }]);
      server.answer = { body: { ...answer, profile_pic: `${picture}2` } };
      expect((await pull()).bodies[0]?.key).not.to.equal(key);
    });
    it('may be less than all of it', async () => {
      for (const [body, name] of others) {
        const [fact] = await namesOf(body);
        expect(fact).to.deep.include({ kind: 'profile', contact: { aliases, name, ...profileOf(body) } });
      }
    });
    it('may be nothing, which is no error', async () => {
      const nothing: readonly StubAnswer[] = [
        { body: { id: '2599' } },
        { body: { id: '2599', profile_pic: picture } },
        { body: { name: 7, first_name: [], username: {} } },
        ...[0, 3, 10, 100, 200, 230, 551].map(code => graph(code)),
        graph(100, 33),
        graph(100, 2018218),
        graph(368),
        { status: 404, body: '' },
        { status: 403, body: '' },
        { body: '<html>' },
      ];
      for (const each of nothing) {
        server.answer = each;
        expect(await pull(), JSON.stringify(each)).to.deep.equal({ bodies: [] });
      }
    });
    it('waits while nobody can be asked, and an ended token is said', async () => {
      for (const each of [graph(4), graph(2), { status: 500, body: '' }, { isReset: true }]) {
        server.answer = each;
        expect(await rejection(pull())).to.be.instanceOf(Unavailable);
      }
      server.answer = graph(190);
      expect(await rejection(pull())).to.include({ scope: 'reauthorise', code: '190' });
    });
    it('is not asked for anything else', async () => {
      const count = server.seen.length;
      for (const what of ['', 'profile', 'profile ', 'profile ../me', 'profile 1\n', 'page 1']) {
        const error = await rejection(pull(what));
        expect(error).to.be.instanceOf(Rejected);
        expect(error).to.include({ scope: 'message', code: 'unknown_pull' });
      }
      expect(server.seen).to.have.length(count);
    });
  });

function profileOf(body: object): object {
  return 'username' in body ? { profile: { username: body.username } } : {};
}
