import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { ErrorBody } from '../../src/contract/index.ts';
import { permissions } from '../../src/contract/index.ts';
import { revokeKey } from '../../src/landlord/key-store.ts';
import { openDoor } from '../support/api-door.ts';
import { addKey, addUser, type TestUser } from '../support/callers.ts';
import { type Answer, callApi, type Product, type ProductTenant, startProduct } from '../support/product.ts';

interface Given {
  readonly alg?: string;
  readonly key?: Uint8Array;
  readonly issuer?: string | null;
  readonly audience?: string | string[] | null;
  readonly expires?: string | number | null;
  readonly notBefore?: string;
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
}

describe('credentials', function () {
  this.timeout(30_000);
  let product: Product;
  let acme: ProductTenant;
  let user: TestUser;
  let claims: Record<string, unknown>;

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    acme = product.acme;
    user = await addUser(product.context, acme, 'Tom Token');
    claims = payloadOf(user.token);
  });
  after(() => product?.close());

  const payloadOf = (token: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const keyFor = (audience: string) => product.context.masterKeys.deriveKey(`token/${audience}`);
  const me = (authorization: string | undefined) =>
    callApi<ErrorBody>(
      product.url,
      'GET',
      '/auth/me',
      undefined,
      undefined,
      authorization ? { authorization } : {},
    );
  const codeOf = ({ status, body }: Answer<ErrorBody>) => `${status} ${body.error?.code}`;

  /** A token as we sign it, but for what is given. */
  async function signed(given: Given = {}): Promise<string> {
    const { tid, sub, ver, fam } = claims;
    const token = new SignJWT({ tid, sub, ver, fam, ...given.claims } as Record<string, string>)
      .setProtectedHeader({ alg: given.alg ?? 'HS256', ...given.header })
      .setIssuedAt();
    if (given.issuer !== null) token.setIssuer(given.issuer ?? 'concierge');
    if (given.audience !== null) token.setAudience(given.audience ?? 'agent');
    if (given.expires !== null) token.setExpirationTime(given.expires ?? '5m');
    if (given.notBefore) token.setNotBefore(given.notBefore);
    return token.sign(given.key ?? keyFor('agent'));
  }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = () =>
    new UnsecuredJWT(claims as Record<string, string>).setIssuer('concierge').setAudience('agent').encode();
  const pieces = () => user.token.split('.') as [string, string, string];

  it('are a token of ours and of nobody else', async () => {
    expect((await me(`Bearer ${user.token}`)).status).to.equal(200);
    expect((await me(`Bearer ${await signed()}`)).status, 'the test signs as we do').to.equal(200);
    expect((await me(`bearer ${user.token}`)).status).to.equal(200);
  });

  const bad: Record<string, () => string | Promise<string>> = {
    'alg none': unsigned,
    'alg none with a signature': () => `${unsigned()}${pieces()[2]}`,
    'alg NONE in our own header': () => `${part({ alg: 'NONE' })}.${pieces()[1]}.`,
    'an empty signature': () => `${pieces()[0]}.${pieces()[1]}.`,
    'HS256 with another key': () => signed({ key: Buffer.alloc(32, 1) }),
    'HS256 with the key of visitors': () => signed({ key: keyFor('visitor') }),
    'HS384 with our key': () =>
      signed({ alg: 'HS384', key: Buffer.concat([keyFor('agent'), Buffer.alloc(16)]) }),
    'another algorithm in the header': () => `${part({ alg: 'RS256' })}.${pieces()[1]}.${pieces()[2]}`,
    'a critical header': () => signed({ header: { crit: ['x'], x: 1, b64: true } }).catch(() => 'a.b.c'),
    'another issuer': () => signed({ issuer: 'somebody' }),
    'no issuer': () => signed({ issuer: null }),
    'another audience': () => signed({ audience: 'operator' }),
    'no audience': () => signed({ audience: null }),
    'a visitor’s audience under our key': () => signed({ audience: 'visitor' }),
    'a time that is over': () => signed({ expires: Math.floor(Date.now() / 1000) - 1 }),
    'a time that has not come': () => signed({ notBefore: '1h' }),
    'changed claims': () => `${pieces()[0]}.${part({ ...claims, sub: '1' })}.${pieces()[2]}`,
    'a signature cut short': () => user.token.slice(0, -2),
    'a changed signature': () => `${pieces()[0]}.${pieces()[1]}.${pieces()[2].split('').reverse().join('')}`,
    'two parts': () => pieces().slice(0, 2).join('.'),
    'four parts': () => `${user.token}.${pieces()[2]}`,
    'claims that are no JSON': () =>
      `${pieces()[0]}.${Buffer.from('{').toString('base64url')}.${pieces()[2]}`,
    'claims that are null': () => `${pieces()[0]}.${part(null)}.${pieces()[2]}`,
    'another tenant': () => signed({ claims: { tid: product.globex.tenant.id } }),
    'a tenant that is none': () => signed({ claims: { tid: randomUUID() } }),
    'a tenant that is no id': () => signed({ claims: { tid: "x' OR true --" } }),
    'no tenant': () => signed({ claims: { tid: undefined } }),
    'another user': () => signed({ claims: { sub: '1' } }),
    'a user that is none': () => signed({ claims: { sub: '999999' } }),
    'a user that is no id': () => signed({ claims: { sub: 'NaN' } }),
    'another session': () => signed({ claims: { fam: randomUUID() } }),
    'a session that is no id': () => signed({ claims: { fam: 'x' } }),
    'an older session': () => signed({ claims: { ver: 0 } }),
    'a newer session': () => signed({ claims: { ver: 2 } }),
    'a refresh token': () => user.refreshToken,
    'a key that was never made': () => `ck_${'a'.repeat(43)}`,
    'a key’s beginning': () => 'ck_',
  };
  for (const [what, make] of Object.entries(bad))
    it(`are not taken with ${what}`, async () => {
      const answer = await me(`Bearer ${await make()}`);
      expect(answer.status).to.equal(401);
      expect(answer.body.error.code).to.be.oneOf([
        'invalid_token',
        'token_expired',
        'session_ended',
        'unknown_tenant',
        'invalid_key',
      ]);
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer');
    });

  it('are not taken in another form than a bearer’s', async () => {
    const basic = Buffer.from(`${user.email}:x`).toString('base64');
    for (const header of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      user.token,
      `Basic ${basic}`,
      `Bearer ${user.token} x`,
      `Token ${user.token}`,
      `Bearer "${user.token}"`,
    ])
      expect(codeOf(await me(header)), header).to.equal('401 no_credential');
    for (const query of [`access_token=${user.token}`, `token=${user.token}`])
      expect((await product.http('GET', `/tags?${query}`)).status, 'in the address').to.equal(401);
    const cookie = { cookie: `token=${user.token}; concierge_refresh=${user.refreshToken}` };
    expect((await callApi(product.url, 'GET', '/auth/me', undefined, undefined, cookie)).status).to.equal(
      401,
    );
  });

  it('of a visitor are not taken when they are a user’s, nor the other way round', async () => {
    const visitor = await signed({
      audience: 'visitor',
      key: keyFor('visitor'),
      claims: { sub: randomUUID(), cid: acme.widget.id },
    });
    const chat = `/external/chat/${randomUUID()}/messages`;
    expect((await product.http('GET', chat, undefined, visitor)).status, 'a good one').to.equal(404);
    expect((await product.http('GET', '/tags', undefined, visitor)).status).to.equal(403);
    expect((await product.http('GET', chat, undefined, user.token)).status).to.equal(403);
    for (const given of [
      { audience: 'visitor', claims: { sub: randomUUID(), cid: acme.widget.id } },
      { audience: 'agent', key: keyFor('visitor') },
      { audience: ['visitor', 'agent'], key: keyFor('visitor') },
      { audience: 'visitor', key: keyFor('visitor'), claims: { cid: 'x' } },
      { audience: 'visitor', key: keyFor('visitor'), claims: { tid: 'x', cid: 1 } },
      {
        audience: 'visitor',
        key: keyFor('visitor'),
        claims: { cid: 1 },
        expires: Math.floor(Date.now() / 1000) - 1,
      },
    ])
      for (const path of [chat, '/tags'])
        expect(
          (await product.http('GET', path, undefined, await signed(given))).status,
          JSON.stringify(given),
        ).to.equal(401);
  });

  describe('that are API keys', () => {
    const ask = (key: string, path = '/tags', url = product.url) =>
      callApi<ErrorBody>(url, 'GET', path, undefined, key);
    /** Asks a process that remembers nothing. */
    async function askAnew(key: string): Promise<Answer<ErrorBody>> {
      const door = await openDoor(product.context);
      const answer = await ask(key, '/tags', door.url);
      await door.close();
      return answer;
    }

    it('open what they name, for their own tenant, until they expire', async () => {
      const inAnHour = new Date(Date.now() + 3_600_000);
      const { key } = await addKey(product.context, acme, ['conversations:read'], inAnHour);
      expect((await ask(key)).status).to.equal(200);
      expect(codeOf(await ask(key, '/users'))).to.equal('403 missing_permission');
      expect(codeOf(await ask(key, '/auth/me'))).to.equal('403 user_only');
      await acme.http('POST', '/tags', { name: 'only in acme' });
      const foreign = (await addKey(product.context, product.globex, permissions)).key;
      expect(JSON.stringify((await ask(foreign)).body)).to.not.contain('only in acme');
      const { key: expired } = await addKey(product.context, acme, permissions, new Date(Date.now() - 1));
      expect(codeOf(await ask(expired))).to.equal('401 invalid_key');
    });

    it('end when they are revoked', async () => {
      const { key, id } = await addKey(product.context, acme, permissions);
      expect((await askAnew(key)).status).to.equal(200);
      expect(
        await revokeKey(product.landlord.db, product.globex.tenant.id, id),
        'not by another tenant',
      ).to.equal(false);
      expect((await askAnew(key)).status).to.equal(200);
      expect(await revokeKey(product.landlord.db, acme.tenant.id, id)).to.equal(true);
      expect(codeOf(await askAnew(key))).to.equal('401 invalid_key');
    });

    it('are kept as a hash, and remember when they were used', async () => {
      const { key, id } = await addKey(product.context, acme, permissions);
      const read = async () => {
        const [row] = await product.landlord.db.query<{ used: Date | null; whole: string }>(
          'SELECT last_used_at AS used, api_keys::text AS whole FROM api_keys WHERE id = $1',
          [id],
        );
        return row;
      };
      expect((await read())?.used).to.equal(null);
      expect((await read())?.whole)
        .to.not.contain(key)
        .and.not.contain(key.slice(12));
      await askAnew(key);
      const first = (await read())?.used;
      expect(first).to.be.instanceOf(Date);
      await askAnew(key);
      expect((await read())?.used, 'written once a minute at most').to.deep.equal(first);
    });

    it('are not taken with a letter changed', async () => {
      const { key } = await addKey(product.context, acme, permissions);
      for (const wrong of [
        key.slice(0, -1),
        `${key}A`,
        key.toUpperCase(),
        `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
        key.slice(3),
      ])
        expect((await ask(wrong)).status, wrong).to.equal(401);
    });
  });
});
