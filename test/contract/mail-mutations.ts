import { type BodyFormat, brokenBytes } from './body-mutations.ts';

/** For mail, which is fetched: a line of ours, and then the mail as its server gave it. */
export const mailBodies: BodyFormat = {
  hostileBodies,
  withUnknownFields,
  mutatedBody,
  // Nobody signs a mail to us.
  otherBodies: () => [],
};

function hostileBodies(body: Buffer): Readonly<Record<string, Buffer>> {
  const text = body.toString('latin1');
  const [origin = ''] = text.split('\r\n');
  const of = (mail: string) => Buffer.from(`${origin}\r\n${mail}`, 'latin1');
  return {
    'an empty body': Buffer.alloc(0),
    null: Buffer.from('null'),
    'a JSON object': Buffer.from('{}'),
    'a form': Buffer.from('a=1&b=2'),
    'a mail without the line of ours': Buffer.from(text.slice(origin.length + 2), 'latin1'),
    'half of the line of ours': Buffer.from(origin.slice(0, origin.length / 2)),
    'the line of ours in UTF-16': Buffer.from(text, 'utf16le'),
    'a line of ours that is no JSON': Buffer.from(`X-Concierge-Mailbox: {\r\nFrom: a@b.example\r\n\r\nx`),
    'a line of ours that nests 10,000 deep': Buffer.from(
      `X-Concierge-Mailbox: ${'['.repeat(10_000)}\r\n\r\nx`,
    ),
    'a head of more than 256 KB': of(`X: ${'x'.repeat(256 * 1024)}\r\n\r\nx`),
    'more than 200 parts': of(
      `Content-Type: multipart/mixed; boundary=x\r\n\r\n${'--x\r\n\r\nHello\r\n'.repeat(250)}--x--`,
    ),
    'more than 30 MB': Buffer.concat([body, Buffer.alloc(30 * 1024 * 1024, 'x\r\n')]),
    'three megabytes of nothing': Buffer.alloc(3 * 1024 * 1024, ' '),
  };
}

/** Of a mail without an id its head is the id: there only our own line may grow. */
function withUnknownFields(body: Buffer): Buffer {
  const [origin = '', ...lines] = body.toString('latin1').split('\r\n');
  const hasId = /^message-id:[ \t]*(?:\r\n[ \t]+)?<[^<>\s]/im.test(
    lines.join('\r\n').split('\r\n\r\n')[0] ?? '',
  );
  return Buffer.from(
    [
      origin.replace('{', '{"zzNew":{"deep":[1,null,"x"]},'),
      ...(hasId ? ['X-Zz-New: 1;', ' deep="x"', 'Content-Zz: y', '__proto__: z', 'constructor: z'] : []),
      ...lines,
    ].join('\r\n'),
    'latin1',
  );
}

const junkLines: readonly string[] = [
  '',
  ' ',
  '\t',
  '.',
  '--x',
  '--x--',
  '--r--',
  ':',
  ': x',
  'From: ',
  'From: <>',
  'From: a@b, c@d',
  'From: "a" <a@b.example> (c (d',
  'From: =?utf-8?b?PGFAYi5leGFtcGxlPg==?=',
  'From: help@shop.example',
  'To: undisclosed-recipients:;',
  'To: a: b: c@d;, e',
  'Reply-To: x@y.example',
  'Message-ID: <>',
  'Message-ID: <a\0b@c>',
  'In-Reply-To: x',
  'References: <a> <b',
  'Date: x',
  'Date: Thu, 01 Jan 1601 00:00:00 +0000',
  'Date: Thu, 01 Jan 99999 00:00:00 +0000',
  'Subject: =?x?y?z?=',
  'Subject: =?utf-8?q?=ED=A0=80=00?=',
  'Content-Type: multipart/mixed; boundary=x',
  'Content-Type: multipart/mixed',
  'Content-Type: multipart/report; report-type=delivery-status; boundary=x',
  'Content-Type: message/delivery-status',
  'Content-Type: message/rfc822',
  'Content-Type: text/html; charset=utf-7',
  'Content-Type: text/plain; charset=__proto__',
  'Content-Type: text/plain; charset=utf-16; format=flowed; delsp=yes',
  'Content-Type: constructor',
  "Content-Type: application/x; name*0*=utf-8''%00%ed%a0%80; name*1=x",
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Transfer-Encoding: x-uuencode',
  'Content-Disposition: attachment; filename="../\0x"',
  'Content-Disposition: inline',
  'Content-ID: <\0>',
  'Final-Recipient: rfc822; \0@x',
  'Action: failed',
  'Status: 5.1.1',
  'Auto-Submitted: auto-replied',
  'Authentication-Results: mx.shop.example; dmarc=fail',
  'Authentication-Results: mx.shop.example; dmarc=pass',
  'Delivered-To: help+812.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01@shop.example',
  'On x, y wrote:',
  '> quoted',
  '=ED=A0=80=00=FF',
  '7aCAAP8=',
  '\xed\xa0\x80\0\xff',
  '<p onclick=x><script>',
  '<img src="data:image/svg+xml,x">',
  'x'.repeat(5000),
];

/** Lines changed, removed, doubled, moved or taken from others; or bytes broken. Our own line is one of them. */
function mutatedBody(body: Buffer, choices: readonly number[], others: readonly Buffer[]): Buffer {
  const [kind = 0, ...rest] = choices;
  if (kind % 5 === 0) return brokenBytes(body, rest);
  let lines: readonly string[] = body.toString('latin1').split('\r\n');
  for (let index = 0; index + 1 < rest.length; index += 2) {
    const [where = 0, what = 0] = rest.slice(index, index + 2);
    lines = changed(lines, where, what, others);
  }
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

function changed(
  lines: readonly string[],
  where: number,
  what: number,
  others: readonly Buffer[],
): readonly string[] {
  const at = where % Math.max(lines.length, 1);
  const line = lines[at] ?? '';
  const choice = Math.floor(what / 7);
  const junk = junkLines[choice % junkLines.length] ?? '';
  const foreign = others[choice % others.length]?.toString('latin1').split('\r\n') ?? [];
  switch (what % 7) {
    case 0:
      return lines.toSpliced(at, 1);
    case 1:
      return lines.toSpliced(at, 0, junk);
    case 2:
      return lines.toSpliced(at, 1, junk);
    case 3:
      return lines.toSpliced(at, 0, line);
    case 4:
      return lines.toSpliced(at, 1, foreign[where % Math.max(foreign.length, 1)] ?? '');
    case 5:
      return lines.toSpliced(at, 0, ...foreign.slice(1, 12));
    default:
      return lines.toSpliced(at, 1, `${line.slice(0, line.indexOf(':') + 1)} ${junk}`);
  }
}
