import { expect } from 'chai';
import { UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { writeStoredMail } from '../../../src/platforms/email/mail-envelope.ts';
import { parseEmail } from '../../../src/platforms/email/parse-email.ts';
import { goldenCases } from '../../support/golden-cases.ts';
import { rejection } from '../../support/stub-server.ts';

const receivedAt = new Date('2026-10-01T12:00:00.000Z');
const origin = { address: 'help@shop.example', folder: 'inbox' } as const;
const stored = (raw: string | Buffer) => writeStoredMail({ origin, raw: Buffer.from(raw) });

describe('parseEmail', () => {
  for (const { name, about, receivedAt: at, deliveries } of goldenCases('email'))
    it(`${name}: ${about}`, async () => {
      for (const { body, expected } of deliveries)
        expect(JSON.parse(JSON.stringify(await parseEmail(body, at)))).to.deep.equal(expected);
    });

  const unreadable: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    'a mail without our line': Buffer.from('From: ana@customer.example\r\n\r\nHello'),
    'our line alone, without its end': Buffer.from(
      'X-Concierge-Mailbox: {"address":"a@b.c","folder":"inbox"}',
    ),
    'our line with another folder': Buffer.from(
      'X-Concierge-Mailbox: {"address":"a@b.c","folder":"trash"}\r\n\r\nx',
    ),
    'our line without an address': Buffer.from('X-Concierge-Mailbox: {"folder":"inbox"}\r\n\r\nx'),
    'our line in pieces': Buffer.from(
      'X-Concierge-Mailbox: {"address":\r\n "a@b.c","folder":"inbox"}\r\n\r\nx',
    ),
    'more than 30 MB': stored(Buffer.alloc(30 * 1024 * 1024 + 1, 'a\r\n')),
    'a head of more than 256 KB': stored(`X: ${'x'.repeat(256 * 1024)}\r\n\r\nHello`),
    'a part with a head of more than 256 KB': stored(
      `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nX: ${'x'.repeat(256 * 1024)}\r\n\r\nHello\r\n--x--`,
    ),
    'more than 200 parts': stored(
      `Content-Type: multipart/mixed; boundary=x\r\n\r\n${'--x\r\n\r\nHello\r\n'.repeat(201)}--x--`,
    ),
    'parts nested deeper than 20': stored(
      Array.from(
        { length: 25 },
        (_, depth) => `Content-Type: multipart/mixed; boundary=x${depth}\r\n\r\n--x${depth}\r\n`,
      ).join(''),
    ),
  };
  for (const [name, body] of Object.entries(unreadable))
    it(`cannot read ${name}, and says so`, async () => {
      expect(await rejection(parseEmail(body, receivedAt))).to.be.instanceOf(UnreadableDelivery);
    });

  it('keeps 500 recipients, and says that there were more', async () => {
    const to = Array.from({ length: 700 }, (_, index) => `a${index}@b.example`).join(',\r\n ');
    const [fact] = await parseEmail(
      stored(`From: ana@customer.example\r\nTo: ${to}\r\n\r\nHello`),
      receivedAt,
    );
    expect(fact).to.have.nested.property('content.metadata.email.to').with.length(500);
    expect(fact).to.have.nested.property('content.metadata.email.recipientsCut', true);
  });
  it('leaves a layout out that is too large, and keeps its words', async () => {
    const html = `<p>Hello</p>${'<p>again and again</p>'.repeat(25_500)}`;
    const mail = stored(`From: ana@customer.example\r\nContent-Type: text/html\r\n\r\n${html}`);
    const [fact] = await parseEmail(mail, receivedAt);
    expect(fact).to.not.have.nested.property('content.html');
    expect(fact).to.have.nested.property('content.metadata.email.htmlCut', true);
    expect(fact).to.have.nested.property('content.metadata.email.textCut', true);
    expect(fact).to.have.nested.property('content.text').with.length(200_000);
  });
  it('takes no thread of its own for what is no mail of ours', async () => {
    const cut = stored('From: ana@customer.example\r\n\r\nHello').subarray(0, 20);
    expect(await rejection(parseEmail(cut, receivedAt))).to.be.instanceOf(UnreadableDelivery);
  });
});
