import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { MediaUnavailable, UnreadableDelivery } from '../../../src/platforms/adapter.ts';
import { unpackEmailMedia } from '../../../src/platforms/email/email-media.ts';
import { mailKey, writeStoredMail } from '../../../src/platforms/email/mail-envelope.ts';
import { MailReader, mailReader } from '../../../src/platforms/email/mail-reader.ts';
import { parseEmail } from '../../../src/platforms/email/parse-email.ts';
import type { MediaRef, MessageFact } from '../../../src/platforms/inbound-fact.ts';
import { rejection } from '../../support/stub-server.ts';

const origin = { address: 'help@shop.example', folder: 'inbox' } as const;
const stored = (raw: string) => writeStoredMail({ origin, raw: Buffer.from(raw) });
const receivedAt = new Date('2026-10-01T12:00:00.000Z');

/** How often other work had its turn while a promise was waited for. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const over = work.then(
    () => undefined,
    () => undefined,
  );
  void over.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise(resolve => setImmediate(resolve));
    turns++;
  }
  return turns;
}

describe('MailReader', () => {
  const reader = new MailReader({
    thread: new URL('../../support/endless-thread.mjs', import.meta.url),
    limitMs: 200,
  });
  it('ends a thread that does not come to an end, and goes on with another one', async () => {
    const endless = reader.read(Buffer.from('endless'));
    const next = reader.read(Buffer.from('next'));
    expect(await turnsDuring(endless)).to.be.greaterThan(1);
    const error = await rejection(endless);
    expect(error).to.be.instanceOf(UnreadableDelivery);
    expect(error.message).to.match(/longer than 1000 ms/);
    expect(await next).to.equal('next');
  });
  it('gives a mail that took too long another chance, when the others have had their turn', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slow-thread-'));
    const script = `
      import { mkdirSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      const isFirst = () => {
        try {
          mkdirSync(${JSON.stringify(join(folder, 'seen'))});
          return true;
        } catch {
          return false;
        }
      };
      parentPort.on('message', ({ body }) => {
        const text = Buffer.from(body).toString();
        if (text === 'slow' && isFirst()) for (;;);
        parentPort.postMessage({ result: text });
      });
      parentPort.postMessage('ready');`;
    const slow = new MailReader({
      thread: new URL(`data:text/javascript,${encodeURIComponent(script)}`),
      limitMs: 1000,
    });
    const read: unknown[] = [];
    await Promise.all(['slow', 'next'].map(async text => read.push(await slow.read(Buffer.from(text)))));
    rmSync(folder, { recursive: true });
    expect(read).to.deep.equal(['next', 'slow']);
  });
  it('goes on after a thread that broke', async () => {
    const error = await rejection(reader.read(Buffer.from('fatal')));
    expect(error).to.be.instanceOf(UnreadableDelivery);
    expect(error.message).to.match(/out of order/);
    expect(await reader.read(Buffer.from('next'))).to.equal('next');
  });
  it('leaves the bytes to whoever gave them', async () => {
    const body = Buffer.from('mine');
    await reader.read(body);
    expect(body.toString()).to.equal('mine');
  });
  it('does not blame the mail when there can be no thread', async () => {
    const broken = new MailReader({ thread: new URL('file:///nowhere/thread.mjs'), limitMs: 200 });
    const error = await rejection(broken.read(Buffer.from('mail')));
    expect(error).to.not.be.instanceOf(UnreadableDelivery);
    expect(error.message).to.match(/does not start/);
  });
  it('keeps no process alive', async () => {
    const script = `
      import { mailReader } from './src/platforms/email/mail-reader.ts';
      const body = Buffer.from('X-Concierge-Mailbox: {"address":"a@b.example","folder":"inbox"}\\r\\nFrom: c@d.example\\r\\n\\r\\nHello');
      console.log((await mailReader.read(body)).text);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--import=tsx', '--input-type=module', '-e', script],
      { timeout: 30_000 },
    );
    expect(stdout).to.equal('Hello\n');
  });
});

/** Heads that mail libraries once spent minutes on, or their stack. */
const hostileHeads: Record<string, string> = {
  'groups within groups': `To: ${'g:'.repeat(100_000)}a@b.example`,
  'comments within comments': `To: ${'('.repeat(200_000)}a@b.example`,
  'quotes that never end': `To: ${'"a'.repeat(100_000)}`,
  'escapes without end': `To: "${'\\'.repeat(200_000)}`,
  'angle brackets': `To: ${'<'.repeat(200_000)}`,
  'a hundred thousand at signs': `To: ${'@'.repeat(200_000)}`,
  'addresses without a comma': `To: ${'a@b.example '.repeat(20_000)}`,
  'fifty thousand addresses': `To: ${'a@b.c,'.repeat(40_000)}`,
  'encoded words': `Subject: ${'=?utf-8?q?=41?= '.repeat(15_000)}`,
  'encoded words that never end': `Subject: ${'=?utf-8?q?'.repeat(25_000)}`,
  'encoded words in addresses': `To: ${'=?utf-8?b?PGFAYi5jPg==?= '.repeat(10_000)}`,
  'ids without end': `References: ${'<a@b'.repeat(60_000)}`,
  'a hundred thousand ids': `References: ${'<a@b>'.repeat(50_000)}`,
  parameters: `Content-Type: text/plain${'; a=b'.repeat(50_000)}`,
  'parameters in pieces': `Content-Type: text/plain${Array.from({ length: 12_000 }, (_, index) => `; a*${index}*=x`).join('')}`,
  'parameters that never end': `Content-Type: text/plain; name="${'\\"'.repeat(100_000)}`,
  'folds without words': `Subject: ${'\r\n '.repeat(80_000)}`,
  'fields without names': ':\r\n'.repeat(80_000),
  'eighty thousand fields': 'a:\r\n'.repeat(60_000),
  'results within results': `Authentication-Results: ${'(;'.repeat(100_000)}`,
  'lists of lists': `List-Unsubscribe: ${'<http://x>,'.repeat(20_000)}`,
};

describe('A hostile mail', () => {
  for (const [name, head] of Object.entries(hostileHeads))
    it(`of ${name} holds nobody up`, async () => {
      for (const field of [head, head.slice(0, 1000), head.repeat(Math.ceil((1024 * 1024) / head.length))]) {
        const reading = parseEmail(stored(`From: ana@customer.example\r\n${field}\r\n\r\nHello`), receivedAt);
        expect(await turnsDuring(reading)).to.be.greaterThan(0);
        const facts = await reading.catch((error: unknown) => error);
        if (!Array.isArray(facts)) expect(facts).to.be.instanceOf(UnreadableDelivery);
      }
      const [fact] = await parseEmail(stored('From: ana@customer.example\r\n\r\nHello'), receivedAt);
      expect(fact).to.have.nested.property('content.text', 'Hello');
    });
  const bodies: Record<string, string> = {
    'elements within elements': `Content-Type: text/html\r\n\r\n${'<div>'.repeat(20_000)}`,
    attributes: `Content-Type: text/html\r\n\r\n<p ${'a=b '.repeat(50_000)}>`,
    styles: `Content-Type: text/html\r\n\r\n<p style="${'color:red;'.repeat(30_000)}">x</p>`,
    brackets: `Content-Type: text/html\r\n\r\n${'<'.repeat(200_000)}`,
    'marks of quotes': `\r\n${'>'.repeat(300_000)}\r\n${'> a\r\n'.repeat(30_000)}b`,
    introductions: `\r\n${'On Monday a\r\n'.repeat(80_000)}`,
  };
  for (const [name, body] of Object.entries(bodies))
    it(`of ${name} holds nobody up`, async () => {
      const reading = parseEmail(stored(`From: ana@customer.example\r\n${body}`), receivedAt);
      expect(await turnsDuring(reading)).to.be.greaterThan(0);
      const facts = await reading.catch((error: unknown) => error);
      if (!Array.isArray(facts)) expect(facts).to.be.instanceOf(UnreadableDelivery);
    });
});

describe('unpackEmailMedia', () => {
  const body = stored(
    [
      'From: ana@customer.example',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      '',
      'Hello',
      '--x',
      'Content-Type: image/png',
      'Content-Transfer-Encoding: base64',
      '',
      'iVBORw0KGgo=',
      '--x',
      'Content-Type: message/rfc822',
      'Content-Disposition: inline',
      '',
      'Subject: inner',
      '',
      'Inner words',
      '--x',
      'Content-Type: application/pdf; name=a.pdf',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '%PDF=2D1.4=0A',
      '--x--',
    ].join('\r\n'),
  );
  const delivered = async (key: string) => (key === mailKey(body) ? body : undefined);
  const mediaOf = async () => ((await parseEmail(body, receivedAt))[0] as MessageFact).content.media ?? [];
  const refusal = (media: Partial<MediaRef>) =>
    rejection(unpackEmailMedia({ type: 'document', ...media }, delivered));

  it('gives the bytes of each file, as many as were announced', async () => {
    const media = await mediaOf();
    const files = await Promise.all(media.map(each => unpackEmailMedia(each, delivered)));
    expect(files.map(({ content, mimeType }) => [mimeType, content.toString('latin1')])).to.deep.equal([
      ['image/png', '\x89PNG\r\n\x1a\n'],
      ['message/rfc822', 'Subject: inner\r\n\r\nInner words'],
      ['application/pdf', '%PDF-1.4\n'],
    ]);
    expect(files.map(({ content }) => content.length)).to.deep.equal(media.map(({ size }) => size));
  });
  it('says why a file cannot be had', async () => {
    const [{ id = '' } = {}] = await mediaOf();
    for (const media of [
      { id: id.replace(/:0$/, ':9') },
      { id: id.replace('mail-', 'mail-0').slice(0, 70) },
      { id: `mail-${'0'.repeat(64)}:0` },
      {},
      { id: '../x' },
    ])
      expect(await refusal(media), media.id).to.be.instanceOf(MediaUnavailable);
    const left = await refusal({ unavailable: 'The mail is larger than 30 MB.' });
    expect(left)
      .to.be.instanceOf(MediaUnavailable)
      .and.include({ message: 'The mail is larger than 30 MB.' });
  });
  it('reads and unpacks one after the other, with one thread', async () => {
    const [media] = await mediaOf();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0 ? mailReader.read(body) : unpackEmailMedia(media!, delivered),
      ),
    );
    expect(all).to.have.length(20);
  });
});
