import { expect } from 'chai';
import type { LineState, OpenLine } from '../../src/platforms/adapter.ts';
import { emailAdapter } from '../../src/platforms/email/index.ts';
import { DovecotServer } from '../support/dovecot-server.ts';
import { mailIo, mailSettings, mailUser } from '../support/mail-server.ts';
import { until } from '../support/until.ts';

const letter = (id: string, text: string) =>
  [
    'From: Ana <ana@example.org>',
    'To: help@shop.example',
    'Subject: Lamp',
    `Message-ID: <${id}@example.org>`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '',
  ].join('\r\n');

/** What the suites play with a library, once more with the server that many mailboxes live on. */
describe('a mailbox on Dovecot', function () {
  this.timeout(60_000);
  const dovecot = new DovecotServer(process.env.TEST_DOVECOT ?? 'dovecot');
  let cursor: string | undefined;
  before(() => dovecot.start());
  after(() => dovecot.stop());

  const settings = () => {
    const { imap, ...rest } = mailSettings({ imap: dovecot.port });
    return { ...rest, imap: { ...imap, password: mailUser.password.replaceAll(' ', '_') } };
  };
  const pull = async (what = 'inbox') => {
    const pulled = await emailAdapter.pull?.(what, settings(), mailIo, cursor);
    if (what === 'inbox') cursor = pulled?.cursor ?? cursor;
    const facts = await Promise.all(
      (pulled?.bodies ?? []).map(({ body }) => emailAdapter.parse(body, new Date())),
    );
    return facts.flat().flatMap(fact => (fact.kind === 'message' ? [fact.content.text?.trim()] : []));
  };

  it('gives what comes from now on, once', async () => {
    dovecot.deliver(letter('before', 'Long ago'));
    expect(await pull()).to.deep.equal([]);
    dovecot.deliver(letter('one', 'First'));
    dovecot.deliver(letter('two', 'Second, mit Ümläuten'));
    expect(await pull()).to.deep.equal(['First', 'Second, mit Ümläuten']);
    expect(await pull()).to.deep.equal([]);
    expect(await pull('sent')).to.deep.equal([]);
  });
  it('gives what was there before when it is asked for', async () => {
    const since = new Date(Date.now() - 3_600_000);
    const [inbox = ''] = emailAdapter.recall?.(since, settings()) ?? [];
    expect(await pull(inbox)).to.include.members(['Long ago', 'First']);
  });
  it('rings when a mail comes', async () => {
    const rings: string[] = [];
    const states: LineState[] = [];
    const line = (await emailAdapter.open?.(settings(), mailIo, {
      ring: async what => void rings.push(what),
      deliver: async () => undefined,
      tell: async state => void states.push(state),
      session: undefined as never,
    })) as OpenLine;
    await until('it is open', async () => states.some(({ health }) => health === 'ok'));
    const before = rings.length;
    dovecot.deliver(letter('three', 'Third'));
    await until('it rings', async () => rings.length > before);
    expect(await pull()).to.deep.equal(['Third']);
    await line.close();
  });
  it('numbered anew brings nothing twice under another key', async () => {
    const keys = async () =>
      (await emailAdapter.pull?.('inbox', settings(), mailIo, cursor))?.bodies.map(({ key }) => key) ?? [];
    const [inbox = ''] = emailAdapter.recall?.(new Date(Date.now() - 3_600_000), settings()) ?? [];
    const before = (await emailAdapter.pull?.(inbox, settings(), mailIo))?.bodies.map(({ key }) => key) ?? [];
    dovecot.renumber();
    dovecot.deliver(letter('four', 'Fourth'));
    const after = await keys();
    expect(after).to.include.members(before);
    expect(after).to.have.length(before.length + 1);
  });
  it('that does not know the password says so', async () => {
    const wrong = { ...settings(), imap: { ...settings().imap, password: 'no' } };
    const check = await emailAdapter.check?.(wrong, mailIo, { url: '' });
    expect(check?.health).to.equal('reauthorise');
  });
});
