import { expect } from 'chai';
import { type OutboundFile, Rejected } from '../../../src/platforms/adapter.ts';
import { writeStoredMail } from '../../../src/platforms/email/mail-envelope.ts';
import { parseEmail } from '../../../src/platforms/email/parse-email.ts';
import type { MessageFact } from '../../../src/platforms/inbound-fact.ts';
import { outboundFile } from '../../contract/samples/adapter-sample.ts';
import { correlator, useSmtp } from '../../support/mail-sender.ts';
import { mailUser } from '../../support/mail-server.ts';
import { rejection, StubServer } from '../../support/stub-server.ts';

const own = (number: number) => `${number}.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01@shop.example`;
describe('sendEmail', () => {
  const { server, settings, send } = useSmtp();
  /** The head of the last mail, unfolded. */
  const header = (name: string) =>
    new RegExp(`^${name}: (.*)$`, 'im').exec(
      (server.last.raw.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ').replace(/\r/g, ''),
    )?.[1];
  /** The last mail, read as we read mail that was sent. */
  const read = async () => {
    const origin = { address: 'help@shop.example', folder: 'sent' as const };
    const body = writeStoredMail({ origin, raw: Buffer.from(server.last.raw, 'latin1') });
    const [fact] = await parseEmail(body, new Date());
    return fact as MessageFact;
  };

  it('sends a text to the customer, under an id that finds it again', async () => {
    const receipt = await send();
    expect(receipt).to.deep.equal({ externalId: `${correlator}@shop.example`, aliases: [] });
    expect(server.last).to.include({ from: 'help@shop.example', user: mailUser.user });
    expect(server.last.to).to.deep.equal(['ana@customer.example']);
    expect(header('Message-ID')).to.equal(`<${correlator}@shop.example>`);
    expect(header('From')).to.equal('"Lumen & Oak" <help@shop.example>');
    expect(header('To')).to.equal('ana@customer.example');
    expect(header('Reply-To')).to.equal(undefined);
    const fact = await read();
    expect(fact).to.deep.include({ externalId: receipt.externalId, correlator, direction: 'outbound' });
    expect(fact.contact.aliases).to.deep.equal([{ kind: 'email', value: 'ana@customer.example' }]);
    expect(fact.content.text).to.equal('Hello');
  });
  it('writes words, lines and addresses also as a layout, and nothing of them as markup', async () => {
    const words =
      'Café <b>&\nSee https://shop.example/a?b=1&c="2", or (https://shop.example/d).\n\n.\n..dots';
    await send({ content: { type: 'text', text: words } });
    const { content } = await read();
    expect(content.text).to.equal(words);
    expect(content.html).to.include('Café &lt;b&gt;&amp;<br />');
    expect(content.html)
      .to.include('href="https://shop.example/a?b=1&amp;c="')
      .and.include('href="https://shop.example/d"');
    expect(content.html).to.not.include('<b>');
  });
  it('answers in the conversation: the root and the nearest are named, the answered one last', async () => {
    const externalIds = ['root@customer.example', own(1), 'second@customer.example'];
    await send({ thread: { subject: 'Parcel', externalIds } });
    expect(header('In-Reply-To')).to.equal('<second@customer.example>');
    expect(header('References')).to.equal(externalIds.map(id => `<${id}>`).join(' '));
    await send({ thread: { subject: 'Parcel', externalIds }, replyToExternalId: own(1) });
    expect(header('In-Reply-To')).to.equal(`<${own(1)}>`);
    expect(header('References')).to.equal(`<root@customer.example> <second@customer.example> <${own(1)}>`);
    const many = Array.from({ length: 40 }, (_, index) => own(index));
    await send({ thread: { subject: 'Parcel', externalIds: many } });
    const references = header('References')?.split(' ') ?? [];
    expect(references).to.have.length(20);
    expect(references[0]).to.equal(`<${own(0)}>`);
    expect(references.at(-1)).to.equal(`<${own(39)}>`);
  });
  it('names no id that could not stand in a head, nor one that we made for a mail without any', async () => {
    const odd = [
      `sha256-${'0'.repeat(64)}`,
      'a b@c',
      'a>\r\nBcc: x@evil.example',
      '<x@y>',
      'ü@x',
      'no-at-sign',
    ];
    await send({ thread: { subject: 'Parcel', externalIds: odd }, replyToExternalId: odd[2]! });
    expect(header('References')).to.equal(undefined);
    expect(header('In-Reply-To')).to.equal(undefined);
    expect(header('Bcc')).to.equal(undefined);
  });
  it('keeps the subject, with one "Re:"', async () => {
    const subjectOf = async (subject: string | null, externalIds: readonly string[] = [own(1)]) => {
      await send({ thread: { subject, externalIds } });
      return header('Subject');
    };
    expect(await subjectOf('Parcel')).to.equal('Re: Parcel');
    expect(await subjectOf('Parcel', [])).to.equal('Parcel');
    for (const subject of ['Re: Parcel', 'RE: Parcel', 'AW: Parcel', 'Re[2]: Parcel', 'SV: Parcel'])
      expect(await subjectOf(subject)).to.equal(subject);
    expect(await subjectOf(null)).to.equal('Message from Lumen & Oak');
    expect(await subjectOf('Re: Parcel\r\nBcc: x@evil.example')).to.equal('Re: Parcel Bcc: x@evil.example');
  });
  it('sends copies, and tells nobody of the hidden ones', async () => {
    await send({
      copies: { cc: ['Lea@Customer.example', 'ana@customer.example'], bcc: ['boss@shop.example'] },
    });
    expect(server.last.to).to.deep.equal([
      'ana@customer.example',
      'lea@customer.example',
      'boss@shop.example',
    ]);
    expect(header('Cc')).to.equal('lea@customer.example');
    expect(server.last.raw).to.not.include('boss@');
  });
  it('wants answers at an address that names the message, where the mailbox takes such', async () => {
    await send({}, { plusAddressing: true });
    expect(header('Reply-To')).to.equal(`"Lumen & Oak" <help+${correlator}@shop.example>`);
  });
  it('signs in with a token where there is no password', async () => {
    const tokens = new StubServer();
    await tokens.start();
    tokens.answer = { body: { access_token: mailUser.accessToken } };
    const { password: _, ...smtp } = settings().smtp;
    const oauth = {
      clientId: 'client',
      clientSecret: 'secret',
      refreshToken: 'refresh',
      tokenUrl: `${tokens.url}/token`,
    };
    await send({}, { smtp, oauth });
    expect(server.last.user).to.equal(mailUser.user);
    tokens.answer = { body: { access_token: 'of-yesterday' } };
    expect(await rejection(send({}, { smtp, oauth })))
      .to.be.instanceOf(Rejected)
      .and.include({ scope: 'reauthorise' });
    await tokens.stop();
  });
  it('sends files as they are, each opened when its turn comes', async () => {
    const files = [
      outboundFile('image', 'image/png'),
      { ...outboundFile('document', 'application/pdf'), filename: 'Größe "1".pdf' },
    ];
    await send({ content: { type: 'media', files, text: 'See these' } });
    const { content } = await read();
    expect(content.text).to.equal('See these');
    expect(
      content.media?.map(({ filename, mimeType, size }) => ({ filename, mimeType, size })),
    ).to.deep.equal(files.map(({ filename, mimeType, size }) => ({ filename, mimeType, size })));
    await send({ content: { type: 'media', files: files.slice(0, 1) } });
    expect((await read()).content).to.include({ type: 'image' });
  });
  it('lets nobody write into its head', async () => {
    const evil = 'x\r\nBcc: x@evil.example\r\n\r\nbody';
    const file: OutboundFile = {
      ...outboundFile('document', 'application/pdf'),
      filename: evil,
      mimeType: `text/plain\r\n${evil}`,
    };
    await send(
      {
        content: { type: 'media', files: [file], text: evil },
        thread: { subject: evil, externalIds: [evil] },
        replyToExternalId: evil,
      },
      { name: evil },
    );
    expect(server.last.to).to.deep.equal(['ana@customer.example']);
    const [head = ''] = server.last.raw.split('\r\n\r\n');
    expect(head).to.not.match(/^bcc:/im);
    for (const address of [
      evil,
      `a@b.example>\r\nRCPT TO:<x@evil.example`,
      'a b@c.example',
      'a@b@c',
      '',
      '@',
      'a@',
    ]) {
      const to = [{ kind: 'email', value: address }];
      expect(await rejection(send({ to })), address)
        .to.be.instanceOf(Rejected)
        .and.include({ scope: 'message' });
      const copies = { cc: [address], bcc: [] };
      expect(await rejection(send({ copies })), address)
        .to.be.instanceOf(Rejected)
        .and.include({ code: 'bad_address' });
    }
    expect(server.taken).to.have.length(1);
  });
  it('refuses what is no mail', async () => {
    const template = { type: 'template', name: 'order', language: 'en', variables: [] } as const;
    expect(await rejection(send({ content: template })))
      .to.be.instanceOf(Rejected)
      .and.include({ scope: 'message' });
    expect(await rejection(send({ to: [{ kind: 'phone', value: '+351910000002' }] })))
      .to.be.instanceOf(Rejected)
      .and.include({ code: 'no_address' });
    const bcc = Array.from({ length: 100 }, (_, index) => `a${index}@b.example`);
    expect(await rejection(send({ copies: { cc: [], bcc } })))
      .to.be.instanceOf(Rejected)
      .and.include({ code: 'too_many_recipients' });
  });
});
