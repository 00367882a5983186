import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import { expect } from 'chai';
import { requireTenant } from '../../src/landlord/tenant-store.ts';
import {
  envelopeOf,
  inboundText,
  signWebhook,
  type WhatsAppEvent,
  type WhatsAppNumber,
} from '../../src/simulator/index.ts';
import { changeSuspension } from '../../src/tenancy/suspension.ts';
import { rowCounts } from '../support/database-content.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';

const SHARED_SECRET = 'the-secret-of-the-shared-app';
const SHARED_TOKEN = 'verify-the-shared-app';

describe('the door for webhooks', () => {
  let product: Product;
  let acme: ProductTenant;
  let globex: ProductTenant;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct({
      variables: { META_APP_SECRET: SHARED_SECRET, META_VERIFY_TOKEN: SHARED_TOKEN },
    });
    ({ acme, globex } = product);
  });
  after(() => product?.close());

  let last = 351_970_000_000;
  const text = (content: string): WhatsAppEvent => {
    last += 1;
    return inboundText({ waId: String(last), name: 'Rui' }, content);
  };
  const bodyOf = (number: WhatsAppNumber, ...contents: string[]) =>
    Buffer.from(JSON.stringify(envelopeOf(number, contents.map(text))));
  /** One envelope with the entries of several. */
  const together = (...bodies: Buffer[]) =>
    Buffer.from(
      JSON.stringify({
        object: 'whatsapp_business_account',
        entry: bodies.flatMap(body => JSON.parse(body.toString()).entry),
      }),
    );

  interface Reply {
    readonly status: number;
    readonly body: string;
  }
  /** A POST with exactly these headers, also the same one twice. */
  const post = (url: string, body: Buffer, headers: Readonly<Record<string, string | string[]>> = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const request = http.request(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': body.length },
      });
      request.on('response', response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  const signed = (secret: string, body: Buffer) => ({ 'x-hub-signature-256': signWebhook(secret, body) });
  const sharedUrl = () => `${product.url}/webhooks/whatsapp`;
  const codeOf = (reply: Reply): [number, string] => [reply.status, JSON.parse(reply.body).error.code];

  const everything = async () => ({
    acme: await rowCounts(acme),
    globex: await rowCounts(globex),
    spill: (await product.landlord.db.query('SELECT 1 FROM delivery_spill')).length,
  });
  const contents = async (tenant: ProductTenant) =>
    (await tenant.query<{ content: string }>('SELECT content FROM messages ORDER BY id')).map(
      row => row.content,
    );
  const deliveries = (tenant: ProductTenant) =>
    tenant.query<{ body: string; hash: string; state: string; error: string | null; key: string }>(
      `SELECT convert_from(body, 'UTF8') AS body, body_sha256 AS hash, state, error, delivery_key AS key
       FROM inbound_deliveries ORDER BY id`,
    );
  const counted = async (name: 'forged' | 'foreign' | 'accepted') => {
    const { values } = await product.context.metrics[name].get();
    return values.find(({ labels }) => labels.platform === 'whatsapp')?.value ?? 0;
  };

  describe('refuses, and keeps nothing of,', () => {
    const forgeries: readonly (readonly [
      string,
      (body: Buffer) => { body?: Buffer; headers: Record<string, string | string[]> },
    ])[] = [
      ['what is not signed', () => ({ headers: {} })],
      ['an empty signature', () => ({ headers: { 'x-hub-signature-256': '' } })],
      ['a wrong one', () => ({ headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } })],
      [
        'one that is too short',
        body => ({
          headers: { 'x-hub-signature-256': signWebhook(acme.account.appSecret, body).slice(0, -2) },
        }),
      ],
      [
        'one that is too long',
        body => ({ headers: { 'x-hub-signature-256': `${signWebhook(acme.account.appSecret, body)}00` } }),
      ],
      [
        'one without its name',
        body => ({ headers: { 'x-hub-signature-256': signWebhook(acme.account.appSecret, body).slice(7) } }),
      ],
      ['the secret itself', () => ({ headers: { 'x-hub-signature-256': acme.account.appSecret } })],
      [
        'SHA-1 only',
        body => ({
          headers: {
            'x-hub-signature': `sha1=${createHmac('sha1', acme.account.appSecret).update(body).digest('hex')}`,
          },
        }),
      ],
      [
        'SHA-1 under the name of SHA-256',
        body => ({
          headers: {
            'x-hub-signature-256': `sha256=${createHmac('sha1', acme.account.appSecret).update(body).digest('hex')}`,
          },
        }),
      ],
      ['one with an empty secret', body => ({ headers: signed('', body) })],
      [
        'two of them',
        body => {
          const signature = signWebhook(acme.account.appSecret, body);
          return { headers: { 'x-hub-signature-256': [signature, signature] } };
        },
      ],
      [
        'the same JSON in other bytes',
        body => ({
          body: Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1)),
          headers: signed(acme.account.appSecret, body),
        }),
      ],
      ["another tenant's signature", body => ({ headers: signed(globex.account.appSecret, body) })],
      ['the verify token as secret', body => ({ headers: signed('verify-acme', body) })],
    ];
    for (const [name, forge] of forgeries)
      it(name, async () => {
        const original = bodyOf(acme.account, 'forged');
        const { body = original, headers } = forge(original);
        const before = await everything();
        const forged = await counted('forged');
        expect(codeOf(await post(acme.account.webhookUrl, body, headers))).to.deep.equal([401, 'forged']);
        expect(codeOf(await post(sharedUrl(), body, headers))).to.deep.equal([401, 'forged']);
        expect(await everything()).to.deep.equal(before);
        expect(await counted('forged')).to.equal(forged + 2);
      });

    it('more than 4 MB, before the signature is looked at', async () => {
      const before = await everything();
      const body = Buffer.alloc(4 * 1024 * 1024 + 1, 'x');
      expect(
        codeOf(await post(acme.account.webhookUrl, body, signed(acme.account.appSecret, body))),
      ).to.deep.equal([413, 'too_large']);
      expect(await everything()).to.deep.equal(before);
    });

    it('addresses that lead nowhere', async () => {
      const body = bodyOf(acme.account, 'lost');
      const headers = signed(acme.account.appSecret, body);
      const token = acme.account.webhookUrl.split('/').at(-1);
      const before = await everything();
      for (const path of [
        '/webhooks/whatsapp/unknown',
        '/webhooks/whatsapp/%00',
        `/webhooks/telegram/${token}`,
        `/webhooks/api/${token}`,
        `/webhooks/widget/${acme.widget.widgetKey}`,
        `/webhooks/nonsense/${token}`,
        '/webhooks/nonsense',
      ])
        expect(codeOf(await post(`${product.url}${path}`, body, headers)), path).to.deep.equal([
          404,
          'unknown_webhook',
        ]);
      expect(await everything()).to.deep.equal(before);
    });

    it('everything at the shared address when there is no shared app', async () => {
      const other = await product.addProcess({ hasNoWorkers: true, settings: { metaAppSecret: undefined } });
      const body = bodyOf(acme.account, 'nobody');
      const reply = await post(`${other.url}/webhooks/whatsapp`, body, signed(SHARED_SECRET, body));
      expect(codeOf(reply)).to.deep.equal([503, 'no_shared_app']);
      await other.close();
    });
  });

  it('answers the handshake to whoever knows the token', async () => {
    const { provider } = product;
    const webhooks = provider.webhooks(acme.account.phoneNumberId);
    expect(await webhooks.subscribe('verify-acme')).to.equal(true);
    expect(await webhooks.subscribe('verify-globex')).to.equal(false);
    expect(await webhooks.subscribe('')).to.equal(false);
    const ask = async (url: string, query: string) => {
      const response = await fetch(`${url}?${query}`);
      return [response.status, await response.text()];
    };
    const challenge = (token: string, value = '4711') =>
      `hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=${value}`;
    expect(await ask(sharedUrl(), challenge(SHARED_TOKEN))).to.deep.equal([200, '4711']);
    expect(await ask(sharedUrl(), challenge('wrong'))).to.deep.equal([403, 'Forbidden']);
    expect(await ask(acme.account.webhookUrl, challenge('verify-acme', '<script>'))).to.deep.equal([
      403,
      'Forbidden',
    ]);
    expect((await ask(acme.account.webhookUrl, ''))[0]).to.equal(404);
  });

  it('takes a large one, and the same one twice as one', async () => {
    const words = 'x'.repeat(3_000_000);
    const body = bodyOf(acme.account, words);
    const headers = signed(acme.account.appSecret, body);
    expect((await post(acme.account.webhookUrl, body, headers)).status).to.equal(200);
    const before = (await deliveries(acme)).length;
    expect((await post(acme.account.webhookUrl, body, headers)).status).to.equal(200);
    await acme.applied();
    expect((await deliveries(acme)).length).to.equal(before);
    expect(await contents(acme)).to.deep.equal([words]);
    await acme.query('UPDATE messages SET content = NULL');
  });

  it('drops the parts about accounts that the credential does not own, and applies the rest', async () => {
    const body = together(
      bodyOf(acme.account, 'for acme'),
      bodyOf(globex.account, 'for globex, signed by acme'),
      bodyOf({ phoneNumberId: '999', businessAccountId: '998' }, 'for nobody'),
    );
    const before = await everything();
    const foreign = await counted('foreign');
    const reply = await post(acme.account.webhookUrl, body, signed(acme.account.appSecret, body));
    expect(reply.status).to.equal(200);
    await acme.applied();
    expect((await contents(acme)).at(-1)).to.equal('for acme');
    expect((await everything()).globex).to.deep.equal(before.globex);
    expect(await counted('foreign')).to.equal(foreign + 2);
    const stored = (await deliveries(acme)).at(-1);
    expect(stored?.body).to.contain('for acme').and.not.contain('for globex').and.not.contain('for nobody');
    expect(stored?.hash).to.equal(createHash('sha256').update(body).digest('hex'));
  });

  it('splits what names two tenants: each gets its own elements only', async () => {
    const body = together(
      bodyOf(acme.account, 'acme one'),
      bodyOf(globex.account, 'globex one', 'globex two'),
      bodyOf(acme.account, 'acme two'),
    );
    for (let times = 0; times < 2; times++)
      expect((await post(sharedUrl(), body, signed(SHARED_SECRET, body))).status).to.equal(200);
    await Promise.all([acme.applied(), globex.applied()]);
    expect((await contents(acme)).slice(-2)).to.deep.equal(['acme one', 'acme two']);
    expect(await contents(globex)).to.deep.equal(['globex one', 'globex two']);
    const [ofAcme, ofGlobex] = [(await deliveries(acme)).at(-1), (await deliveries(globex)).at(-1)];
    expect(ofAcme?.body).to.not.contain('globex').and.not.contain(globex.account.phoneNumberId);
    expect(ofGlobex?.body).to.not.contain('acme').and.not.contain(acme.account.phoneNumberId);
    expect(await deliveries(globex)).to.have.length(1);
    expect([ofAcme?.hash, ofGlobex?.hash]).to.deep.equal(
      Array(2).fill(createHash('sha256').update(body).digest('hex')),
    );
    // What only one tenant signed reaches nobody by the shared address.
    const own = bodyOf(acme.account, 'by its own secret');
    expect((await post(sharedUrl(), own, signed(acme.account.appSecret, own))).status).to.equal(401);
  });

  it('keeps what is signed but cannot be read, aside and in nobody’s way', async () => {
    const deep = `{"entry":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    const bodies = ['not JSON', '{"object":"whatsapp_business_account"}', '[]', '', deep].map(body =>
      Buffer.from(body),
    );
    for (const body of bodies)
      expect(
        (await post(acme.account.webhookUrl, body, signed(acme.account.appSecret, body))).status,
      ).to.equal(200);
    await acme.receive([text('behind the unreadable ones')]);
    const parked = (await deliveries(acme)).filter(delivery => delivery.state === 'parked');
    expect(parked.map(delivery => delivery.body)).to.have.members(bodies.map(String));
    for (const { error } of parked) expect(error).to.be.a('string').and.not.equal('');
    expect((await contents(acme)).at(-1)).to.equal('behind the unreadable ones');
  });

  it('takes in and keeps what comes for a suspended tenant, and applies it after the resumption', async () => {
    const { context } = product;
    const change = async (verb: 'suspend' | 'resume') => {
      await changeSuspension(context.landlord, await requireTenant(context.landlord.db, 'globex'), verb);
      context.tenants.directory.forget(globex.tenant.id);
    };
    await change('suspend');
    const body = bodyOf(globex.account, 'while suspended');
    const reply = await post(globex.account.webhookUrl, body, signed(globex.account.appSecret, body));
    expect(reply.status).to.equal(200);
    await product.process.visit(globex.tenant.id);
    expect((await deliveries(globex)).at(-1)?.state).to.equal('pending');
    expect(await contents(globex)).to.not.contain('while suspended');
    expect((await globex.http('GET', '/conversations')).status).to.equal(403);
    await change('resume');
    await globex.applied();
    expect((await contents(globex)).at(-1)).to.equal('while suspended');
  });
});
