import { expect } from 'chai';
import { isVerifiedBy } from '../../../src/platforms/email/authentication-results.ts';
import { automaticReason } from '../../../src/platforms/email/automatic-mail.ts';
import { readDeliveryReport } from '../../../src/platforms/email/delivery-report.ts';
import {
  isOwnAddress,
  normalAddress,
  tokenIn,
  withToken,
} from '../../../src/platforms/email/email-address.ts';
import { type Cursor, moved, readCursor, startOf } from '../../../src/platforms/email/email-cursor.ts';
import { enhancedStatusIn, undeliverable } from '../../../src/platforms/email/mail-status.ts';
import {
  correlatorIn,
  idByToken,
  isWritableId,
  messageIdIn,
  messageIdsIn,
  ownMessageId,
} from '../../../src/platforms/email/message-ids.ts';
import { quotedFrom } from '../../../src/platforms/email/quoted-history.ts';
import { htmlOfText } from '../../../src/platforms/email/text-to-html.ts';

const own = 'Help@Shop.example';
const correlator = '812.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01';

describe('isVerifiedBy', () => {
  const table: readonly [string, readonly string[], boolean | null][] = [
    ['no results', [], null],
    ['ours, passed', ['mx.shop.example; spf=pass; dmarc=pass (p=none) header.from=a.example'], true],
    ['ours, failed', ['mx.shop.example; dmarc=fail header.from=a.example'], false],
    ['ours, with a version', ['MX.shop.example 1; dmarc=pass'], true],
    ['ours, in quotes', ['"mx.shop.example"; dmarc=pass'], true],
    ['ours, after a comment', ['(x) mx.shop.example; dmarc=pass'], true],
    ['ours, of a domain without rules', ['mx.shop.example; dmarc=none'], null],
    ['ours, by guess alone', ['mx.shop.example; dmarc=bestguesspass'], null],
    ['ours, not now', ['mx.shop.example; dmarc=temperror'], null],
    ['ours, of others only', ['mx.shop.example; spf=pass; dkim=pass'], null],
    ['ours, in a comment', ['mx.shop.example; spf=pass (dmarc=pass; dmarc=pass)'], null],
    ['ours, in a value', ['mx.shop.example; spf=pass smtp.mailfrom="x; dmarc=pass"'], null],
    ['of a stranger', ['mx.stranger.example; dmarc=pass'], null],
    ['of a longer name', ['mx.shop.example.stranger.example; dmarc=pass'], null],
    ['of a stranger, who says no', ['mx.stranger.example; dmarc=fail'], false],
    [
      'a pass of a stranger above ours',
      ['mx.stranger.example; dmarc=pass', 'mx.shop.example; dmarc=fail'],
      false,
    ],
    ['two of ours: the upper one', ['mx.shop.example; dmarc=fail', 'mx.shop.example; dmarc=pass'], false],
    ['of nobody, as Microsoft writes', ['spf=pass smtp.mailfrom=a.example; dmarc=pass action=none'], null],
    ['of nobody, failed', ['spf=fail smtp.mailfrom=a.example; dmarc=fail action=oreject'], false],
    [
      'a failure of a stranger further down',
      ['mx.other.example; spf=pass', 'mx.stranger.example; dmarc=fail'],
      null,
    ],
  ];
  for (const [name, headers, expected] of table)
    it(`${name}: ${expected}`, () => {
      expect(isVerifiedBy(headers, 'mx.shop.example', 1)).to.equal(expected);
    });
  it('believes no pass where nobody said whose', () => {
    expect(isVerifiedBy(['mx.shop.example; dmarc=pass'], undefined, 1)).to.equal(null);
    expect(isVerifiedBy(['mx.shop.example; dmarc=fail'], undefined, 1)).to.equal(false);
  });
  it('believes nothing of two senders', () => {
    expect(isVerifiedBy(['mx.shop.example; dmarc=pass'], 'mx.shop.example', 2)).to.equal(false);
  });
});

describe('automaticReason', () => {
  const table: readonly [Readonly<Record<string, string>>, string | undefined, string | undefined][] = [
    [{}, 'ana@customer.example', undefined],
    [{}, undefined, undefined],
    [{ 'auto-submitted': 'no' }, 'ana@customer.example', undefined],
    [{ 'auto-submitted': 'No (really)' }, 'ana@customer.example', undefined],
    [{ 'auto-submitted': 'auto-replied; owner-email="x"' }, 'ana@customer.example', 'auto-reply'],
    [{ 'auto-submitted': 'auto-generated' }, 'ana@customer.example', 'auto-generated'],
    [{ 'x-autoreply': 'yes' }, 'ana@customer.example', 'auto-reply'],
    [{ 'x-autoreply': 'no' }, 'ana@customer.example', undefined],
    [{ precedence: 'auto_reply' }, 'ana@customer.example', 'auto-reply'],
    [{ precedence: 'Bulk' }, 'ana@customer.example', 'bulk'],
    [{ precedence: 'junk' }, 'ana@customer.example', 'bulk'],
    [{ precedence: 'list' }, 'ana@customer.example', 'list'],
    [{ precedence: 'first-class' }, 'ana@customer.example', undefined],
    [{ 'list-id': '<x.example>' }, 'ana@customer.example', 'list'],
    [{ 'list-unsubscribe': '<mailto:x@y.example>' }, 'ana@customer.example', 'list'],
    [{ 'return-path': '<>' }, 'ana@customer.example', 'bounce'],
    [{ 'return-path': '<ana@customer.example>' }, 'ana@customer.example', undefined],
    [{ 'x-auto-response-suppress': 'OOF, AutoReply' }, 'ana@customer.example', 'suppressed'],
    [{ 'x-auto-response-suppress': 'None' }, 'ana@customer.example', undefined],
    [{}, 'MAILER-DAEMON@x.example', 'bounce'],
    [{}, 'postmaster@x.example', 'bounce'],
    [{}, 'postmaster.general@x.example', undefined],
    [{}, 'no-reply@x.example', 'no-reply'],
    [{}, 'noreply@x.example', 'no-reply'],
    [{}, 'donotreply+1@x.example', 'no-reply'],
    [{}, 'do-not-reply@x.example', 'no-reply'],
    [{}, 'noreplying@x.example', undefined],
  ];
  for (const [headers, sender, expected] of table)
    it(`${JSON.stringify(headers)} of ${sender}: ${expected}`, () => {
      expect(automaticReason(name => headers[name], sender)).to.equal(expected);
    });
});

describe('quotedFrom', () => {
  const table: readonly [string, string, string][] = [
    [
      'an introduction',
      'Yes.\n\n',
      'On Mon, 1 Jan 2026 at 10:00, Help <help@shop.example> wrote:\n> Really?',
    ],
    [
      'an introduction on two lines',
      'Yes.\n\n',
      'On Mon, 1 Jan 2026 at 10:00, Help\n<help@shop.example> wrote:\n\n> Really?',
    ],
    ['German', 'Ja.\n\n', 'Am 01.01.2026 um 10:00 schrieb Help <help@shop.example>:\n> Wirklich?'],
    ['French', 'Oui.\n\n', 'Le lun. 1 janv. 2026 à 10:00, Help <help@shop.example> a écrit :\n> Vraiment ?'],
    [
      'Spanish',
      'Sí.\n\n',
      'El lun, 1 ene 2026 a las 10:00, Help (<help@shop.example>) escribió:\n> ¿De veras?',
    ],
    [
      'Portuguese',
      'Sim.\n\n',
      'Em seg., 1 de jan. de 2026 às 10:00, Help <help@shop.example> escreveu:\n> Sim?',
    ],
    [
      'Italian',
      'Sì.\n\n',
      'Il giorno lun 1 gen 2026 alle ore 10:00 Help <help@shop.example> ha scritto:\n> Davvero?',
    ],
    ['Dutch', 'Ja.\n\n', 'Op ma 1 jan 2026 om 10:00 schreef Help <help@shop.example>:\n> Echt?'],
    ['Swedish', 'Ja.\n\n', 'Den mån 1 jan. 2026 kl 10:00 skrev Help <help@shop.example>:\n> Säkert?'],
    [
      'an introduction without marks beneath',
      'Yes.\n\n',
      'On Mon, 1 Jan 2026 at 10:00, Help wrote:\nReally?\nYes?',
    ],
    ['marks alone', 'Yes.\n', '> Really?\n> Yes?\n'],
    ['a line of Outlook', 'Yes.\n\n', '-----Original Message-----\nFrom: Help\nReally?'],
    [
      'a head of Outlook',
      'Yes.\n\n',
      'From: Help <help@shop.example>\nSent: Monday, 1 January 2026 10:00\nTo: Ana\nSubject: x\n\nReally?',
    ],
    ['a German head', 'Ja.\n\n', 'Von: Help <help@shop.example>\nGesendet: Montag\nAn: Ana\n\nWirklich?'],
  ];
  for (const [name, words, history] of table)
    it(`finds ${name}`, () => {
      expect(quotedFrom(words + history)).to.equal(words.length);
    });
  const without: Record<string, string> = {
    'nothing quoted': 'Yes.\nNo.',
    'an answer between the lines': 'See below.\n> Really?\nYes.\n> Sure?\nNo.',
    'an answer beneath': 'On Mon, 1 Jan 2026, Help wrote:\n> Really?\n\nYes.',
    'nothing but a quote': '> Really?\n> Yes?',
    'a forwarded mail': 'FYI\n\n---------- Forwarded message ----------\nSubject: x\n\nWords',
    'a sentence that begins like one': 'On Monday we wrote to you: nothing came back.\nPlease answer.',
    'a line that begins like a head': 'From: Lisbon\nPrice: 5\nbest regards',
    nothing: '',
  };
  for (const [name, text] of Object.entries(without))
    it(`finds none in ${name}`, () => {
      expect(quotedFrom(text)).to.equal(undefined);
    });
});

describe('Ids of mails', () => {
  it('are read with and without brackets, folded and long', () => {
    expect(messageIdIn('<a@b>')).to.equal('a@b');
    expect(messageIdIn(' a@b ')).to.equal('a@b');
    expect(messageIdIn('')).to.equal(undefined);
    expect(messageIdIn('<>')).to.equal(undefined);
    expect(messageIdIn('<a b@c>')).to.equal('ab@c');
    expect(messageIdsIn('<a@b> <c@d>\t<e@f>')).to.deep.equal(['a@b', 'c@d', 'e@f']);
    expect(messageIdsIn('a@b c@d')).to.deep.equal(['a@b', 'c@d']);
    expect(messageIdsIn(`<${'x'.repeat(600)}>`)[0]).to.match(/^sha256-[0-9a-f]{64}$/);
  });
  it('of ours hold the correlator, for our own domain alone', () => {
    const id = ownMessageId(correlator, own);
    expect(id).to.equal(`${correlator}@shop.example`);
    expect(correlatorIn(id, own)).to.equal(correlator);
    expect(correlatorIn(`${correlator}@SHOP.example`, own)).to.equal(correlator);
    for (const other of [
      `${correlator}@other.example`,
      `x${correlator}@shop.example`,
      '@shop.example',
      correlator,
      '',
    ])
      expect(correlatorIn(other, own), other).to.equal(undefined);
  });
  it('of ours are found by the address of an answer', () => {
    expect(idByToken(`help+${correlator}@shop.example`, own)).to.equal(`${correlator}@shop.example`);
    for (const other of [
      'help@shop.example',
      'help+x@shop.example',
      `sales+${correlator}@shop.example`,
      `help+${correlator}@other.example`,
      `help${correlator}@shop.example`,
    ])
      expect(idByToken(other, own), other).to.equal(undefined);
  });
  it('may stand in a head when nothing in them could end it', () => {
    expect(isWritableId('a.b+c/d=e$f@g.example')).to.equal(true);
    for (const id of [
      '',
      'a',
      'a b@c',
      'a@b in the inbox',
      'a\r\nb@c',
      '<a@b>',
      'ü@b',
      `${'x'.repeat(600)}@b`,
      `sha256-${'0'.repeat(64)}`,
    ])
      expect(isWritableId(id), id).to.equal(false);
  });
});

describe('Mail addresses', () => {
  const normal: Record<string, string | undefined> = {
    'Ana@Customer.Example': 'ana@customer.example',
    ' ana@customer.example ': 'ana@customer.example',
    'ana@bücher.example': 'ana@xn--bcher-kva.example',
    "o'brien+x@customer.example": "o'brien+x@customer.example",
    'ana@customer.example.': 'ana@customer.example',
    'ana@localhost': 'ana@localhost',
    ana: undefined,
    '@customer.example': undefined,
    'ana@': undefined,
    'a b@customer.example': undefined,
    'a@b@c': undefined,
    'a@b.example>': undefined,
    'a@b.example\r\nBcc: x': undefined,
    'a,b@c.example': undefined,
    '': undefined,
  };
  for (const [given, expected] of Object.entries(normal))
    it(`${JSON.stringify(given)} is ${expected ?? 'none'}`, () => {
      expect(normalAddress(given)).to.equal(expected);
    });
  it('know their tokens', () => {
    expect(withToken('help@shop.example', 'x')).to.equal('help+x@shop.example');
    expect(tokenIn('HELP+X@shop.example', own)).to.equal('x');
    expect(isOwnAddress('help@SHOP.example', own)).to.equal(true);
    for (const other of ['help2@shop.example', 'help@shop.example.com', 'x+help@shop.example'])
      expect(isOwnAddress(other, own), other).to.equal(false);
  });
});

describe('Where a folder goes on', () => {
  const now = new Date('2026-10-01T12:00:00.000Z');
  const folder = { numbering: '7', uidNext: 101 };
  const at = '2026-09-30T12:00:00.000Z';
  const known: Cursor = { numbering: '7', uid: 90, at };

  it('begins at its end, and goes on where it stopped', () => {
    expect(startOf(folder, undefined, {}, now)).to.deep.equal({
      numbering: '7',
      uid: 100,
      at: now.toISOString(),
    });
    expect(startOf(folder, known, {}, now)).to.equal(known);
    expect(startOf({ numbering: '7', uidNext: 1 }, undefined, {}, now).uid).to.equal(0);
  });
  it('begins with the time at which its mailbox was connected, a week ago at most', () => {
    const connected = new Date('2026-09-30T08:00:00.000Z');
    const again = { since: connected.toISOString(), upTo: 100 };
    const start = startOf(folder, undefined, { connected }, now);
    expect(start).to.deep.equal({ numbering: '7', uid: 0, at: now.toISOString(), again });
    expect(startOf(folder, start, { connected }, now)).to.equal(start);
    expect(startOf(folder, known, { connected }, now)).to.equal(known);
    const longAgo = startOf(folder, undefined, { connected: new Date('2025-09-30T08:00:00.000Z') }, now);
    expect(longAgo.again?.since).to.equal('2026-09-24T12:00:00.000Z');
  });
  it('begins two days before it was last up to date when the folder was numbered anew', () => {
    const again = { since: '2026-09-28T12:00:00.000Z', upTo: 100 };
    const start = startOf(folder, { ...known, numbering: '6' }, {}, now);
    expect(start).to.deep.equal({ numbering: '7', uid: 0, at, again });
    // Once more on the way: from the same time.
    expect(startOf({ numbering: '8', uidNext: 50 }, { ...start, uid: 40 }, {}, now)).to.deep.equal({
      numbering: '8',
      uid: 0,
      at,
      again: { ...again, upTo: 49 },
    });
  });
  it('is up to date only when nothing is left', () => {
    expect(moved(known, folder, 95, true, now)).to.deep.equal({ ...known, uid: 95 });
    expect(moved(known, folder, 98, false, now)).to.deep.equal({ ...known, uid: 100, at: now.toISOString() });
    expect(moved(known, folder, undefined, false, now).uid).to.equal(100);
    const walk = { ...known, uid: 3, again: { since: at, upTo: 80 } };
    expect(moved(walk, folder, 20, true, now)).to.deep.equal({ ...walk, uid: 20 });
    expect(moved(walk, folder, 60, false, now))
      .to.include({ uid: 80 })
      .and.not.have.property('again');
  });
  it('is written down as JSON that is read again, or not at all', () => {
    expect(readCursor(JSON.stringify(known))).to.deep.equal(known);
    for (const text of [
      undefined,
      '',
      'x',
      'null',
      '[]',
      '{}',
      JSON.stringify({ ...known, uid: -1 }),
      JSON.stringify({ ...known, at: 'x' }),
    ])
      expect(readCursor(text)).to.equal(undefined);
  });
});

describe('What servers say', () => {
  it('is read by its enhanced status', () => {
    const table: Record<string, string | undefined> = {
      '550 5.1.1 <a@b>: User unknown': '5.1.1',
      '550-5.1.1 The email account': '5.1.1',
      '5.7.26': '5.7.26',
      '421 4.7.0 [1.2.3.4] Later': '4.7.0',
      '550 No such user at 5.1.1.1': undefined,
      '250 Ok': undefined,
    };
    for (const [text, status] of Object.entries(table)) expect(enhancedStatusIn(text), text).to.equal(status);
  });
  it('becomes a sentence for an agent', () => {
    expect(undeliverable('a@b.example', '5.1.1')).to.equal(
      'The mail could not be delivered to a@b.example: there is no such mailbox.',
    );
    expect(undeliverable(undefined, '5.7.99')).to.match(/refuses it by its rules/);
    expect(undeliverable('a@b.example', undefined)).to.equal(
      'The mail could not be delivered to a@b.example.',
    );
  });
  it('is no report when nobody is named in it', () => {
    expect(readDeliveryReport('', '')).to.equal(undefined);
    expect(readDeliveryReport('Reporting-MTA: dns; x', 'Message-ID: <a@b>')).to.equal(undefined);
    expect(readDeliveryReport('Final-Recipient: rfc822; a@b.example\n\n', '')).to.deep.equal({
      recipients: [{ address: 'a@b.example', action: 'other' }],
      to: [],
    });
  });
});

describe('htmlOfText', () => {
  const table: Record<string, string> = {
    'a & <b>\n"c"': '<div>a &amp; &lt;b&gt;<br>\n&quot;c&quot;</div>',
    'see https://x.example/a?b=1&c=2.':
      '<div>see <a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>.</div>',
    '(http://x.example)': '<div>(<a href="http://x.example">http://x.example</a>)</div>',
    'http://': '<div>http://</div>',
    'javascript:alert(1)': '<div>javascript:alert(1)</div>',
    'https://x.example/"onclick="y':
      '<div><a href="https://x.example/">https://x.example/</a>&quot;onclick=&quot;y</div>',
  };
  for (const [text, html] of Object.entries(table))
    it(`writes ${JSON.stringify(text)}`, () => {
      expect(htmlOfText(text)).to.equal(html);
    });
});
