import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { z } from 'zod';
import { errorBody, type Operation, operations } from '../../src/contract/index.ts';
import { signIn, visitorToken } from '../support/callers.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { inputOf, jsonSchema, type OwnThings, pathOf } from '../support/operation-cases.ts';
import { callApi, type Product, startProduct } from '../support/product.ts';
import { fillAcme } from '../support/two-inboxes.ts';

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

describe('what the API takes', function () {
  this.timeout(60_000);
  let product: Product;
  let own: OwnThings;
  let tokens: { user: string; visitor: string };

  before(async () => {
    product = await startProduct({ hasNoWorkers: true, variables: { OUTBOUND_ALLOW: '127.0.0.1:*' } });
    const { context, acme } = product;
    const visitorId = 'visitor-of-the-shapes';
    own = await fillAcme(product, visitorId);
    const [alma] = await acme.query<{ id: number }>('SELECT id FROM users WHERE email = $1', [own.email]);
    tokens = {
      user: (await signIn(context, acme.tenant, alma?.id ?? 0)).token,
      visitor: await visitorToken(context, acme, visitorId),
    };
  });
  after(() => product?.close());

  const tokenOf = ({ access }: Operation) =>
    access === 'public' ? undefined : access === 'visitor' ? tokens.visitor : tokens.user;
  const withBody = operations.filter(operation => !(operation.body instanceof z.ZodUndefined));
  const fieldsOf = (operation: Operation) =>
    Object.keys(jsonSchema(operation.body, 'input').properties ?? {});
  const send = (operation: Operation, body: unknown) =>
    callApi(
      product.url,
      operation.method.toUpperCase(),
      pathOf(operation, inputOf(operation, own)),
      body,
      tokenOf(operation),
    );

  async function raw(
    method: string,
    path: string,
    init: RequestInit = {},
    token = tokens.user,
  ): Promise<Reply> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(`${product.url}${path}`, { method, ...init, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  /** The one form of every error, with the id that is also in the header. */
  function expectError(reply: Reply, status: number, code?: string): void {
    expect(reply.status, reply.text).to.equal(status);
    const { error } = errorBody.strict().parse(JSON.parse(reply.text));
    expect(error.requestId)
      .to.equal(reply.headers.get('x-request-id'))
      .and.match(/^[0-9a-f-]{36}$/);
    expect(error.message).to.match(/\S/);
    if (code) expect(error.code).to.equal(code);
  }

  describe('a field that nobody named', () => {
    it('is refused in every body, whatever column it would like to be', async () => {
      const { acme, globex } = product;
      const columns = await acme.query<{ name: string }>(
        `SELECT DISTINCT column_name AS name FROM information_schema.columns WHERE table_schema = 'public'`,
      );
      const snake = columns.map(column => column.name);
      const camel = snake.map(name => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
      const before = await Promise.all([fingerprint(acme), fingerprint(globex)]);
      for (const operation of withBody) {
        const known = fieldsOf(operation);
        const names = [
          ...new Set([...snake, ...camel, 'tenant_id', 'tenantId', 'isAdmin', 'permissions', '$where']),
        ].filter(name => !known.includes(name));
        const body = inputOf(operation, own).body as object;
        const answer = await send(operation, {
          ...body,
          ...Object.fromEntries(names.map(name => [name, 1])),
        });
        expect(answer.status, operation.id).to.equal(422);
        for (const name of names) expect(answer.body.error.message, operation.id).to.contain(`"${name}"`);
      }
      expect(await Promise.all([fingerprint(acme), fingerprint(globex)])).to.deep.equal(before);
    });

    it('is refused when it is the prototype or a part of it', async () => {
      const before = await fingerprint(product.acme);
      for (const operation of withBody)
        for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
          const evil = JSON.parse(`{"${name}":{"isAdmin":true,"priority":"urgent"}}`);
          const answer = await send(operation, { ...(inputOf(operation, own).body as object), ...evil });
          expect(answer.status, `${operation.id} ${name}`).to.equal(422);
          expect(({} as Record<string, unknown>).isAdmin).to.equal(undefined);
        }
      expect(await fingerprint(product.acme)).to.deep.equal(before);
    });

    it('is refused deeper in', async () => {
      const settings = JSON.parse('{"__proto__":{"allowedDomains":["*"]}}');
      for (const body of [
        { platform: 'widget', name: 'Evil', settings },
        { platform: 'widget', name: 'Evil', settings: { allowedDomains: ['*'], constructor: 1 } },
        { platform: 'api', name: 'Evil', settings: { is_active: false } },
      ])
        expect((await product.acme.http('POST', '/channels', body)).status).to.equal(422);
      const template = { name: 'order_update', language: 'en', components: [] };
      const path = `/conversations/${own.ids.conversation}/messages`;
      expect((await product.acme.http('POST', path, { type: 'template', template })).status).to.equal(422);
    });

    it('is refused in every query and where no body is taken', async () => {
      for (const operation of operations) {
        const input = inputOf(operation, own);
        const path = pathOf(operation, { ...input, query: { ...input.query, page: 1 } });
        const method = operation.method.toUpperCase();
        expect(
          (await callApi(product.url, method, path, input.body, tokenOf(operation))).status,
          path,
        ).to.equal(422);
      }
      const nothing = operations.filter(
        operation => !withBody.includes(operation) && operation.method !== 'get',
      );
      expect(nothing.map(operation => operation.id)).to.include('retryMessage');
      for (const operation of nothing)
        expect((await send(operation, { x: 1 })).status, operation.id).to.equal(422);
    });
  });

  describe('a value of the wrong kind', () => {
    const odd: readonly unknown[] = [
      null,
      true,
      0,
      -1,
      1.5,
      2 ** 53,
      1e300,
      '',
      ' ',
      '9999999999999999999',
      '2026-13-45T99:99:99Z',
      '0000-00-00T00:00:00Z',
      [],
      [null],
      [[[]]],
      {},
      { a: { b: {} } },
    ];
    const unstorable = ['nul \0 inside', 'half \ud83d of a pair', '\udc00'];

    for (const operation of withBody)
      it(`does not upset ${operation.id}`, async () => {
        const body = { ...(inputOf(operation, own).body as object) } as Record<string, unknown>;
        // A password that is taken would end the session that asks.
        if ('currentPassword' in body) body.currentPassword = 'not the one';
        const fields = fieldsOf(operation);
        const large = fields.slice(0, 1).map(field => [field, 'x'.repeat(200_000)] as const);
        const values = fields.flatMap(field => odd.map(value => [field, value] as const));
        await Promise.all(
          [...large, ...values].map(async ([field, value]) => {
            const { status } = await send(operation, { ...body, [field]: value });
            expect(status, `${field} = ${JSON.stringify(value).slice(0, 40)}`).to.be.below(500);
          }),
        );
        for (const field of fields)
          for (const value of unstorable) {
            const { status } = await send(operation, { ...body, [field]: value });
            expect(status, `${field} = ${JSON.stringify(value)}`).to.equal(422);
          }
        for (const whole of [[], [body], [1]]) {
          const { status } = await send(operation, whole);
          expect(status, JSON.stringify(whole).slice(0, 40)).to.equal(422);
        }
      });

    it('does not upset any query', async () => {
      const texts = [
        '',
        'x',
        '0',
        '-1',
        '1.5',
        '9999999999999999999',
        '1e999',
        'NaN',
        '[]',
        '{}',
        '\0',
        'a\0b',
        "'; --",
        '%',
        '\\',
      ];
      for (const operation of operations.filter(({ method }) => method === 'get'))
        for (const name of Object.keys(operation.query.shape)) {
          const path = pathOf(operation, { ...inputOf(operation, own), query: {} });
          const queries = texts.map(text => `${name}=${encodeURIComponent(text)}`);
          for (const query of [
            ...queries,
            `${name}=1&${name}=2`,
            `${name}[]=1`,
            `${name}[a]=1`,
            `${name}=%ED%A0%80`,
          ]) {
            const { status } = await callApi(
              product.url,
              'GET',
              `${path}?${query}`,
              undefined,
              tokenOf(operation),
            );
            expect(status, `${path}?${query}`).to.be.oneOf([200, 404, 422]);
            if (query.includes('%00')) expect(status, `${path}?${query}`).to.equal(422);
          }
        }
    });

    it('is the id of nothing in a path', async () => {
      const before = await fingerprint(product.acme);
      for (const operation of operations.filter(({ path }) => path.includes(':id')))
        for (const id of [
          '0',
          '-1',
          '1.5',
          '9999999999999999999',
          'abc',
          '%00',
          '1%2f2',
          '1;2',
          '%F0%9F%98%80',
          'null',
          '1e400',
        ]) {
          const input = inputOf(operation, own);
          const path = operation.path.replace(':id', id);
          const answer = await callApi(
            product.url,
            operation.method.toUpperCase(),
            path,
            input.body,
            tokenOf(operation),
          );
          expect([answer.status, answer.body.error.code], path).to.deep.equal([404, 'not_found']);
        }
      expect(await fingerprint(product.acme)).to.deep.equal(before);
    });
  });

  describe('a body that cannot be read', () => {
    const path = '/api/v1/tags';
    const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
      raw('POST', path, { body: body as NonNullable<RequestInit['body']>, headers });

    for (const [what, text] of [
      ['cut off', '{"name":"a'],
      ['no JSON', 'name=a'],
      ['JSON with a comment', '{"name":"a"} // x'],
      ['a text', '"name"'],
      ['a number', '1'],
      ['NaN', '{"name":NaN}'],
    ] as const)
      it(`is answered 400 when it is ${what}`, async () => expectError(await post(text), 400, 'unreadable'));

    it('is answered 413 when it is too large, packed or not', async () => {
      const large = JSON.stringify({ name: 'x'.repeat(1_000_000) });
      expectError(await post(large), 413, 'too_large');
      expectError(await post(gzipSync(large), { 'content-encoding': 'gzip' }), 413, 'too_large');
    });

    it('is answered as well when its type or its packing is unknown', async () => {
      const good = '{"name":"a"}';
      expectError(await post(good, { 'content-type': 'text/plain' }), 422);
      expectError(await post('name=a', { 'content-type': 'application/x-www-form-urlencoded' }), 422);
      expectError(
        await post(good, { 'content-type': 'application/json; charset=klingon' }),
        415,
        'bad_request',
      );
      expectError(await post(good, { 'content-encoding': 'rot13' }), 415, 'bad_request');
      expectError(await post(good, { 'content-encoding': 'gzip' }), 400, 'bad_request');
    });

    it('may be as deep as it likes', async () => {
      const deep = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
      expectError(await post(deep('[', ']', 100_000)), 422);
      expectError(await post(`{"name":${deep('{"a":[', ']}', 20_000)}}`), 422);
      for (const settings of [
        `{"a":${deep('[', ']', 100_000)}}`,
        deep('{"a":', '}', 20_000).replace('}', '1}'),
      ]) {
        const body = `{"platform":"api","name":"Deep","settings":${settings}}`;
        expectError(await raw('POST', '/api/v1/channels', { body }), 422);
      }
    });
  });

  describe('an error', () => {
    it('has one form for routes that are not there', async () => {
      for (const [method, path] of [
        ['GET', '/api/v1/nothing'],
        ['DELETE', '/api/v1/conversations'],
        ['PUT', '/api/v1/auth/me'],
        ['GET', '/api/v1'],
        ['GET', '/api/v1/conversations/1/nothing'],
      ] as const)
        expectError(await raw(method, path), 404, 'unknown_route');
      expectError(await raw('GET', '/api/v2/conversations'), 404);
      expectError(await raw('POST', '/nothing'), 404);
      expectError(await raw('GET', '/api/v1/conversations/%ZZ'), 400, 'bad_request');
    });

    it('has one form for every refusal, and never shows what broke inside', async () => {
      const replies: [Reply, number, string][] = [
        [await raw('GET', '/api/v1/auth/me', {}, 'x'), 401, 'invalid_token'],
        [await raw('GET', '/api/v1/auth/me', {}, tokens.visitor), 403, 'forbidden'],
        [await raw('GET', '/api/v1/conversations/999999'), 404, 'not_found'],
        [await raw('GET', '/api/v1/conversations?limit=0'), 422, 'validation_failed'],
        [await raw('GET', '/api/v1/conversations?cursor=x'), 422, 'validation_failed'],
        [
          await raw('POST', '/api/v1/tags', { body: JSON.stringify({ name: `one ACME-ONLY` }) }),
          409,
          'tag_exists',
        ],
      ];
      for (const [reply, status, code] of replies) {
        expectError(reply, status, code);
        expect(reply.text).to.not.match(/postgres|sql|select |stack|\.ts|node_modules/i);
      }
      expect(replies[0]?.[0].headers.get('www-authenticate')).to.equal('Bearer');
    });
  });
});
