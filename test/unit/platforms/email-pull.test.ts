import { expect } from 'chai';
import { type Pulled, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import type { EmailSettings } from '../../../src/platforms/email/email-settings.ts';
import { emailAdapter } from '../../../src/platforms/email/index.ts';
import { readStoredMail } from '../../../src/platforms/email/mail-envelope.ts';
import { parseEmail } from '../../../src/platforms/email/parse-email.ts';
import { pullEmail, recallEmail } from '../../../src/platforms/email/pull-email.ts';
import { deadPort, ImapServer, mailIo, mailSettings } from '../../support/mail-server.ts';
import { rejection } from '../../support/stub-server.ts';
import { until } from '../../support/until.ts';

const mail = (name: string, body = 'Hello') =>
  `From: Ana <ana@customer.example>\r\nTo: help@shop.example\r\nSubject: ${name}\r\nMessage-ID: <${name}@customer.example>\r\n\r\n${body}\r\n`;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

describe('pullEmail', () => {
  let server: ImapServer;
  let settings: EmailSettings;
  beforeEach(async () => {
    server = new ImapServer();
    await server.start();
    settings = mailSettings({ imap: server.port });
  });
  afterEach(() => server.stop());

  const pull = (what: string, cursor?: string, others: Partial<EmailSettings> = {}) =>
    pullEmail(what, { ...settings, ...others }, mailIo, cursor);
  const subjects = ({ bodies }: Pulled) =>
    bodies.map(({ body }) => /^Subject: (.*)\r$/m.exec(readStoredMail(body).raw.toString())?.[1]);
  /** Until nothing is left. */
  const pullAll = async (what: string, cursor?: string) => {
    const found: (string | undefined)[] = [];
    let last: Pulled = { bodies: [], ...(cursor !== undefined && { cursor }) };
    do {
      last = await pull(what, last.cursor);
      found.push(...subjects(last));
    } while (last.next !== undefined);
    return { found, cursor: last.cursor };
  };

  it('begins with what comes from now on, and brings each mail once', async () => {
    server.deliver(mail('old'));
    const first = await pull('inbox');
    expect(first.bodies).to.deep.equal([]);
    expect(first.next).to.equal(undefined);
    expect((await pull('inbox', first.cursor)).bodies).to.deep.equal([]);
    server.deliver(mail('one'));
    server.deliver(mail('two'));
    const second = await pull('inbox', first.cursor);
    expect(subjects(second)).to.deep.equal(['one', 'two']);
    expect((await pull('inbox', second.cursor)).bodies).to.deep.equal([]);
  });
  it('gives the bytes as they are, under the same key each time, and marks nothing as read', async () => {
    const { cursor } = await pull('inbox');
    const raw = Buffer.concat([Buffer.from(mail('bytes')), Buffer.from([0xe9, 0xff, 0x0d, 0x0a])]);
    const at = new Date('2026-10-01T11:00:00.000Z');
    server.deliver(raw, { at });
    const { bodies } = await pull('inbox', cursor);
    expect(await pull('inbox', cursor).then(again => again.bodies)).to.deep.equal(bodies);
    const { origin, raw: stored } = readStoredMail(bodies[0]!.body);
    expect(stored.equals(raw)).to.equal(true);
    expect(origin).to.deep.equal({
      address: 'help@shop.example',
      folder: 'inbox',
      arrivedAt: '2026-10-01T11:00:00.000Z',
    });
    expect(server.flags()).to.deep.equal([[]]);
    const [fact] = await parseEmail(bodies[0]!.body, new Date());
    expect(fact).to.include({ kind: 'message', externalId: 'bytes@customer.example' });
  });
  it('goes on in steps of 20, and says that there is more', async () => {
    const { cursor } = await pull('inbox');
    const names = Array.from({ length: 45 }, (_, index) => `mail-${index}`);
    for (const name of names) server.deliver(mail(name));
    const step = await pull('inbox', cursor);
    expect(step.bodies).to.have.length(20);
    expect(step.next).to.equal('inbox');
    expect((await pullAll('inbox', cursor)).found).to.deep.equal(names);
  });
  it('goes on in steps of 10 MB', async () => {
    const { cursor } = await pull('inbox');
    for (const name of ['a', 'b', 'c']) server.deliver(mail(name, 'x'.repeat(4 * 1024 * 1024)));
    const step = await pull('inbox', cursor);
    expect(subjects(step)).to.deep.equal(['a', 'b']);
    expect(step.next).to.equal('inbox');
    const rest = await pull('inbox', step.cursor);
    expect(subjects(rest)).to.deep.equal(['c']);
    expect(rest.next).to.equal(undefined);
  });
  it('believes what it was given, not what the server says of it', async () => {
    const { cursor } = await pull('inbox');
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) server.deliver(mail(name, 'x'.repeat(4 * 1024 * 1024)));
    server.claimedSize = 100;
    const step = await pull('inbox', cursor);
    expect(subjects(step)).to.deep.equal(['a', 'b', 'c']);
    expect(server.given, 'no more is even asked for').to.deep.equal([1, 2, 3]);
    expect(step.next).to.equal('inbox');
    const rest = await pull('inbox', step.cursor);
    expect(subjects(rest)).to.deep.equal(['d', 'e']);
    expect(rest.next).to.equal(undefined);
  });
  it('passes over what was deleted meanwhile', async () => {
    const { cursor } = await pull('inbox');
    for (const name of ['a', 'b', 'c']) server.deliver(mail(name));
    server.remove(2);
    expect((await pullAll('inbox', cursor)).found).to.deep.equal(['a', 'c']);
  });
  it('reads the last two days again when the folder is numbered anew, and then goes on', async () => {
    server.deliver(mail('ancient'), { at: daysAgo(9) });
    const { cursor } = await pull('inbox');
    for (let index = 0; index < 25; index++) server.deliver(mail(`recent-${index}`));
    server.renumber();
    server.deliver(mail('newest'));
    const { found, cursor: later } = await pullAll('inbox', cursor);
    expect(found).to.have.length(26);
    expect(found).to.include('recent-0').and.include('newest').and.not.include('ancient');
    server.deliver(mail('after'));
    expect((await pullAll('inbox', later)).found).to.deep.equal(['after']);
  });
  it('does the same when the settings name another mailbox, whose numbers may look alike', async () => {
    server.deliver(mail('ancient'), { at: daysAgo(9) });
    const { cursor } = await pull('inbox');
    const moved = cursor?.replace('@localhost:', '@old.example:');
    expect(moved).to.not.equal(cursor);
    server.deliver(mail('recent'));
    expect((await pullAll('inbox', moved)).found).to.deep.equal(['recent']);
    expect((await pull('inbox', cursor)).bodies).to.have.length(1);
  });
  it('has no gap when it is numbered anew in the middle of that', async () => {
    const { cursor } = await pull('inbox');
    for (let index = 0; index < 45; index++) server.deliver(mail(`recent-${index}`));
    server.renumber();
    const step = await pull('inbox', cursor);
    expect(step.next).to.equal('inbox');
    server.renumber();
    const { found } = await pullAll('inbox', step.cursor);
    expect(new Set(found).size).to.equal(45);
  });
  it('recalls what came since a time, without touching how far the folder has been read', async () => {
    server.deliver(mail('before'), { at: daysAgo(6) });
    server.deliver(mail('after-1'), { at: daysAgo(4) });
    server.deliver(mail('after-2'), { at: daysAgo(1) });
    const [inbox = '', sent = ''] = recallEmail(daysAgo(5));
    const { found, cursor } = await pullAll(inbox);
    expect(found).to.deep.equal(['after-1', 'after-2']);
    expect(cursor, 'what is done with leaves nothing behind').to.equal(undefined);
    expect((await pull(sent)).bodies).to.deep.equal([]);
  });
  it('reads what was sent by other programs, when the server has a folder for it', async () => {
    const { cursor } = await pull('sent');
    server.deliver(mail('from-the-phone'), { folder: 'Sent' });
    const { bodies } = await pull('sent', cursor);
    expect(readStoredMail(bodies[0]!.body).origin.folder).to.equal('sent');
    await server.stop();
    server = new ImapServer({ sentFolder: null });
    await server.start();
    settings = mailSettings({ imap: server.port });
    expect(await pull('sent', cursor)).to.deep.equal({ bodies: [] });
  });
  it('closes every connection', async () => {
    await pull('inbox');
    await rejection(pull('inbox', undefined, { folders: { inbox: 'Nowhere' } }));
    await until('nobody is connected', () => server.connections.open === 0);
    expect(server.connections.count).to.equal(2);
  });
  it('begins with the time at which the mailbox was connected, when it could not be opened until later', async () => {
    server.deliver(mail('history'), { at: daysAgo(3) });
    const { since } = emailAdapter.complete({ ...settings, since: daysAgo(1).toISOString() });
    expect(since).to.be.a('string');
    for (let index = 0; index < 25; index++) server.deliver(mail(`early-${index}`));
    settings = { ...settings, since };
    const { found, cursor } = await pullAll('inbox');
    expect(found).to.deep.equal(Array.from({ length: 25 }, (_, index) => `early-${index}`));
    server.deliver(mail('late'));
    expect((await pullAll('inbox', cursor)).found).to.deep.equal(['late']);
  });
  it('refuses what it does not know, without asking anybody', async () => {
    for (const what of [
      '',
      ' ',
      'inbox ',
      'outbox',
      'inbox since yesterday',
      'sent since 2026-13-01T00:00:00.000Z',
      'inbox\n',
    ])
      expect(await rejection(pull(what)), what)
        .to.be.instanceOf(Rejected)
        .and.include({ scope: 'message' });
    expect(server.connections.count).to.equal(0);
  });
  it('begins anew with a cursor that nobody can read', async () => {
    server.deliver(mail('old'));
    for (const cursor of ['', 'x', '{}', '{"numbering":"1","uid":-1,"at":"x"}'])
      expect((await pull('inbox', cursor)).bodies).to.deep.equal([]);
  });

  describe('with a mail of more than 30 MB', () => {
    const big = [
      'From: Ana <ana@customer.example>',
      'Message-ID: <big@customer.example>',
      'References: <root@shop.example>',
      'Subject: Plans',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed;',
      ' boundary="x"',
      '',
      '--x',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Here are the plans for the caf=E9.',
      '--x',
      'Content-Type: application/pdf; name="plans.pdf"',
      'Content-Disposition: attachment; filename="plans.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      `${'QUJD'.repeat(19)}\r\n`.repeat(410_000),
      '--x--',
      '',
    ].join('\r\n');

    it('brings its head and its words, and says of its files where they are', async () => {
      const { cursor } = await pull('inbox');
      server.deliver(big);
      server.deliver(mail('next'));
      const first = await pull('inbox', cursor);
      expect(first.bodies[0]!.body.length).to.be.lessThan(10_000);
      const [fact] = await parseEmail(first.bodies[0]!.body, new Date());
      expect(fact).to.deep.include({
        externalId: 'big@customer.example',
        subject: 'Plans',
        references: ['root@shop.example'],
      });
      expect(fact).to.have.nested.property('content.text', 'Here are the plans for the café.');
      expect(fact).to.have.nested.property('content.media[0].filename', 'plans.pdf');
      expect(fact).to.have.nested.property('content.media[0].size', 410_000 * 57);
      expect(fact)
        .to.have.nested.property('content.media[0].unavailable')
        .that.matches(/larger than 30 MB/);
      const rest = first.next === undefined ? [] : subjects(await pull('inbox', first.cursor));
      expect([...subjects(first).slice(1), ...rest]).to.deep.equal(['next']);
    });
  });

  describe('with a mail that the server lists and does not give', () => {
    const factsOf = ({ bodies }: Pulled) =>
      Promise.all(bodies.map(async ({ body }) => (await parseEmail(body, new Date()))[0]));
    let cursor: string | undefined;
    beforeEach(async () => {
      ({ cursor } = await pull('inbox'));
      for (const name of ['a', 'b', 'c']) server.deliver(mail(name));
    });

    it('goes on behind it, and says where it lies', async () => {
      server.withheld.add(2);
      const step = await pull('inbox', cursor);
      const [first, notice, last] = await factsOf(step);
      expect([first, last].map(fact => fact?.kind)).to.deep.equal(['message', 'message']);
      expect(notice).to.deep.include({
        kind: 'account',
        accountId: 'help@shop.example',
        severity: 'warning',
        topic: 'mail_not_readable',
        details: { folder: 'inbox', uid: 2, subject: '' },
      });
      expect(notice)
        .to.have.property('message')
        .that.matches(/does not give it: number 2\. Look for it/);
      const again = await pull('inbox', cursor);
      expect(again.bodies.map(({ key }) => key)).to.deep.equal(step.bodies.map(({ key }) => key));
      expect((await pull('inbox', step.cursor)).bodies).to.deep.equal([]);
    });
    it('does so when there is no other', async () => {
      const { cursor: later } = await pull('inbox', cursor);
      server.deliver(mail('d'));
      server.withheld.add(4);
      const step = await pull('inbox', later);
      expect((await factsOf(step)).map(fact => fact?.kind)).to.deep.equal(['account']);
      expect((await pull('inbox', step.cursor)).bodies).to.deep.equal([]);
    });
    it('names it when its head can be had, and keeps it apart from one of another numbering', async () => {
      server.refused.add(2);
      const [, notice] = await factsOf(await pull('inbox', cursor));
      expect(notice)
        .to.have.property('message')
        .that.matches(/"b", from ana@customer\.example, number 2/);
      server.renumber();
      server.refused.add(101);
      const found = await factsOf(await pull('inbox', cursor));
      expect(found.map(fact => fact?.kind)).to.deep.equal(['message', 'account', 'message']);
      expect(found[1]?.externalId).to.not.equal(notice?.externalId);
    });
    it('waits when each of them is refused: then it is the server that is not well', async () => {
      for (const uid of [1, 2, 3]) server.refused.add(uid);
      expect(await rejection(pull('inbox', cursor)))
        .to.be.instanceOf(Unavailable)
        .and.include({ scope: 'channel', code: 'refused' });
      server.refused.clear();
      expect((await pullAll('inbox', cursor)).found).to.deep.equal(['a', 'b', 'c']);
    });
    it('takes it when it was only late', async () => {
      server.withheld.add(2);
      server.timesWithheld = 1;
      expect(subjects(await pull('inbox', cursor))).to.deep.equal(['a', 'b', 'c']);
    });
  });

  describe('when something is wrong', () => {
    const failing = async (others: Partial<EmailSettings> = {}) =>
      rejection(pull('inbox', undefined, others));

    it('wants the mailbox to be connected again when the password is wrong', async () => {
      const error = await failing({ imap: { ...settings.imap, password: 'wrong' } });
      expect(error).to.be.instanceOf(Rejected).and.include({ scope: 'reauthorise' });
      expect(error.message)
        .to.match(/does not accept user and password/)
        .and.not.include('wrong');
    });
    it('stops the channel when the folder is not there', async () => {
      const error = await failing({ folders: { inbox: 'Nowhere' } });
      expect(error).to.be.instanceOf(Rejected).and.include({ scope: 'account', code: 'no_folder' });
    });
    it('tries again when nobody is there', async () => {
      const error = await failing({ imap: { ...settings.imap, port: await deadPort() } });
      expect(error).to.be.instanceOf(Unavailable).and.include({ scope: 'channel', code: 'ECONNREFUSED' });
    });
    it('never sends a password over a line that others could read', async () => {
      const io = { ...mailIo, resolve: async () => '127.0.0.1' };
      const lines: string[] = [];
      const proxied = { ...settings.imap, host: 'mail.shop.example' };
      const error = await rejection(
        pullEmail(
          'inbox',
          { ...settings, imap: proxied },
          { ...io, resolve: async () => '::ffff:127.0.0.1' },
        ),
      );
      expect(lines).to.deep.equal([]);
      expect(error).to.be.instanceOf(Unavailable).and.include({ scope: 'channel', code: 'no_tls' });
    });
    it('does not trust a certificate of somebody else, and says what to do', async () => {
      const safe = new ImapServer({ tls: 'from the start' });
      await safe.start();
      const error = await failing({ imap: { ...settings.imap, port: safe.port, secure: true } });
      await safe.stop();
      expect(error).to.be.instanceOf(Unavailable).and.include({ scope: 'channel', code: 'certificate' });
      expect(error.message)
        .to.match(/localhost/)
        .and.match(/NODE_EXTRA_CA_CERTS/);
    });
    it('says so when TLS is spoken to a server that speaks none', async () => {
      const error = await failing({ imap: { ...settings.imap, secure: true } });
      expect(error).to.be.instanceOf(Unavailable).and.include({ scope: 'channel', code: 'no_tls' });
    });
    it('asks nobody in our own network', async () => {
      const refusal = new Rejected(
        'account',
        'unsafe_address',
        'localhost is an address of our own network.',
      );
      const resolve = () => Promise.reject(refusal);
      expect(await rejection(pullEmail('inbox', settings, { ...mailIo, resolve }))).to.equal(refusal);
      expect(server.connections.count).to.equal(0);
    });
    it('has no gap when the connection breaks while mails come', async () => {
      const { cursor } = await pull('inbox');
      const names = Array.from({ length: 12 }, (_, index) => `mail-${index}`);
      for (const name of names) server.deliver(mail(name, 'x'.repeat(200_000)));
      for (const delayMs of [5, 10, 15, 20, 30, 40, 60]) {
        const timer = setTimeout(() => server.connections.reset(), delayMs);
        const outcome = await pull('inbox', cursor).then(subjects, (error: unknown) => error);
        clearTimeout(timer);
        if (Array.isArray(outcome)) expect(outcome).to.deep.equal(names);
        else expect(outcome).to.be.instanceOf(Unavailable).and.include({ scope: 'channel' });
      }
      expect((await pullAll('inbox', cursor)).found).to.deep.equal(names);
    });
  });
});
