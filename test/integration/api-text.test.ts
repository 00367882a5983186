import { expect } from 'chai';
import type { Conversation, Customer, Message, Note, Tag, User } from '../../src/contract/index.ts';
import { inboundText } from '../../src/simulator/index.ts';
import { callApi, type Product, type ProductTenant, startProduct } from '../support/product.ts';

const texts: Readonly<Record<string, string>> = {
  'a script': `<script>alert(document.cookie)</script>`,
  'an attribute': `"><img src=x onerror="fetch('//evil.example')">`,
  entities: '&lt;b&gt; &amp;amp; &#x27; %3Cb%3E \\u003cb\\u003e',
  'SQL and templates': `'; DROP TABLE users; -- {{7*7}} \${7*7} <%= 7 %> $1 %s`,
  'a formula': `=HYPERLINK("https://evil.example";"click") @SUM(1) +1 -1`,
  'directions that are turned': '\u202egnp.exe\u202c \u2066inner\u2069 \u200eabc\u200f',
  'characters without a width': 'a\u200bb\u200cc\ufeffd\u2060e\u00ad',
  'marks upon marks': `Z${'\u0351\u0343'.repeat(60)}algo`,
  'a very long word': 'Donaudampfschiff'.repeat(200),
  'many scripts': 'مرحبا שלום 你好 नमस्ते 👩‍👩‍👧‍👦 🇵🇹 ﷽ 𝒳 \u{10ffff}',
  'line ends': 'one\r\ntwo\rthree\u2028four\u2029five\tsix',
  'control characters': 'bell \u0007 escape \u001b[31m delete \u007f next \u0085',
  JSON: '{"a":[1,"</script>"]} \\ \\n \\u0000',
};

describe('text and headers', function () {
  this.timeout(30_000);
  let product: Product;
  let acme: ProductTenant;

  before(async () => {
    product = await startProduct();
    acme = product.acme;
  });
  after(() => product?.close());

  let customers = 351_940_000_000;
  /** A customer who is called so and writes so. */
  async function arrived(name: string, text: string): Promise<Conversation> {
    await acme.receive([inboundText({ waId: String(++customers), name }, text)]);
    const [row] = await acme.query<{ id: number }>('SELECT max(id) AS id FROM conversations');
    return (await acme.http<Conversation>('GET', `/conversations/${row?.id}`)).body;
  }

  for (const [what, text] of Object.entries(texts))
    it(`goes in and out unchanged when it is ${what}`, async () => {
      const short = text.slice(0, 90).trim();
      const conversation = await arrived(short, text);
      const path = `/conversations/${conversation.id}`;
      expect(conversation.customer.name).to.equal(short);
      const { body: customer } = await acme.http<Customer>('GET', `/customers/${conversation.customer.id}`);
      expect(customer.name).to.equal(short);
      const { body: sent } = await acme.http<Message>('POST', `${path}/messages`, { content: text });
      const { body: note } = await acme.http<Note>('POST', `${path}/notes`, { content: text });
      const { body: thread } = await acme.http<{ items: Message[] }>('GET', `${path}/messages`);
      const { body: notes } = await acme.http<{ items: Note[] }>('GET', `${path}/notes`);
      const { body: patched } = await acme.http<Conversation>('PATCH', path, { subject: short });
      const { body: tag } = await acme.http<Tag>('POST', '/tags', { name: short });
      const { body: tagged } = await acme.http<Conversation>('PUT', `${path}/tags`, { tagIds: [tag.id] });
      const { body: user } = await acme.http<User>('PATCH', '/users/1', { name: short });
      expect(thread.items.map(message => message.content)).to.deep.equal([text, text]);
      expect([sent.content, note.content, notes.items[0]?.content]).to.deep.equal([text, text, text]);
      expect([patched.subject, tag.name, tagged.tags[0]?.name, user.name]).to.deep.equal(
        Array(4).fill(short),
      );
      const events = await acme.http<{ items: { data: { message?: Message } }[] }>(
        'GET',
        '/events?limit=500',
      );
      const told = events.body.items.flatMap(({ data }) =>
        data.message?.id === sent.id ? [data.message.content] : [],
      );
      expect(told[0]).to.equal(text);
      const found = await acme.http<{ items: Customer[] }>(
        'GET',
        `/customers?q=${encodeURIComponent(short)}`,
      );
      expect(found.body.items.map(item => item.id)).to.include(conversation.customer.id);
    });

  describe('headers', () => {
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${product.url}${path}`, { headers, redirect: 'manual' });

    it('keep pages to themselves', async () => {
      for (const path of ['/docs/', '/docs', '/api/v1/openapi.json', '/api/v1/auth/me', '/nothing-here']) {
        const { headers } = await get(path, { accept: 'text/html' });
        const policy = (headers.get('content-security-policy') ?? '').split(';').map(rule => rule.trim());
        expect(policy, path).to.include.members([
          "default-src 'self'",
          "script-src 'self'",
          "object-src 'none'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
          "form-action 'self'",
        ]);
        expect(policy.join(';'), path).to.not.match(/script-src[^;]*unsafe/);
        expect(headers.get('x-content-type-options'), path).to.equal('nosniff');
        expect(headers.get('x-frame-options'), path).to.be.oneOf(['DENY', 'SAMEORIGIN']);
        expect(headers.get('referrer-policy'), path).to.equal('no-referrer');
        expect(headers.get('x-powered-by'), path).to.equal(null);
      }
    });

    it('let no cache keep an answer of the API, good or bad', async () => {
      const authorization = `Bearer ${acme.token}`;
      for (const [path, status] of [
        ['/auth/me', 200],
        ['/conversations', 200],
        ['/customers/999999', 404],
        ['/conversations?limit=0', 422],
      ] as const) {
        const response = await get(`/api/v1${path}`, { authorization });
        expect([response.status, response.headers.get('cache-control')], path).to.deep.equal([
          status,
          'no-store',
        ]);
        expect(response.headers.get('etag'), path).to.equal(null);
        expect(response.headers.get('content-type'), path).to.equal('application/json; charset=utf-8');
      }
      expect((await get('/api/v1/auth/me')).headers.get('cache-control'), 'nobody').to.equal('no-store');
      const tag = await acme.http('POST', '/tags', { name: 'cached by nobody' });
      expect(tag.headers.get('cache-control')).to.equal('no-store');
      expect((await acme.http('DELETE', '/tags/999999')).headers.get('cache-control')).to.equal('no-store');
    });

    it('let no other website read the API for agents', async () => {
      const foreign = { origin: 'https://evil.example' };
      const { headers } = await callApi(product.url, 'GET', '/auth/me', undefined, acme.token, foreign);
      expect([...headers.keys()].filter(name => name.startsWith('access-control-'))).to.deep.equal([]);
      const preflight = await fetch(`${product.url}/api/v1/conversations`, {
        method: 'OPTIONS',
        headers: {
          ...foreign,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
      expect(preflight.headers.get('access-control-allow-origin')).to.equal(null);
      expect(preflight.headers.get('access-control-allow-credentials')).to.equal(null);
    });
  });
});
