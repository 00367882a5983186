import { expect } from 'chai';
import type { Channel, ChannelHealth } from '../../src/contract/channels.ts';
import type { Message } from '../../src/contract/messages.ts';
import { findChannel, openSettings } from '../../src/features/channels/index.ts';
import type { EmailSettings } from '../../src/platforms/email/email-settings.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { ImapServer, mailSettings, mailUser, SmtpServer } from '../support/mail-server.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { mailWithInvoice } from '../support/sample-mails.ts';
import { StubServer } from '../support/stub-server.ts';
import { until } from '../support/until.ts';

const withFile = mailWithInvoice({ 'Message-ID': '<lamp@example.org>', Subject: 'My lamp' });

/** Its sign-in server takes each refresh token once. */
describe('a mailbox with a strict sign-in server', function () {
  this.timeout(60_000);
  const imap = new ImapServer();
  const smtp = new SmtpServer();
  const signIn = new StubServer();
  const given = ['from-the-owner'];
  let product: Product;
  let acme: ProductTenant;
  let channel: Channel;
  let message: { id: number; conversationId: number };

  before(async () => {
    await Promise.all([imap.start(), smtp.start(), signIn.start()]);
    signIn.answer = ({ body }) => {
      if (new URLSearchParams(body.toString()).get('refresh_token') !== given.at(-1))
        return { status: 400, body: { error: 'invalid_grant' } };
      given.push(`number-${given.length}`);
      return {
        body: { access_token: mailUser.accessToken, refresh_token: given.at(-1), expires_in: 3600 },
      };
    };
    product = await startProduct({ variables: { OUTBOUND_ALLOW: 'localhost:*,127.0.0.1:*' } });
    ({ acme } = product);
    const settings = mailSettings({ imap: imap.port, smtp: smtp.port });
    const { password: _imap, ...imapServer } = settings.imap;
    const { password: _smtp, ...smtpServer } = settings.smtp;
    const oauth = {
      clientId: 'c',
      clientSecret: 's',
      refreshToken: given[0],
      tokenUrl: `${signIn.url}/`,
    };
    const made = await acme.http<Channel>('POST', '/channels', {
      platform: 'email',
      name: 'Help',
      settings: { ...settings, imap: imapServer, smtp: smtpServer, oauth },
    });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    channel = made.body;
    expect(channel).to.include({ health: 'ok' });
    await until('the mailbox is looked into', async () => {
      const rows = await acme.query(`SELECT 1 FROM channel_cursors WHERE what = 'inbox'`);
      return rows.length === 1 && imap.connections.open > 0;
    });
    imap.deliver(withFile);
    await until('its mail is here, with its file', async () => {
      const rows = await acme.query<typeof message>(
        `SELECT m.id, m.conversation_id AS "conversationId" FROM messages m JOIN message_attachments a ON a.message_id = m.id
         WHERE m.channel_id = $1 AND a.state = 'stored'`,
        [channel.id],
      );
      [message = message] = rows;
      return rows.length === 1;
    });
  });
  after(async () => {
    await product?.close();
    await Promise.all([imap.stop(), smtp.stop(), signIn.stop()]);
  });
  afterEach(() => expectEventsTellAll(acme));

  it('has each new refresh token kept with its settings at once, where every process finds it', async () => {
    const kept = await product.context.tenants.run(acme.tenant.id, async ({ db, tenant }) => {
      const row = await findChannel(db, channel.id);
      return row && (openSettings(tenant, row) as EmailSettings).oauth?.refreshToken;
    });
    expect(kept).to.equal(given.at(-1)).and.not.equal(given[0]);
    expect(given, 'nobody asked for more than one').to.have.length(2);
  });

  it('tells of a copy that is not taken; the customer has the mail', async () => {
    smtp.answers = { rcpt: { 'gone@example.org': { code: 550, text: '5.1.1 No such user' } } };
    const path = `/conversations/${message.conversationId}/messages`;
    const sent = await acme.http<Message>('POST', path, { content: 'Thanks', cc: ['gone@example.org'] });
    expect(sent.status).to.equal(201);
    await until('it is sent', async () => {
      const [row] = await acme.query('SELECT status FROM messages WHERE id = $1', [sent.body.id]);
      return row?.status === 'sent';
    });
    smtp.answers = {};
    expect(smtp.last.to).to.deep.equal(['ana@example.org']);
    const { body } = await acme.http<ChannelHealth>('GET', `/channels/${channel.id}/health`);
    expect(body.health).to.equal('ok');
    expect(body.events.map(({ at: _, ...note }) => note)).to.deep.equal([
      {
        severity: 'info',
        topic: 'failed_copy',
        message:
          'A copy did not arrive. The mail could not be delivered to gone@example.org: there is no such mailbox.',
      },
    ]);
  });

  it('gives files that lie here already, also while nobody may sign in', async () => {
    await acme.query(`UPDATE channels SET health = 'reauthorise' WHERE id = $1`, [channel.id]);
    // As it was before it was fetched.
    await acme.query(
      `UPDATE message_attachments SET state = 'waiting', url = NULL, attempts = 0, next_attempt_at = now()
       WHERE message_id = $1`,
      [message.id],
    );
    product.context.bell.files(acme.tenant.id);
    await until('the file is here again', async () => {
      const [file] = await acme.query('SELECT state FROM message_attachments WHERE message_id = $1', [
        message.id,
      ]);
      return file?.state === 'stored';
    });
    const [row] = await acme.query('SELECT health FROM channels WHERE id = $1', [channel.id]);
    expect(row).to.deep.equal({ health: 'reauthorise' });
  });
});
