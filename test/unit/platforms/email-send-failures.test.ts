import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type OutboundFile, OutcomeUnknown, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { sendEmail } from '../../../src/platforms/email/send-email.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { correlator, mailText as text, useSmtp } from '../../support/mail-sender.ts';
import { deadPort, mailIo, SmtpServer } from '../../support/mail-server.ts';
import { rejection } from '../../support/stub-server.ts';
import { until } from '../../support/until.ts';

describe('sendEmail, when it fails,', () => {
  const { server, settings, send } = useSmtp();

  it('closes its connection, whatever happens', async () => {
    server.answers = { rcpt: { 'ana@customer.example': { code: 550, text: '5.1.1 No such user' } } };
    await rejection(send());
    server.answers = {};
    await send();
    await until('nobody is connected', () => server.connections.open === 0);
  });

  describe('when the server says no', () => {
    const cases: readonly [string, SmtpServer['answers'], typeof Rejected | typeof Unavailable, object][] = [
      ['goes away', { connect: { code: 421, text: '4.3.2 Later' } }, Unavailable, { scope: 'channel' }],
      [
        'is no server for us',
        { connect: { code: 554, text: '5.7.1 Blocked' } },
        Unavailable,
        { scope: 'channel', code: 'no_entry' },
      ],
      [
        'does not take the sender',
        { mail: { code: 553, text: '5.7.1 Not yours' } },
        Rejected,
        { scope: 'message', code: '5.7.1' },
      ],
      ['is busy', { mail: { code: 451, text: '4.3.0 Busy' } }, Unavailable, { scope: 'channel' }],
      [
        'finds the mail too large',
        { mail: { code: 552, text: '5.3.4 Too big' } },
        Rejected,
        { scope: 'message' },
      ],
      [
        'does not like the content',
        { data: { code: 554, text: '5.7.1 Spam' } },
        Rejected,
        { scope: 'message' },
      ],
      [
        'wants it later',
        { data: { code: 451, text: '4.7.1 Greylisted' } },
        Unavailable,
        { scope: 'conversation' },
      ],
      [
        'has taken enough for today',
        { data: { code: 550, text: '5.4.5 Daily user sending limit exceeded' } },
        Unavailable,
        { scope: 'channel', retryAfterMs: 3_600_000 },
      ],
    ];
    for (const [name, answers, kind, properties] of cases)
      it(`it ${name}`, async () => {
        server.answers = answers;
        const error = await rejection(send());
        expect(error).to.be.instanceOf(kind).and.include(properties);
        expect(error.message).to.match(/^[A-Z].*/);
      });
    const recipient = (code: number, text: string) => ({ rcpt: { 'ana@customer.example': { code, text } } });
    it('to a recipient for good, with a reason for the agent', async () => {
      server.answers = recipient(550, '5.1.1 User unknown');
      const error = await rejection(send());
      expect(error).to.be.instanceOf(Rejected).and.include({ scope: 'message', code: '5.1.1' });
      expect(error.message)
        .to.match(/ana@customer\.example: there is no such mailbox/)
        .and.match(/User unknown/);
    });
    it('to a recipient for now', async () => {
      server.answers = recipient(450, '4.2.0 Greylisted, try again in 5 minutes');
      expect(await rejection(send()))
        .to.be.instanceOf(Unavailable)
        .and.include({ scope: 'conversation' });
    });
    it('to the customer alone: the copies have gone, so there is no other try', async () => {
      server.answers = recipient(450, '4.2.2 Mailbox full');
      const error = await rejection(send({ copies: { cc: ['lea@customer.example'], bcc: [] } }));
      expect(error).to.be.instanceOf(Rejected).and.include({ scope: 'message' });
      expect(error.message).to.match(/mailbox is full.*copies went out/);
    });
    it('to copies alone: the customer has the mail, and it is told who has not', async () => {
      server.answers = {
        rcpt: {
          'lea@customer.example': { code: 550, text: '5.1.1 Unknown' },
          'boss@customer.example': { code: 450, text: '4.2.2 Mailbox full' },
        },
      };
      const cc = ['lea@customer.example', 'ben@customer.example'];
      const sent = await send({ copies: { cc, bcc: ['boss@customer.example'] } });
      expect(sent.refusedCopies).to.deep.equal([
        {
          address: 'lea@customer.example',
          reason: 'The mail could not be delivered to lea@customer.example: there is no such mailbox.',
        },
        {
          address: 'boss@customer.example',
          reason: 'The mail could not be delivered to boss@customer.example: the mailbox is full.',
        },
      ]);
      expect(server.last.to).to.deep.equal(['ana@customer.example', 'ben@customer.example']);
      server.answers = {};
      expect(await send({ copies: { cc, bcc: [] } })).to.not.have.property('refusedCopies');
    });
    it('to the password', async () => {
      const smtp = { ...settings().smtp, password: 'wrong' };
      const error = await rejection(send({}, { smtp }));
      expect(error).to.be.instanceOf(Rejected).and.include({ scope: 'reauthorise' });
      expect(error.message).to.not.include('wrong');
    });
  });

  describe('when the line goes dead', () => {
    it('before the mail was whole: it surely did not go', async () => {
      server.answers = { drop: 'in-data' };
      const file: OutboundFile = {
        ...outboundFile('document', 'application/pdf'),
        size: 4_000_000,
        open: async () => Readable.from(Array.from({ length: 400 }, () => Buffer.alloc(10_000, 'x'))),
      };
      expect(await rejection(send({ content: { type: 'media', files: [file] } })))
        .to.be.instanceOf(Unavailable)
        .and.include({ scope: 'channel' });
    });
    it('after the last of it: nobody knows', async () => {
      server.answers = { drop: 'after-data' };
      expect(await rejection(send())).to.be.instanceOf(OutcomeUnknown);
      server.answers = {};
      await send();
      expect(server.taken.map(({ raw }) => /^Message-ID: .*$/m.exec(raw)?.[0])).to.deep.equal(
        Array.from({ length: 2 }, () => `Message-ID: <${correlator}@shop.example>`),
      );
    });
    it('before anybody answered', async () => {
      const smtp = { ...settings().smtp, port: await deadPort() };
      expect(await rejection(send({}, { smtp })))
        .to.be.instanceOf(Unavailable)
        .and.include({ code: 'ECONNREFUSED' });
    });
  });

  describe('when a file', () => {
    const sendFile = (open: OutboundFile['open']) =>
      rejection(
        send({
          content: { type: 'media', files: [{ ...outboundFile('document', 'application/pdf'), open }] },
        }),
      );
    it('is gone: the mail is refused, and nothing of it goes', async () => {
      const error = await sendFile(() => Promise.reject(new Error('gone')));
      expect(error).to.be.instanceOf(Rejected).and.include({ scope: 'message', code: 'file_gone' });
      expect(server.taken).to.have.length(0);
    });
    it('cannot be had now: the mail waits', async () => {
      const later = new Unavailable(
        'conversation',
        'no_file_store',
        'The file cannot be read at the moment.',
      );
      expect(await sendFile(() => Promise.reject(later))).to.equal(later);
    });
    it('breaks in the middle: the server forgets the mail', async () => {
      const error = await sendFile(async () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(100_000, 'x');
            throw new Error('broken');
          })(),
        ),
      );
      expect(error).to.be.instanceOf(Rejected).and.include({ code: 'file_gone' });
      await until('nobody is connected', () => server.connections.open === 0);
      expect(server.taken).to.have.length(0);
    });
  });

  describe('over lines that others could read', () => {
    const far = { ...mailIo, resolve: async () => '::ffff:127.0.0.1' };
    it('sends no password where there is no TLS', async () => {
      const error = await rejection(sendEmail(text, settings(), far));
      expect(error).to.be.instanceOf(Unavailable).and.include({ scope: 'channel', code: 'no_tls' });
      expect(server.taken).to.have.length(0);
    });
    it('does not trust a certificate of somebody else', async () => {
      const safe = new SmtpServer({ disabledCommands: [] });
      await safe.start();
      const starttls = await rejection(
        sendEmail(text, settings({ smtp: { ...settings().smtp, port: safe.port } }), far),
      );
      expect(starttls).to.be.instanceOf(Unavailable).and.include({ scope: 'channel', code: 'certificate' });
      await safe.stop();
      const direct = new SmtpServer({ secure: true });
      await direct.start();
      const smtp = { ...settings().smtp, port: direct.port, secure: true };
      expect(await rejection(sendEmail(text, settings({ smtp }), far)))
        .to.be.instanceOf(Unavailable)
        .and.include({ scope: 'channel', code: 'certificate' });
      await direct.stop();
    });
    it('says so when TLS is spoken to a server that speaks none', async () => {
      const smtp = { ...settings().smtp, secure: true };
      expect(await rejection(send({}, { smtp })))
        .to.be.instanceOf(Unavailable)
        .and.include({ scope: 'channel', code: 'no_tls' });
    });
  });
});
