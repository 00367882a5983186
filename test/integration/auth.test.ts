import { expect } from 'chai';
import type { ErrorBody, login, me, ResponseOf, User } from '../../src/contract/index.ts';
import { hashPassword } from '../../src/features/users/index.ts';
import { openDoor } from '../support/api-door.ts';
import { addUser, signIn, type TestUser, type TestUserOptions } from '../support/callers.ts';
import { type Answer, callApi, type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { asTenant } from '../support/provisioned.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'correct horse battery';
const COOKIE = 'concierge_refresh';
type Session = ResponseOf<typeof login>;

/** The refresh cookie of an answer: its value and its flags. */
function cookieOf({ headers }: Answer<unknown>): { value: string; flags: string[] } {
  const [cookie, ...others] = headers.getSetCookie();
  expect(others, 'one cookie').to.deep.equal([]);
  const [pair, ...flags] = (cookie ?? '').split('; ');
  return { value: pair?.slice(COOKIE.length + 1) ?? '', flags };
}

describe('sessions', function () {
  this.timeout(30_000);
  let product: Product;
  let acme: ProductTenant;
  let passwordHash: string;

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    acme = product.acme;
    passwordHash = await hashPassword(PASSWORD);
  });
  after(() => product?.close());

  let people = 0;
  const newUser = (options: TestUserOptions = {}) =>
    addUser(product.context, acme, `Person ${++people}`, { passwordHash, ...options });
  const call = <Body = Session>(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    token?: string,
  ): Promise<Answer<Body>> => callApi<Body>(product.url, 'POST', `/auth/${path}`, body, token, headers);
  const logIn = (email: string, password = PASSWORD, query = '') =>
    call(`login${query}`, { tenant: 'acme', email, password });
  const refreshed = (refreshToken: string, query = '?cookie=0') => call(`refresh${query}`, { refreshToken });
  const isIn = async (token: string) =>
    (await product.http('GET', '/auth/me', undefined, token)).status === 200;
  const patch = (id: number, change: unknown, token = acme.token) =>
    product.http<User & ErrorBody>('PATCH', `/users/${id}`, change, token);
  const codeOf = ({ status, body }: Answer<unknown>) => `${status} ${(body as ErrorBody).error.code}`;

  it('end for good: a successor that nobody saw when they were ended opens nothing', async () => {
    const user = await newUser();
    const { body } = await logIn(user.email, PASSWORD, '?cookie=0');
    // As when a refresh commits its successor just after somebody has ended the family.
    await acme.query(
      `INSERT INTO refresh_tokens (user_id, family_id, token_hash, expires_at, revoked_at)
       SELECT user_id, family_id, gen_random_uuid()::text, expires_at, now() FROM refresh_tokens WHERE user_id = $1`,
      [user.id],
    );
    expect(await isIn(body.accessToken)).to.equal(false);
    expect((await refreshed(body.refreshToken ?? '')).status).to.equal(401);
  });

  describe('signing in', () => {
    it('gives an access token, and the refresh token as a cookie that no script reads', async () => {
      const user = await newUser();
      const answer = await logIn(user.email.toUpperCase());
      expect(answer.status).to.equal(200);
      expect(answer.body).to.have.all.keys('accessToken', 'expiresIn', 'tenantId', 'user');
      expect(answer.body.expiresIn).to.equal(900);
      expect(answer.body.user).to.include({ id: user.id, email: user.email, role: 'agent' });
      const { value, flags } = cookieOf(answer);
      expect(value).to.match(/^[0-9a-f-]{36}\.[\w-]{43}$/);
      expect(flags).to.have.members(['Max-Age=2592000', 'Path=/api/v1/auth', 'HttpOnly', 'SameSite=Strict']);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      const mine = await product.http<ResponseOf<typeof me>>(
        'GET',
        '/auth/me',
        undefined,
        answer.body.accessToken,
      );
      expect(mine.body.user.id).to.equal(user.id);
      expect(mine.body.tenant).to.include({ id: acme.tenant.id, slug: 'acme' });
      const [row] = await acme.query<{ hash: string }>(
        'SELECT token_hash AS hash FROM refresh_tokens WHERE user_id = $1 ORDER BY id DESC LIMIT 1',
        [user.id],
      );
      expect(row?.hash).to.match(/^[0-9a-f]{64}$/);
      expect(value).to.not.contain(row?.hash);
    });

    it('gives the refresh token in the body with cookie=0, and then no cookie', async () => {
      const answer = await logIn((await newUser()).email, PASSWORD, '?cookie=0');
      expect(answer.body.refreshToken).to.match(/^[0-9a-f-]{36}\./);
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
    });

    it('marks the cookie Secure where the address is https', async () => {
      const door = await openDoor(product.context, { publicUrl: 'https://inbox.example' });
      const { email } = await newUser();
      const body = { tenant: 'acme', email, password: PASSWORD };
      expect(cookieOf(await callApi(door.url, 'POST', '/auth/login', body)).flags).to.include('Secure');
      await door.close();
    });

    it('answers the same, after similar work, whatever is not right', async () => {
      const [right, inactive] = [await newUser(), await newUser()];
      await acme.query('UPDATE users SET is_active = false WHERE id = $1', [inactive.id]);
      const tries: Record<string, object> = {
        'wrong password': { tenant: 'acme', email: right.email, password: 'wrong' },
        'unknown user': { tenant: 'acme', email: 'nobody@acme.test', password: PASSWORD },
        'inactive user': { tenant: 'acme', email: inactive.email, password: PASSWORD },
        'unknown tenant': { tenant: 'nobody', email: right.email, password: PASSWORD },
        'other tenant': { tenant: 'globex', email: right.email, password: PASSWORD },
        'no tenant': { email: right.email, password: PASSWORD },
        'very long names': {
          tenant: 'x'.repeat(63),
          email: `${'x'.repeat(60)}@${'y'.repeat(60)}.${'z'.repeat(60)}.test`,
          password: 'x'.repeat(200),
        },
      };
      const least = new Map<string, number>();
      const bodies = new Set<string>();
      for (let round = 0; round < 5; round++)
        for (const [what, body] of Object.entries(tries)) {
          const startedAt = process.cpuUsage();
          const answer = await call<ErrorBody>('login', body);
          const { user, system } = process.cpuUsage(startedAt);
          expect(codeOf(answer), what).to.equal('401 wrong_credentials');
          expect(answer.headers.getSetCookie()).to.deep.equal([]);
          bodies.add(JSON.stringify({ ...answer.body.error, requestId: '' }));
          least.set(what, Math.min(least.get(what) ?? Number.POSITIVE_INFINITY, user + system));
        }
      expect(bodies.size, 'one sentence for all').to.equal(1);
      // Work and not time: what else runs on this machine does not count.
      for (const [what, microseconds] of least)
        expect(microseconds, `${what}: microseconds of work`).to.be.above(
          (least.get('wrong password') ?? 0) / 2,
        );
    });
  });

  describe('a refresh token', () => {
    const opened = async () => (await logIn((await newUser()).email, PASSWORD, '?cookie=0')).body;

    it('is good once, and gives the next', async () => {
      let { refreshToken = '', accessToken } = await opened();
      for (let turn = 0; turn < 3; turn++) {
        const answer = await refreshed(refreshToken);
        expect(answer.status).to.equal(200);
        expect(answer.body.refreshToken).to.be.a('string').and.not.equal(refreshToken);
        expect(await isIn(accessToken), 'the access token before lives on').to.equal(true);
        ({ refreshToken = '', accessToken } = answer.body);
      }
      expect(await isIn(accessToken)).to.equal(true);
    });

    it('that comes again ends its whole session at once, and no other', async () => {
      const user = await newUser();
      const first = (await logIn(user.email, PASSWORD, '?cookie=0')).body;
      const second = (await refreshed(first.refreshToken ?? '')).body;
      expect(await isIn(second.accessToken)).to.equal(true);
      expect(codeOf(await refreshed(first.refreshToken ?? ''))).to.equal('401 session_ended');
      expect(await isIn(first.accessToken)).to.equal(false);
      expect(await isIn(second.accessToken)).to.equal(false);
      expect((await refreshed(second.refreshToken ?? '')).status).to.equal(401);
      expect(await isIn(user.token), 'another session of the same user').to.equal(true);
    });

    it('that comes several times at once lets one win, who stays', async () => {
      const { refreshToken = '' } = await opened();
      // The winner waits for a connection while the others come.
      const release = await holdConnections();
      const calls = Array.from({ length: 5 }, () => refreshed(refreshToken));
      const statuses: number[] = [];
      for (const call of calls) void call.then(answer => statuses.push(answer.status));
      await until('four have lost', () => statuses.length === 4);
      release();
      await expectOneWinner(await Promise.all(calls));
    });

    it('that comes to two processes at once lets one win, who stays', async () => {
      const { refreshToken = '' } = await opened();
      const other = await product.addProcess({ hasNoWorkers: true });
      const answers = await asTenant(acme.tenant, async session => {
        // The winner waits for the row while the other comes.
        await session.query('BEGIN');
        await session.query('SELECT FROM refresh_tokens FOR UPDATE');
        const calls = [product.url, other.url].map(url =>
          callApi<Session>(url, 'POST', '/auth/refresh?cookie=0', { refreshToken }),
        );
        const first = await Promise.race(calls);
        expect(first.status).to.equal(401);
        await session.query('COMMIT');
        return Promise.all(calls);
      });
      await expectOneWinner(answers);
    });

    async function expectOneWinner(answers: Answer<Session>[]): Promise<void> {
      const [won, ...others] = answers.filter(answer => answer.status === 200);
      expect(others).to.deep.equal([]);
      for (const answer of answers) expect(answer.status).to.be.oneOf([200, 401]);
      expect(await isIn(won?.body.accessToken ?? '')).to.equal(true);
      expect((await refreshed(won?.body.refreshToken ?? '')).status).to.equal(200);
    }
    /** Takes every connection that acme may have. */
    async function holdConnections(): Promise<() => void> {
      let release = () => {};
      const released = new Promise<void>(resolve => {
        release = resolve;
      });
      let taken = 0;
      const { tenants } = product.context;
      for (let turn = 0; turn < 8; turn++)
        void tenants.runOn(acme.tenant, () => {
          taken++;
          return released;
        });
      await until('all connections are taken', () => taken === 8);
      return release;
    }

    it('is refused when it is expired, unknown, foreign or none', async () => {
      const user = await newUser();
      await acme.query(`UPDATE refresh_tokens SET expires_at = now() WHERE user_id = $1`, [user.id]);
      const secret = user.refreshToken.split('.')[1];
      for (const token of [
        user.refreshToken,
        '',
        'x',
        '.',
        `${acme.tenant.id}.`,
        `${acme.tenant.id}.x`,
        `${product.globex.tenant.id}.${secret}`,
        `00000000-0000-0000-0000-000000000000.${secret}`,
        `${'-'.repeat(36)}.${secret}`,
        `${user.refreshToken}.x`,
        user.refreshToken.slice(0, -1),
      ])
        expect((await refreshed(token)).status, token).to.equal(401);
    });

    it('in the cookie counts for our own pages only', async () => {
      const { email } = await newUser();
      const door = await openDoor(product.context, {
        publicUrl: 'https://inbox.example',
        loginTriesPerMinute: 100,
      });
      let cookie = cookieOf(await logIn(email)).value;
      for (const [origin, isOwn] of [
        ['https://evil.example', false],
        ['null', false],
        ['https://inbox.example.evil.example', false],
        ['http://inbox.example', false],
        ['https://inbox.example', true],
        [door.url, true],
        [undefined, true],
      ] as const) {
        for (const path of isOwn ? ['refresh'] : ['refresh', 'logout']) {
          const headers = { cookie: `${COOKIE}=${cookie}`, ...(origin && { origin }) };
          const answer = await callApi(door.url, 'POST', `/auth/${path}`, undefined, undefined, headers);
          if (isOwn) expect(answer.status, origin).to.equal(200);
          else expect(codeOf(answer), origin).to.equal('403 foreign_origin');
          if (isOwn) cookie = cookieOf(answer).value;
        }
      }
      await door.close();
    });
  });

  describe('an end', () => {
    it('comes with signing out, for this session', async () => {
      const user = await newUser();
      const { accessToken, refreshToken = '' } = (await logIn(user.email, PASSWORD, '?cookie=0')).body;
      expect(await isIn(accessToken)).to.equal(true);
      const answer = await call('logout', undefined, { cookie: `${COOKIE}=${refreshToken}` });
      expect([answer.status, answer.body]).to.deep.equal([204, undefined]);
      expect(cookieOf(answer).value).to.equal('');
      expect(cookieOf(answer).flags).to.include.members(['Max-Age=0', 'Path=/api/v1/auth']);
      expect(await isIn(accessToken)).to.equal(false);
      expect((await refreshed(refreshToken)).status).to.equal(401);
      expect(await isIn(user.token)).to.equal(true);
      expect((await call('logout')).status, 'nobody to sign out').to.equal(204);
    });

    it('comes for all other sessions at once with a new password', async () => {
      const user = await newUser();
      const { body: mine } = await logIn(user.email, PASSWORD, '?cookie=0');
      expect([await isIn(user.token), await isIn(mine.accessToken)]).to.deep.equal([true, true]);
      const change = (currentPassword: string, newPassword: string) =>
        call('password?cookie=0', { currentPassword, newPassword }, {}, mine.accessToken);
      expect(codeOf(await change('wrong', 'another password'))).to.equal('403 wrong_password');
      expect(codeOf(await change(PASSWORD, 'short'))).to.equal('422 validation_failed');
      const { status, body } = await change(PASSWORD, 'another password');
      expect(status).to.equal(200);
      expect(await isIn(body.accessToken), 'the new session').to.equal(true);
      expect((await refreshed(body.refreshToken ?? '')).status).to.equal(200);
      expect([await isIn(user.token), await isIn(mine.accessToken)]).to.deep.equal([false, false]);
      expect((await refreshed(user.refreshToken)).status).to.equal(401);
      expect((await logIn(user.email)).status, 'the old password').to.equal(401);
      expect((await logIn(user.email, 'another password')).status).to.equal(200);
    });

    it('of two changes of the password at once leaves one, whose session lives', async () => {
      const user = await newUser();
      const tokens = [user.token, (await signIn(product.context, acme.tenant, user.id)).token];
      const answers = await Promise.all(
        tokens.map((token, turn) =>
          call('password', { currentPassword: PASSWORD, newPassword: `new password ${turn}` }, {}, token),
        ),
      );
      const won = answers.filter(answer => answer.status === 200);
      expect(won).to.have.lengthOf(1);
      expect(await isIn(won[0]?.body.accessToken ?? '')).to.equal(true);
    });

    for (const [what, change, ends] of [
      ['when a user is deactivated', { isActive: false }, true],
      ['when the role changes', { role: 'lead' }, true],
      ['not when the name changes', { name: 'Another Name' }, false],
      ['not when the role stays', { role: 'agent', isActive: true, teamIds: [1] }, false],
    ] as const)
      it(`comes at once ${what}`, async () => {
        const user = await newUser();
        expect(await isIn(user.token)).to.equal(true);
        expect((await patch(user.id, change)).status).to.equal(200);
        expect(await isIn(user.token)).to.equal(!ends);
        expect((await refreshed(user.refreshToken)).status).to.equal(ends ? 401 : 200);
        const isOut = 'isActive' in change && !change.isActive;
        expect((await logIn(user.email)).status).to.equal(isOut ? 401 : 200);
        if (!isOut) return;
        await patch(user.id, { isActive: true });
        expect(await isIn(user.token), 'what has ended stays ended').to.equal(false);
        expect((await logIn(user.email)).status).to.equal(200);
      });
  });

  describe('the last administrator', () => {
    const admins = async () => {
      const [row] = await acme.query<{ amount: number }>(
        `SELECT count(*)::int AS amount FROM users u JOIN roles r ON r.id = u.role_id WHERE r.name = 'admin' AND u.is_active`,
      );
      return row?.amount;
    };

    it('cannot be removed', async () => {
      expect(await admins()).to.equal(1);
      for (const change of [
        { isActive: false },
        { role: 'agent' },
        { role: 'lead', isActive: false, name: 'x' },
      ])
        expect(codeOf(await patch(1, change))).to.equal('409 last_admin');
      expect((await patch(1, { name: 'Ada Admin', role: 'admin', isActive: true })).status).to.equal(200);
      // One who is not active does not count.
      const other = await newUser({ role: 'admin' });
      await acme.query('UPDATE users SET is_active = false WHERE id = $1', [other.id]);
      expect(codeOf(await patch(1, { role: 'agent' }))).to.equal('409 last_admin');
      expect(await isIn(acme.token)).to.equal(true);
    });

    it('cannot be removed by two administrators who remove each other at once', async () => {
      for (let round = 0; round < 5; round++) {
        // Ada stands aside: the two are the only ones.
        const two = [await newUser({ role: 'admin' }), await newUser({ role: 'admin' })] as [
          TestUser,
          TestUser,
        ];
        await acme.query(
          `UPDATE users SET role_id = (SELECT id FROM roles WHERE name = 'lead') WHERE id = 1`,
        );
        const change = round % 2 ? { role: 'agent' } : { isActive: false };
        const answers = await Promise.all([
          patch(two[1].id, change, two[0].token),
          patch(two[0].id, change, two[1].token),
        ]);
        expect(answers.filter(answer => answer.status === 200)).to.have.lengthOf(1);
        expect(await admins()).to.equal(1);
        await acme.query(
          `UPDATE users SET role_id = (SELECT id FROM roles WHERE name = 'admin') WHERE id = 1`,
        );
        await acme.query('UPDATE users SET is_active = false WHERE id = ANY ($1)', [
          two.map(user => user.id),
        ]);
      }
    });
  });
});
