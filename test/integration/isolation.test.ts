import { expect } from 'chai';
import {
  builtInRoles,
  changePassword,
  type login,
  type me,
  type Operation,
  operations,
  permissions,
  type ResponseOf,
} from '../../src/contract/index.ts';
import { addKey, addUser } from '../support/callers.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type Input, idParametersOf, inputOf, pathOf, withId } from '../support/operation-cases.ts';
import { type Answer, callApi, type Product, startProduct } from '../support/product.ts';
import { FOREIGN_MARK, fillTwoInboxes, OWN_MARK, type TwoInboxes } from '../support/two-inboxes.ts';

/** What some answer may hold. */
interface Anything {
  readonly error?: { readonly code: string };
  readonly items?: readonly unknown[];
}

describe('isolation of tenants', function () {
  this.timeout(60_000);
  let product: Product;
  let inboxes: TwoInboxes;
  let fullKey: string;

  before(async () => {
    // Nothing works on its own here: whatever is written was written by a call.
    product = await startProduct({
      hasNoWorkers: true,
      variables: { OUTBOUND_ALLOW: '127.0.0.1:*' },
      pictureAllow: ['127.0.0.1:*'],
    });
    inboxes = await fillTwoInboxes(product);
    fullKey = (await addKey(product.context, product.acme, permissions)).key;
  });
  after(() => product?.close());

  /** Calls an operation of acme and looks through every byte of the answer for something of globex. */
  async function call(
    operation: Operation,
    input: Required<Input>,
    token?: string,
  ): Promise<Answer<Anything>> {
    const path = pathOf(operation, input);
    const answer = await callApi<Anything>(
      product.url,
      operation.method.toUpperCase(),
      path,
      input.body,
      token,
    );
    const bytes = JSON.stringify([...answer.headers]) + JSON.stringify(answer.body ?? '');
    expect(bytes, `${operation.method} ${path}`).to.not.match(new RegExp(`${FOREIGN_MARK}|globex`, 'i'));
    return answer;
  }
  const ownInput = (operation: Operation) => inputOf(operation, inboxes.own);
  /** The credential that is right for an operation. */
  const rightToken = ({ access }: Operation) =>
    access === 'public' ? undefined : access === 'visitor' ? inboxes.visitor : product.acme.token;
  const prints = () => Promise.all([fingerprint(product.acme), fingerprint(product.globex)]);

  describe('an id of another tenant', () => {
    let atFirst: Awaited<ReturnType<typeof prints>> | undefined;
    before(async () => {
      atFirst = await prints();
    });

    for (const operation of operations)
      it(`is nothing to ${operation.id}`, async () => {
        for (const parameter of idParametersOf(operation)) {
          const input = withId(ownInput(operation), parameter, inboxes.foreign[parameter.kind]);
          const where = `${operation.id} with a foreign ${parameter.name} in its ${parameter.place}`;
          const { status, body } = await call(operation, input, rightToken(operation));
          if (parameter.place === 'query') {
            expect(status, where).to.equal(200);
            expect(body.items, where).to.deep.equal([]);
          } else expect(status, where).to.be.oneOf([404, 422]);
        }
        expect(await prints()).to.deep.equal(atFirst);
      });

    it('is nothing to a visitor, whose own id is the same there', async () => {
      const { own, foreign, visitor, foreignVisitor } = inboxes;
      const path = (chat: unknown) => `/external/chat/${chat}/messages`;
      for (const [chat, token] of [
        [foreign.chat, visitor],
        [own.ids.chat, foreignVisitor],
      ] as const) {
        expect((await product.http('GET', path(chat), undefined, token)).status).to.equal(404);
        expect((await product.http('POST', path(chat), { content: 'Hi' }, token)).status).to.equal(404);
      }
      const chat = await product.http<Anything>('GET', path(own.ids.chat), undefined, visitor);
      expect(chat.body.items).to.have.lengthOf(1);
    });
  });

  describe('a credential', () => {
    const guarded = operations.filter(operation => operation.access !== 'public');
    /** Nobody's right to begin with: refused by its own rule. */
    const refusals: Readonly<Record<string, readonly [Input, number]>> = {
      login: [{ body: { tenant: 'acme', email: 'nobody@acme.test', password: 'x' } }, 401],
      refresh: [{ body: { refreshToken: 'x' } }, 401],
      logout: [{}, 204],
      getAttachment: [{ query: { token: 'x' } }, 404],
      getMessagePicture: [{ query: { url: 'https://elsewhere.example/', token: 'x' } }, 404],
      initVisitor: [{ body: { apiKey: 'x', sessionId: 'session-of-a-visitor' } }, 401],
    };

    it('is asked for by every operation', async () => {
      const before = await prints();
      for (const operation of guarded)
        for (const token of [undefined, 'x', 'ck_x', 'a.b.c'])
          expect((await call(operation, ownInput(operation), token)).status, operation.id).to.equal(401);
      for (const operation of operations.filter(({ access }) => access === 'public')) {
        const [input, status] = refusals[operation.id] ?? [{}, 401];
        const answer = await call(operation, { ...ownInput(operation), ...input });
        expect(answer.status, operation.id).to.equal(status);
      }
      expect(await prints()).to.deep.equal(before);
    });

    it('of the wrong kind opens nothing', async () => {
      const before = await prints();
      for (const operation of guarded) {
        const wrong = {
          visitor: [product.acme.token, fullKey],
          user: [inboxes.visitor, fullKey],
        }[operation.access as string] ?? [inboxes.visitor];
        for (const token of wrong)
          expect((await call(operation, ownInput(operation), token)).status, operation.id).to.equal(403);
      }
      expect(await prints()).to.deep.equal(before);
    });

    for (const permission of permissions)
      it(`without ${permission} does nothing that needs it`, async () => {
        const others = permissions.filter(other => other !== permission);
        const { key } = await addKey(product.context, product.acme, others);
        const before = await prints();
        const needing = operations.filter(operation => operation.access === permission);
        expect(needing).to.not.be.empty;
        for (const operation of needing) {
          const { status, body } = await call(operation, ownInput(operation), key);
          expect([status, body.error?.code], operation.id).to.deep.equal([403, 'missing_permission']);
        }
        expect(await prints()).to.deep.equal(before);
      });

    it('of a role opens what the role may do and nothing else', async () => {
      for (const role of ['agent', 'lead', 'admin'] as const) {
        const { token } = await addUser(product.context, product.acme, `Rita ${role}`, { role });
        for (const operation of guarded) {
          if (operation.access === 'visitor' || operation.access === 'user') continue;
          // No body is right: nothing happens where the door stands open.
          const input = { ...ownInput(operation), params: { id: 999_999 }, body: ['nothing'] };
          const mayEnter = (builtInRoles[role] as readonly string[]).includes(operation.access);
          const { status } = await call(
            operation,
            operation.method === 'get' ? { ...input, body: undefined } : input,
            token,
          );
          if (mayEnter) expect(status, `${role} ${operation.id}`).to.be.oneOf([200, 404, 422]);
          else expect(status, `${role} ${operation.id}`).to.equal(403);
        }
      }
    });
  });

  describe('a mix-up', () => {
    it('does not come of asking for the same ids in both tenants at once', async () => {
      const { acme, globex } = product;
      const reads = operations.filter(
        ({ method, access }) => method === 'get' && access !== 'visitor' && access !== 'public',
      );
      const ids = Object.fromEntries(Object.keys(inboxes.own.ids).map(kind => [kind, 1]));
      const input = (operation: Operation) =>
        inputOf(operation, { ...inboxes.own, ids: ids as unknown as TwoInboxes['foreign'] });
      const ask = async (operation: Operation, token: string, otherMark: string) => {
        const { status, body } = await callApi(
          product.url,
          'GET',
          pathOf(operation, input(operation)),
          undefined,
          token,
        );
        expect(status, operation.id).to.equal(200);
        expect(JSON.stringify(body), operation.id).to.not.contain(otherMark);
        return JSON.stringify(body);
      };
      let marks = 0;
      for (let round = 0; round < 4; round++) {
        const answers = await Promise.all(
          reads.flatMap(operation => [
            ask(operation, acme.token, FOREIGN_MARK),
            ask(operation, globex.token, OWN_MARK),
          ]),
        );
        marks += answers.filter(answer => answer.includes(OWN_MARK) || answer.includes(FOREIGN_MARK)).length;
      }
      expect(marks).to.be.above(50);
    });

    it('does not come of what else a request says of a tenant', async () => {
      const { acme, globex } = product;
      const headers = {
        'x-tenant': 'globex',
        'x-tenant-id': globex.tenant.id,
        'x-forwarded-host': 'globex.test',
      };
      const answer = await callApi<ResponseOf<typeof me>>(
        product.url,
        'GET',
        '/auth/me',
        undefined,
        acme.token,
        headers,
      );
      expect(answer.body.tenant.id).to.equal(acme.tenant.id);
      for (const name of ['tenant', 'tenantId', 'tenant_id', 'slug'])
        expect((await acme.http('GET', `/conversations?${name}=globex`)).status, name).to.equal(422);
    });
  });

  // What all the refusals above are worth: with ids of one's own the same calls succeed. These change things.
  describe('an id of one’s own', () => {
    let atFirst: Awaited<ReturnType<typeof fingerprint>> | undefined;
    before(async () => {
      atFirst = await fingerprint(product.globex);
    });

    const others = operations.filter(operation => operation.id !== 'changePassword');
    for (const operation of [...others, changePassword])
      it(`is good for ${operation.id}`, async () => {
        const token = operation.id === 'changePassword' ? await tokenOfAlma() : rightToken(operation);
        const answer = await call(operation, ownInput(operation), token);
        expect(answer.status, JSON.stringify(answer.body)).to.equal(operation.status);
        expect(await fingerprint(product.globex)).to.deep.equal(atFirst);
      });

    async function tokenOfAlma(): Promise<string> {
      const { email, password } = inboxes.own;
      const { body } = await product.http<ResponseOf<typeof login>>('POST', '/auth/login', {
        tenant: 'acme',
        email,
        password,
      });
      return body.accessToken;
    }
  });

  describe('a suspended tenant', () => {
    it('finds every door shut', async () => {
      const { context, landlord, acme } = product;
      await landlord.db.query(`UPDATE tenants SET status = 'suspended' WHERE id = $1`, [acme.tenant.id]);
      context.tenants.directory.forget(acme.tenant.id);
      const other = await product.addProcess({ hasNoWorkers: true });
      const before = await prints();
      for (const operation of operations) {
        const input = ownInput(operation);
        const tokens =
          operation.access === 'public'
            ? [undefined]
            : operation.access === 'visitor'
              ? [inboxes.visitor]
              : [acme.token, fullKey];
        for (const token of tokens) {
          const answer = await callApi<Anything>(
            other.url,
            operation.method.toUpperCase(),
            pathOf(operation, input),
            operation.id === 'login'
              ? { ...(input.body as object), password: `${inboxes.own.password} anew` }
              : input.body,
            token,
          );
          if (operation.id === 'logout') expect(answer.status).to.equal(204);
          else
            expect([answer.status, answer.body.error?.code], operation.id).to.deep.equal([
              403,
              'tenant_suspended',
            ]);
        }
      }
      expect(await prints()).to.deep.equal(before);
    });
  });
});
