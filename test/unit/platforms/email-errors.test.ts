import { expect } from 'chai';
import { OutcomeUnknown, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { verdictOfImap } from '../../../src/platforms/email/imap-errors.ts';
import { verdictOfSmtp } from '../../../src/platforms/email/smtp-errors.ts';

const server = { host: 'mail.shop.example', port: 993, secure: true, user: 'help' };
type Expected = readonly [typeof Rejected | typeof Unavailable | typeof OutcomeUnknown, object];
const check = (verdict: Error, [kind, properties]: Expected) => {
  expect(verdict).to.be.instanceOf(kind).and.include(properties);
  expect(verdict.message).to.match(/^[A-Z]/);
};
const stop = (scope: string, code?: string): Expected => [Rejected, { scope, ...(code && { code }) }];
const wait = (scope = 'channel'): Expected => [Unavailable, { scope }];
/** Nothing stops, and it is looked at again when somebody may have mended it. */
const mended = (code: string): Expected => [
  Unavailable,
  { scope: 'channel', code, retryAfterMs: 20 * 60_000 },
];
const again = (code: string): Expected => [Unavailable, { scope: 'channel', code, retryAfterMs: undefined }];

describe('verdictOfImap', () => {
  const failed = { authenticationFailed: true };
  const table: Record<string, readonly [object, Expected]> = {
    'a wrong password': [{ ...failed, serverResponseCode: 'AUTHENTICATIONFAILED' }, stop('reauthorise')],
    'a wrong password, without a code': [{ ...failed, response: 'Invalid credentials' }, stop('reauthorise')],
    'a password that has expired': [
      { ...failed, serverResponseCode: 'EXPIRED' },
      stop('reauthorise', 'expired'),
    ],
    'too many connections at Gmail': [
      { ...failed, response: '[ALERT] Too many simultaneous connections. (Failure)' },
      wait(),
    ],
    'a server in repair': [{ ...failed, serverResponseCode: 'UNAVAILABLE' }, wait()],
    'a mailbox in use': [{ responseStatus: 'NO', serverResponseCode: 'INUSE' }, wait()],
    'too much fetched today': [
      { responseStatus: 'NO', responseText: 'Account exceeded command or bandwidth limits.' },
      [Unavailable, { scope: 'channel', retryAfterMs: 900_000 }],
    ],
    'a throttled request': [
      { code: 'ETHROTTLE', throttleReset: 92_415 },
      [Unavailable, { scope: 'channel', retryAfterMs: 92_415 }],
    ],
    'a refusal without a reason': [{ responseStatus: 'NO', responseText: 'Internal error' }, wait()],
    'no STARTTLS': [new Error('Server does not support STARTTLS'), mended('no_tls')],
    'no way to sign in': [new Error('Unsupported authentication mechanism'), stop('account', 'no_mechanism')],
    'a certificate that has run out': [{ code: 'CERT_HAS_EXPIRED' }, mended('certificate')],
    'a certificate of its own': [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, mended('certificate')],
    'a certificate of another name': [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, mended('certificate')],
    'a certificate, as the cause': [
      Object.assign(new Error('x'), { code: 'NoConnection', cause: { code: 'CERT_HAS_EXPIRED' } }),
      mended('certificate'),
    ],
    'a server without TLS': [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, again('no_tls')],
    'a handshake that breaks': [{ code: 'EPROTO' }, again('no_tls')],
    'nobody there': [{ code: 'ECONNREFUSED' }, wait()],
    'no answer': [{ code: 'CONNECT_TIMEOUT' }, wait()],
    'a lost connection': [{ code: 'NoConnection' }, wait()],
    'anything else': [new Error('Surprise'), wait()],
    nothing: [Object(undefined), wait()],
  };
  for (const [name, [error, expected]] of Object.entries(table))
    it(`of ${name}`, () => check(verdictOfImap(error, server), expected));
  it('keeps a verdict as it is', () => {
    const verdict = new Rejected('account', 'unsafe_address', 'Ours.');
    expect(verdictOfImap(verdict, server)).to.equal(verdict);
  });
});

describe('verdictOfSmtp', () => {
  const begun = { isWhole: false, recipient: 'a@b.example' };
  const answer = (command: string, responseCode: number, response: string, code = 'EENVELOPE') => ({
    code,
    command,
    responseCode,
    response: `${responseCode} ${response}`,
  });
  const table: Record<string, readonly [object, Expected]> = {
    'a wrong password': [
      answer('AUTH PLAIN', 535, '5.7.8 Bad credentials', 'EAUTH'),
      stop('reauthorise', '5.7.8'),
    ],
    'a password that is not let in': [
      answer('AUTH LOGIN', 534, '5.7.9 Application-specific password required'),
      stop('reauthorise'),
    ],
    'signing in, not now': [answer('AUTH PLAIN', 454, '4.7.0 Temporary authentication failure'), wait()],
    'nobody signed in': [answer('MAIL FROM', 530, '5.7.0 Authentication required'), stop('reauthorise')],
    'a sender that is not ours': [
      answer('MAIL FROM', 553, '5.7.1 Sender address rejected'),
      stop('message', '5.7.1'),
    ],
    'a server that wants nothing from us': [
      answer('CONN', 554, '5.7.1 Blocked', 'EPROTOCOL'),
      mended('no_entry'),
    ],
    'a server that does not greet us back': [
      answer('HELO', 550, 'Go away', 'ECONNECTION'),
      mended('no_entry'),
    ],
    'a server that goes': [answer('MAIL FROM', 421, '4.3.0 Closing'), wait()],
    'a server that goes while we name a recipient': [answer('RCPT TO', 421, '4.7.0 Closing'), wait()],
    'a recipient who is not there': [answer('RCPT TO', 550, '5.1.1 Unknown'), stop('message', '5.1.1')],
    'a recipient whose mailbox is full': [
      answer('RCPT TO', 552, '5.2.2 Quota exceeded'),
      stop('message', '5.2.2'),
    ],
    'a recipient, later': [answer('RCPT TO', 450, '4.2.1 Greylisted'), wait('conversation')],
    'a recipient whose mailbox is full for now': [
      answer('RCPT TO', 452, '4.2.2 Quota exceeded'),
      wait('conversation'),
    ],
    'a refused address without a reason': [answer('RCPT TO', 550, 'No'), stop('message', '550')],
    'a mail that is too large': [answer('MAIL FROM', 552, '5.3.4 Message too big'), stop('message')],
    'a mail that is larger than announced': [
      { code: 'EMESSAGE', command: 'MAIL FROM', message: 'Message size larger than allowed 1000' },
      stop('message', 'too_large'),
    ],
    'content that is not liked': [
      answer('DATA', 554, '5.7.1 Spam message rejected', 'EMESSAGE'),
      stop('message', '5.7.1'),
    ],
    'content, later': [answer('DATA', 451, '4.7.1 Later', 'EMESSAGE'), wait('conversation')],
    'enough for today at Gmail': [answer('DATA', 550, '5.4.5 Daily user sending limit exceeded'), wait()],
    'enough for today at Microsoft': [answer('DATA', 550, "5.1.90 Your message can't be sent"), wait()],
    'too many mails': [answer('MAIL FROM', 451, '4.7.1 Too many messages'), wait()],
    'no STARTTLS': [answer('STARTTLS', 502, 'Not implemented', 'ETLS'), mended('no_tls')],
    'STARTTLS, not now': [answer('STARTTLS', 454, 'TLS not available', 'ETLS'), wait()],
    'a certificate of another name': [
      { code: 'ESOCKET', originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      mended('certificate'),
    ],
    'no way to sign in': [{ code: 'EAUTH', command: 'API' }, stop('account', 'no_mechanism')],
    'nobody there': [{ code: 'ESOCKET', originalCode: 'ECONNREFUSED' }, wait()],
    'a lost connection': [{ code: 'ECONNECTION' }, wait()],
    'anything else': [new Error('Surprise'), wait()],
  };
  for (const [name, [error, expected]] of Object.entries(table))
    it(`of ${name}`, () => check(verdictOfSmtp(error, server, begun), expected));
  it('says what to do about a sender that is not ours', () => {
    const { message } = verdictOfSmtp(answer('MAIL FROM', 550, '5.7.60 Not as you'), server, begun);
    expect(message)
      .to.match(/does not let this mailbox send as its address/)
      .and.match(/alias/);
  });
  it('knows nothing of a mail that was given whole and never answered', () => {
    for (const error of [
      { code: 'ECONNECTION' },
      { code: 'ETIMEDOUT' },
      new Error('x'),
      { code: 'ESOCKET', originalCode: 'ECONNRESET' },
    ])
      check(verdictOfSmtp(error, server, { ...begun, isWhole: true }), [OutcomeUnknown, {}]);
  });
  it('knows what an answer says, whatever was given', () => {
    check(verdictOfSmtp(answer('DATA', 554, 'No'), server, { ...begun, isWhole: true }), stop('message'));
  });
});
