import { request } from 'node:http';
import { expect } from 'chai';
import type { ErrorBody } from '../../src/contract/index.ts';
import { hashPassword } from '../../src/features/users/index.ts';
import { type ApiDoor, openDoor } from '../support/api-door.ts';
import { addKey, addUser } from '../support/callers.ts';
import { type Answer, callApi, type Product, type ProductTenant, startProduct } from '../support/product.ts';

const PASSWORD = 'correct horse battery';

describe('limits and names at the door', function () {
  this.timeout(30_000);
  let product: Product;
  let acme: ProductTenant;
  let passwordHash: string;
  /** With the limits that the product has by itself. */
  let door: ApiDoor;

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    acme = product.acme;
    passwordHash = await hashPassword(PASSWORD);
    door = await openDoor(product.context);
  });
  after(async () => {
    await door?.close();
    await product?.close();
  });

  let people = 0;
  const newUser = () => addUser(product.context, acme, `Person ${++people}`, { passwordHash });
  const codeOf = ({ status, body }: Answer<unknown>) => `${status} ${(body as ErrorBody).error.code}`;

  describe('trying too often', () => {
    const attempt = (body: object, headers = {}) =>
      callApi(door.url, 'POST', '/auth/login', { tenant: 'acme', ...body }, undefined, headers);

    it('is stopped after ten tries a minute, also with the right password', async () => {
      const [user, other] = [await newUser(), await newUser()];
      for (let turn = 0; turn < 10; turn++)
        expect((await attempt({ email: user.email, password: `wrong ${turn}` })).status).to.equal(401);
      const stopped = await attempt({ email: user.email, password: PASSWORD });
      expect(codeOf(stopped)).to.equal('429 too_many_requests');
      expect(Number(stopped.headers.get('retry-after'))).to.be.within(1, 60);
      // The same account in other letters is the same account; another account is not concerned.
      expect((await attempt({ email: user.email.toUpperCase(), password: PASSWORD })).status).to.equal(429);
      expect((await attempt({ email: other.email, password: PASSWORD })).status).to.equal(200);
      // Another process counts with the first.
      const second = await openDoor(product.context);
      const body = { tenant: 'acme', email: user.email, password: PASSWORD };
      expect((await callApi(second.url, 'POST', '/auth/login', body)).status).to.equal(429);
      await second.close();
    });

    it('is stopped whatever the sender says of the address', async () => {
      const { email } = await newUser();
      const names =
        'x-forwarded-for x-real-ip x-client-ip cf-connecting-ip true-client-ip x-cluster-client-ip forwarded-for via x-forwarded'.split(
          ' ',
        );
      const forged: Record<string, string>[] = [...names, ...names].map((name, turn) => ({
        [name]: `203.0.113.${turn}`,
      }));
      forged.push({ forwarded: 'for=203.0.113.99;proto=https' }, { 'x-forwarded-host': 'elsewhere.test' });
      const statuses: number[] = [];
      for (const headers of forged)
        statuses.push((await attempt({ email, password: 'wrong' }, headers)).status);
      expect(forged).to.have.lengthOf(20);
      expect(statuses.slice(0, 10)).to.deep.equal(Array(10).fill(401));
      expect(statuses.slice(10)).to.deep.equal(Array(10).fill(429));
    });

    it('is stopped for one address, whatever the accounts; behind a proxy by what the proxy has seen', async () => {
      const { context } = product;
      const behind = await openDoor(
        { ...context, config: { ...context.config, trustedProxies: 1 } },
        { loginTriesPerMinute: 1 },
      );
      const from = async (addresses: string, turn: number) => {
        const body = { tenant: 'acme', email: `nobody-${turn}@acme.example`, password: 'wrong' };
        const headers = { 'x-forwarded-for': addresses };
        return (await callApi(behind.url, 'POST', '/auth/login', body, undefined, headers)).status;
      };
      const statuses: number[] = [];
      for (let turn = 0; turn < 11; turn++) statuses.push(await from('203.0.113.7', turn));
      expect(statuses).to.deep.equal([...Array(10).fill(401), 429]);
      expect(await from('198.51.100.9, 203.0.113.7', 11), 'what the caller put before it').to.equal(429);
      expect(await from('203.0.113.8', 12), 'somebody else').to.equal(401);
      await behind.close();
    });

    it('keeps no addresses and no names in the counter', async () => {
      const rows = await product.landlord.db.query<{ key: string }>('SELECT key FROM rate_limits');
      expect(rows).to.not.be.empty;
      for (const { key } of rows)
        expect(key)
          .to.match(/:[0-9a-f]{64}$/)
          .and.not.contain('@');
    });

    it('is stopped for changes of the password, too', async () => {
      const { token } = await newUser();
      const body = { currentPassword: 'wrong', newPassword: 'something longer' };
      const statuses: number[] = [];
      for (let turn = 0; turn < 11; turn++)
        statuses.push((await callApi(door.url, 'POST', '/auth/password', body, token)).status);
      expect(statuses).to.deep.equal([...Array(10).fill(403), 429]);
    });
  });

  describe('asking too often', () => {
    const ask = (token: string) => callApi(door.url, 'GET', '/tags', undefined, token);

    it('is stopped at fifty a second for each credential', async () => {
      const [user, other] = [await newUser(), await newUser()];
      const { key } = await addKey(product.context, acme, ['conversations:read']);
      for (const token of [user.token, key]) {
        // However slow the machine: the counter begins anew each second at most.
        const startedAt = performance.now();
        const answers = await Promise.all(Array.from({ length: 150 }, () => ask(token)));
        const seconds = Math.ceil((performance.now() - startedAt) / 1000);
        const taken = answers.filter(answer => answer.status === 200).length;
        expect(taken).to.be.within(50, 50 * (seconds + 1));
        for (const answer of answers.filter(({ status }) => status !== 200)) {
          expect(codeOf(answer)).to.equal('429 too_many_requests');
          expect(answer.headers.get('retry-after')).to.equal('1');
        }
        if (seconds === 1) expect(taken).to.be.below(150);
      }
      expect((await ask(other.token)).status, 'another user of the same tenant').to.equal(200);
      expect((await ask(product.globex.token)).status).to.equal(200);
    });
  });

  describe('a host name', () => {
    before(() =>
      product.landlord.db.query(
        `INSERT INTO tenant_domains (domain, tenant_id) VALUES ('help.acme.test', $1), ('help.globex.test', $2)`,
        [acme.tenant.id, product.globex.tenant.id],
      ),
    );

    /** `fetch` does not let one choose the Host. */
    function logIn(url: string, host: string, body: object, headers: Record<string, string> = {}) {
      return new Promise<number | undefined>((resolve, reject) => {
        const call = request(`${url}/api/v1/auth/login?cookie=0`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', host, ...headers },
        });
        call.once('error', reject).once('response', response => {
          response.resume();
          resolve(response.statusCode);
        });
        call.end(JSON.stringify(body));
      });
    }

    it('names the tenant where nothing else does', async () => {
      const { email } = await newUser();
      const body = { email, password: PASSWORD };
      for (const host of ['help.acme.test', 'HELP.Acme.Test', 'help.acme.test:8443'])
        expect(await logIn(product.url, host, body), host).to.equal(200);
      for (const host of [
        'help.globex.test',
        'acme.test',
        'x.help.acme.test',
        'help.acme.test.evil.test',
        '127.0.0.1',
      ])
        expect(await logIn(product.url, host, body), host).to.equal(401);
      expect(
        await logIn(product.url, 'help.globex.test', { ...body, tenant: 'acme' }),
        'what is said counts first',
      ).to.equal(200);
      expect(await logIn(product.url, '127.0.0.1', body, { 'x-forwarded-host': 'help.acme.test' })).to.equal(
        401,
      );
    });

    it('does not give more tries: they are counted by tenant, however it is called', async () => {
      const body = { email: (await newUser()).email, password: 'wrong' };
      const statuses: unknown[] = [];
      for (let turn = 0; turn < 6; turn++) {
        statuses.push(await logIn(door.url, turn % 2 ? 'help.acme.test' : 'HELP.ACME.TEST', body));
        statuses.push(await logIn(door.url, '127.0.0.1', { ...body, tenant: 'acme' }));
      }
      expect(statuses).to.deep.equal([...Array(10).fill(401), 429, 429]);
    });
  });
});
