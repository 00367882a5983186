import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import type { Conversation } from '../../src/contract/conversations.ts';
import type { Message } from '../../src/contract/messages.ts';
import type { Customer } from '../../src/contract/people.ts';
import { expectEventsTellAll, wholeThread } from '../support/event-mirror.ts';
import { ImapServer, mailSettings, SmtpServer } from '../support/mail-server.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { mailWithInvoice } from '../support/sample-mails.ts';
import { StubServer } from '../support/stub-server.ts';
import { until } from '../support/until.ts';

const pixel = 'R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==';
const crlf = (lines: readonly string[]) => lines.join('\r\n');

interface Letter {
  readonly from?: string;
  readonly id: string;
  readonly subject?: string;
  readonly answers?: readonly string[];
  readonly text?: string;
  readonly head?: readonly string[];
}
function letter({
  from = 'Ana <ana@example.org>',
  id,
  subject = 'My lamp',
  answers = [],
  text = 'Hello',
  head = [],
}: Letter) {
  return crlf([
    ...head,
    `From: ${from}`,
    'To: help@shop.example',
    `Subject: ${subject}`,
    `Message-ID: <${id}>`,
    `Date: ${new Date().toUTCString()}`,
    ...(answers.length > 0
      ? [`In-Reply-To: <${answers.at(-1)}>`, `References: ${answers.map(name => `<${name}>`).join(' ')}`]
      : []),
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '',
  ]);
}

describe('a mailbox', function () {
  this.timeout(60_000);
  const imap = new ImapServer();
  const smtp = new SmtpServer();
  const pictures = new StubServer();
  let product: Product;
  let acme: ProductTenant;
  let channel: Channel;

  before(async () => {
    await Promise.all([imap.start(), smtp.start(), pictures.start()]);
    pictures.answer = { headers: { 'content-type': 'image/gif' }, body: Buffer.from(pixel, 'base64') };
    product = await startProduct({
      variables: { OUTBOUND_ALLOW: 'localhost:*,127.0.0.1:*' },
      pictureAllow: [new URL(pictures.url).host],
    });
    ({ acme } = product);
    imap.deliver(letter({ id: 'old@example.org', text: 'Long ago' }), {
      at: new Date(Date.now() - 5 * 24 * 3_600_000),
    });
    const settings = mailSettings({ imap: imap.port, smtp: smtp.port }, { authservId: 'mx.shop.example' });
    const made = await acme.http<Channel>('POST', '/channels', { platform: 'email', name: 'Help', settings });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    channel = made.body;
    expect(channel).to.include({ health: 'ok', externalAccountId: 'help@shop.example' });
    await until('the mailbox is listened to, from now on', async () => {
      const rows = await acme.query(`SELECT 1 FROM channel_cursors WHERE what = 'inbox'`);
      return rows.length === 1 && imap.connections.open > 0;
    });
  });
  after(async () => {
    await product?.close();
    await Promise.all([imap.stop(), smtp.stop(), pictures.stop()]);
  });
  afterEach(async () => {
    await expectEventsTellAll(acme);
  });

  const conversations = async () =>
    (await acme.http<{ items: Conversation[] }>('GET', '/conversations?limit=100')).body.items.filter(
      ({ platform }) => platform === 'email',
    );
  const messages = async (conversationId: number) =>
    (await wholeThread(acme, conversationId)).filter(({ type }) => type !== 'system');
  /** The conversation that holds the words. */
  const whereIs = async (words: string): Promise<{ conversation: Conversation; message: Message }> => {
    let found: { conversation: Conversation; message: Message } | undefined;
    await until(`"${words}" is in the inbox`, async () => {
      for (const conversation of await conversations()) {
        const message = (await messages(conversation.id)).find(({ content }) => content?.includes(words));
        if (message) found = { conversation, message };
      }
      return found !== undefined;
    });
    return found as { conversation: Conversation; message: Message };
  };
  const reply = async (conversationId: number, body: object): Promise<Message> => {
    const sent = await acme.http<Message>('POST', `/conversations/${conversationId}/messages`, body);
    expect(sent.status, JSON.stringify(sent.body)).to.equal(201);
    return sent.body;
  };
  const becomes = async ({ id, conversationId }: Message, status: Message['status']): Promise<Message> => {
    let shown: Message | undefined;
    await until(`message ${id} is ${status}`, async () => {
      shown = (await messages(conversationId)).find(message => message.id === id);
      return shown?.status === status;
    });
    return shown as Message;
  };
  const headOf = (raw: string, name: string) =>
    new RegExp(`^${name}: ((?:.|\\r\\n[ \\t])*)`, 'im').exec(raw)?.[1]?.replace(/\r\n[ \t]/g, ' ');

  it('is heard at once, and what lay in it before stays there', async () => {
    imap.deliver(letter({ id: 'first@example.org', text: 'Where is my lamp?' }));
    const { conversation, message } = await whereIs('Where is my lamp?');
    expect(conversation).to.deep.include({ subject: 'My lamp', status: 'new' });
    expect(conversation.customer.name).to.equal('Ana');
    expect(message.email).to.deep.include({ subject: 'My lamp', cc: [], bcc: [] });
    expect(await conversations()).to.have.length(1);
    expect(imap.flags().flat(), 'nothing is marked as read').to.not.include('\\Seen');
  });

  it('is answered in the thread, to others as well, and the answer to that comes back into it', async () => {
    const { conversation } = await whereIs('Where is my lamp?');
    const sent = await reply(conversation.id, { content: 'On its way.', cc: ['boss@example.org'] });
    expect(sent.email).to.deep.equal({
      subject: 'My lamp',
      to: ['ana@example.org'],
      cc: ['boss@example.org'],
      bcc: [],
    });
    await becomes(sent, 'sent');
    const { raw, to, from } = smtp.last;
    expect({ to, from }).to.deep.equal({
      to: ['ana@example.org', 'boss@example.org'],
      from: 'help@shop.example',
    });
    expect(headOf(raw, 'Subject')).to.equal('Re: My lamp');
    expect(headOf(raw, 'In-Reply-To')).to.equal('<first@example.org>');
    const ours = headOf(raw, 'Message-ID')?.slice(1, -1) ?? '';
    expect(ours).to.match(new RegExp(`^${sent.id}\\..*@shop\\.example$`));

    // A program that leaves the root out, and one that changes the subject.
    imap.deliver(
      letter({ id: 'second@example.org', subject: 'AW: Lampe', answers: [ours], text: 'Thank you!' }),
    );
    expect((await whereIs('Thank you!')).conversation.id).to.equal(conversation.id);
    imap.deliver(letter({ id: 'third@example.org', answers: ['second@example.org'], text: 'It came.' }));
    expect((await whereIs('It came.')).conversation.id).to.equal(conversation.id);
  });

  it('joins nobody to a thread that is not theirs, whatever their mail claims', async () => {
    const { conversation } = await whereIs('Where is my lamp?');
    imap.deliver(
      letter({
        from: 'eve@evil.example',
        id: 'eve@evil.example',
        answers: ['first@example.org'],
        text: 'Show me',
      }),
    );
    const eve = await whereIs('Show me');
    expect(eve.conversation.id).to.not.equal(conversation.id);
    expect(eve.conversation.customer.id).to.not.equal(conversation.customer.id);

    const results = 'Authentication-Results: mx.shop.example; dmarc=fail header.from=example.org';
    imap.deliver(
      letter({
        id: 'forged@example.org',
        answers: ['first@example.org'],
        text: 'Send it to Eve',
        head: [results],
      }),
    );
    const forged = await whereIs('Send it to Eve');
    expect(forged.conversation.id).to.not.equal(conversation.id);
    expect(forged.message.metadata.email).to.include({ isVerified: false });
    const customer = `/customers/${forged.conversation.customer.id}`;
    const { identities } = (await acme.http<Customer>('GET', customer)).body;
    expect(identities.map(({ kind, isVerified }) => [kind, isVerified])).to.deep.equal([['email', false]]);

    // The same subject is another thread.
    imap.deliver(letter({ id: 'other@example.org', text: 'Something else' }));
    expect((await whereIs('Something else')).conversation.id).to.not.equal(conversation.id);
  });

  it('shows a mail as it was laid out: own pictures in place, those of others only when asked, nothing that runs', async () => {
    const remote = `${pictures.url}/track.gif?who=ana`;
    // A server that tenants may have called, and strangers may not.
    const inside = `http://localhost:${new URL(pictures.url).port}/inside.gif`;
    imap.deliver(
      crlf([
        'From: Ana <ana@example.org>',
        'To: help@shop.example',
        'Subject: Pictures',
        'Message-ID: <pictures@example.org>',
        `Date: ${new Date().toUTCString()}`,
        'Content-Type: multipart/related; boundary=b',
        '',
        '--b',
        'Content-Type: text/html; charset=utf-8',
        '',
        `<p onclick="steal()">Look <b>here</b></p><script>steal()</script><img src="cid:dot@x"><img src="${remote}"><img src="${inside}">`,
        '--b',
        'Content-Type: image/gif; name=dot.gif',
        'Content-ID: <dot@x>',
        'Content-Disposition: inline',
        'Content-Transfer-Encoding: base64',
        '',
        pixel,
        '--b--',
        '',
      ]),
    );
    const { conversation, message } = await whereIs('Look');
    expect(message.metadata).to.include({ hasLayout: true });
    await until(
      'its picture is kept',
      async () =>
        (await messages(conversation.id))[0]?.attachments.every(({ state }) => state === 'stored') === true,
    );
    const layout = async (query = '') =>
      (
        await acme.http<{ html: string; hasRemotePictures: boolean }>(
          'GET',
          `/messages/${message.id}/layout${query}`,
        )
      ).body;
    const shown = await layout();
    expect(shown.hasRemotePictures).to.equal(true);
    expect(shown.html).to.not.match(/script|onclick|steal/);
    expect(shown.html).to.include('<b>here</b>');
    const sources = (html: string) =>
      [...html.matchAll(/ src="([^"]*)"/g)].map(match => (match[1] ?? '').replaceAll('&amp;', '&'));
    expect(sources(shown.html)).to.have.length(1);
    const own = await fetch(sources(shown.html)[0] ?? '');
    expect(Buffer.from(await own.arrayBuffer()).toString('base64')).to.equal(pixel);
    expect(pictures.seen, 'nobody has asked them').to.have.length(0);

    const [, theirs = '', guarded = ''] = sources((await layout('?pictures=true')).html);
    expect(new URL(theirs).origin).to.equal(product.url);
    const fetched = await fetch(theirs);
    expect(fetched.headers.get('content-type')).to.equal('image/gif');
    expect(pictures.seen.map(({ url }) => url)).to.deep.equal(['/track.gif?who=ana']);
    expect((await fetch(guarded)).status).to.equal(404);
    expect(pictures.seen).to.have.length(1);
    pictures.answer = { headers: { 'content-type': 'image/gif' }, body: '<svg onload="steal()"/>' };
    expect((await fetch(theirs)).status).to.equal(404);
  });

  it('keeps files both ways', async () => {
    const { conversation } = await whereIs('Where is my lamp?');
    imap.deliver(
      mailWithInvoice({
        'Message-ID': '<file@example.org>',
        'In-Reply-To': '<first@example.org>',
        Subject: 'Re: My lamp',
      }),
    );
    const { message } = await whereIs('The invoice');
    expect(message.conversationId).to.equal(conversation.id);
    let file: Message['attachments'][number] | undefined;
    await until('the file is kept', async () => {
      file = (await messages(conversation.id)).find(({ id }) => id === message.id)?.attachments[0];
      return file?.state === 'stored';
    });
    expect(file).to.include({ filename: 'invoice.pdf', mimeType: 'application/pdf' });

    const form = new FormData();
    form.append('file', new Blob(['plain words'], { type: 'text/plain' }), 'words.txt');
    const upload = await acme.http<{ id: number }>('POST', '/attachments', form);
    const sent = await reply(conversation.id, { content: 'With a file', attachments: [upload.body.id] });
    await becomes(sent, 'sent');
    expect(smtp.last.raw)
      .to.include('filename=words.txt')
      .and.to.include(Buffer.from('plain words').toString('base64'));
  });

  it('hears that a mail did not arrive', async () => {
    const { conversation } = await whereIs('Where is my lamp?');
    const sent = await reply(conversation.id, { content: 'To nobody' });
    await becomes(sent, 'sent');
    const ours = headOf(smtp.last.raw, 'Message-ID');
    imap.deliver(
      crlf([
        'From: MAILER-DAEMON@mx.example.org',
        'To: help@shop.example',
        'Subject: Undelivered Mail Returned to Sender',
        'Message-ID: <bounce@mx.example.org>',
        `Date: ${new Date().toUTCString()}`,
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'It could not be delivered.',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; mx.example.org',
        '',
        'Final-Recipient: rfc822; ana@example.org',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 no such user',
        '',
        '--b',
        'Content-Type: text/rfc822-headers',
        '',
        `Message-ID: ${ours}`,
        '--b--',
        '',
      ]),
    );
    expect((await becomes(sent, 'failed')).error?.message)
      .to.be.a('string')
      .with.length.above(10);
  });

  it('goes through everything again when its numbers changed, and doubles nothing', async () => {
    const count = async () =>
      (
        await acme.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM messages WHERE channel_id = $1 AND type <> 'system'`,
          [channel.id],
        )
      )[0]?.n;
    const before = await count();
    imap.renumber();
    imap.connections.reset();
    imap.deliver(letter({ id: 'after@example.org', text: 'After the move' }));
    await acme.query('UPDATE channels SET pulled_at = NULL WHERE id = $1', [channel.id]);
    await until('the mail after it has come', async () => {
      await product.process.workers?.lanes.pull.visited(acme.tenant.id);
      await acme.query('UPDATE channel_pulls SET next_attempt_at = now() WHERE claimed_until IS NULL');
      return (await count()) === (before ?? 0) + 1;
    });
    await whereIs('After the move');
  });

  it('that nobody may read stops, says so, and goes on with the right password', async () => {
    const wrong = mailSettings({ imap: imap.port, smtp: smtp.port }).imap;
    const change = (password: string) =>
      acme.http<Channel>('PATCH', `/channels/${channel.id}`, {
        settings: { imap: { ...wrong, password } },
      });
    expect((await change('not this one')).body).to.include({ health: 'reauthorise' });
    imap.deliver(letter({ id: 'meanwhile@example.org', text: 'Is somebody there?' }));
    expect((await change(wrong.password ?? '')).body).to.include({ health: 'ok' });
    await acme.query('UPDATE channels SET pulled_at = NULL WHERE id = $1', [channel.id]);
    await product.process.workers?.lanes.pull.visited(acme.tenant.id);
    await whereIs('Is somebody there?');
  });
});
