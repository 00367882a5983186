import axios from 'axios';
import { expect } from 'chai';
import { guardedAgents } from '../../../src/net/guarded-agents.ts';
import { ForgedDelivery, Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { checkEmail } from '../../../src/platforms/email/check-email.ts';
import { renewEmail, withAccessToken } from '../../../src/platforms/email/email-oauth.ts';
import type { EmailSettings } from '../../../src/platforms/email/email-settings.ts';
import { emailSettings } from '../../../src/platforms/email/email-settings.ts';
import { emailAdapter } from '../../../src/platforms/email/index.ts';
import {
  deadPort,
  ImapServer,
  mailIo,
  mailSettings,
  mailUser,
  SmtpServer,
} from '../../support/mail-server.ts';
import { rejection, StubServer } from '../../support/stub-server.ts';

describe('The settings of a mailbox', () => {
  const server = { host: 'mail.shop.example', user: 'help' };
  const passwords = {
    address: 'Help@Shop.example',
    imap: { ...server, password: 'a b' },
    smtp: { ...server, password: 'c' },
  };
  const oauth = {
    clientId: 'client',
    clientSecret: 'secret',
    refreshToken: 'refresh',
    tokenUrl: 'https://login.example/token',
  };
  const faults = (settings: unknown) => {
    const result = emailSettings.safeParse(settings);
    return result.success
      ? []
      : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };

  it('need an address and two servers; the rest is what is usual', () => {
    const complete = emailSettings.parse(passwords);
    expect(complete).to.deep.equal({
      ...passwords,
      imap: { ...passwords.imap, port: 993, secure: true },
      smtp: { ...passwords.smtp, port: 465, secure: true },
      plusAddressing: false,
    });
    expect(emailSettings.parse(complete)).to.deep.equal(complete);
    expect(emailAdapter.accountId(complete)).to.equal('help@shop.example');
    // When it was connected is written down once.
    const { since, ...rest } = emailAdapter.complete(complete);
    expect(rest).to.deep.equal(complete);
    expect(emailSettings.parse({ ...rest, since })).to.include({ since });
    const others = { imap: { ...passwords.imap, port: 143 }, smtp: { ...passwords.smtp, port: 587 } };
    const { imap, smtp } = emailSettings.parse({ ...passwords, ...others });
    expect([imap.secure, smtp.secure]).to.deep.equal([false, false]);
  });
  it('take passwords or oauth, and name what is missing or too much', () => {
    expect(faults({ ...passwords, imap: server })).to.deep.equal([
      'imap.password: Give a password, or oauth instead of both passwords.',
    ]);
    expect(faults({ ...passwords, imap: server, smtp: server, oauth })).to.deep.equal([]);
    expect(faults({ ...passwords, imap: server, oauth })).to.deep.equal([
      'smtp.password: Leave it out: oauth takes the place of the passwords.',
    ]);
  });
  const wrong: Record<string, unknown> = {
    address: { ...passwords, address: 'help' },
    'imap.host': { ...passwords, imap: { ...passwords.imap, host: 'mail.shop.example/x' } },
    'smtp.port': { ...passwords, smtp: { ...passwords.smtp, port: 70_000 } },
    'imap.user': { ...passwords, imap: { ...passwords.imap, user: 'a\r\nb' } },
    name: { ...passwords, name: 'Help\r\nBcc: x@y.example' },
    'oauth.tokenUrl': {
      ...passwords,
      imap: server,
      smtp: server,
      oauth: { ...oauth, tokenUrl: 'http://login.example/' },
    },
    'folders.inbox': { ...passwords, folders: { inbox: '' } },
    authservId: { ...passwords, authservId: 'mx example' },
    since: { ...passwords, since: 'yesterday' },
  };
  for (const [field, settings] of Object.entries(wrong))
    it(`name ${field} when it is wrong`, () => {
      expect(faults(settings).map(fault => fault.split(': ')[0])).to.deep.equal([field]);
    });
  it('hold their secrets in what is sealed whole', () => {
    expect(emailAdapter.secretSettings).to.deep.equal(['imap', 'smtp', 'oauth']);
  });
  it('let nobody deliver by webhook', () => {
    const delivery = {
      method: 'POST',
      publicUrl: 'https://x.example/',
      headers: {},
      body: Buffer.from('x'),
      receivedAt: new Date(),
    };
    for (const signingSecrets of [[], [''], ['secret']])
      expect(() => emailAdapter.authenticate(delivery, { signingSecrets })).to.throw(ForgedDelivery);
  });
});

describe('OAuth of a mailbox', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  const settings = (refreshToken = 'r=1') => {
    const { password: _imap, ...imap } = mailSettings({}).imap;
    const { password: _smtp, ...smtp } = mailSettings({}).smtp;
    const oauth = {
      clientId: 'the client',
      clientSecret: 's&c',
      refreshToken,
      tokenUrl: `${server.url}/token`,
    };
    return mailSettings({}, { imap, smtp, oauth });
  };

  const accessTokenOf = (mailbox: EmailSettings, io = mailIo) =>
    withAccessToken(mailbox, io, async token => token);

  it('exchanges the refresh token when a token is needed', async () => {
    server.answer = { body: { access_token: 'a1' } };
    expect(await accessTokenOf(settings(), mailIo)).to.equal('a1');
    expect(server.last).to.include({ method: 'POST', url: '/token' });
    expect(Object.fromEntries(new URLSearchParams(server.last.body.toString()))).to.deep.equal({
      grant_type: 'refresh_token',
      refresh_token: 'r=1',
      client_id: 'the client',
      client_secret: 's&c',
    });
    expect(await accessTokenOf(mailSettings({}), mailIo)).to.equal(undefined);
  });
  it('uses a token for as long as it is good, and another one at once when it is refused', async () => {
    const mailbox = settings('kept');
    const before = server.seen.length;
    server.answer = { body: { access_token: 'a1', expires_in: 3600 } };
    expect(await accessTokenOf(mailbox)).to.equal('a1');
    server.answer = { body: { access_token: 'a2', expires_in: 3600 } };
    expect(await accessTokenOf(mailbox)).to.equal('a1');
    const refusing = async (token: string | undefined) => {
      if (token === 'a1') throw new Rejected('reauthorise', '535', 'No.');
      return token;
    };
    expect(await withAccessToken(mailbox, mailIo, refusing)).to.equal('a2');
    expect(await accessTokenOf(mailbox)).to.equal('a2');
    expect(server.seen.length - before).to.equal(2);
    const refused = withAccessToken(mailbox, mailIo, async () => {
      throw new Rejected('reauthorise', '535', 'No.');
    });
    expect(await rejection(refused)).to.include({ scope: 'reauthorise' });
    expect(server.seen.length - before, 'once more, and no further').to.equal(3);
    // Good for less time than a pull takes.
    server.answer = { body: { access_token: 'a3', expires_in: 60 } };
    expect(await accessTokenOf(settings('brief'))).to.equal('a3');
    expect(await accessTokenOf(settings('brief'))).to.equal('a3');
    expect(server.seen.length - before).to.equal(5);
  });
  it('goes on with the refresh token that came last, and has it kept', async () => {
    const mailbox = settings('first');
    server.answer = { body: { access_token: 'a1', refresh_token: 'second' } };
    await accessTokenOf(mailbox);
    const asked = () => new URLSearchParams(server.last.body.toString()).get('refresh_token');
    expect(asked()).to.equal('first');
    server.answer = { body: { access_token: 'a2' } };
    expect(await renewEmail(mailbox, mailIo)).to.deep.equal({
      oauth: { ...mailbox.oauth, refreshToken: 'second' },
    });
    expect(asked()).to.equal('second');
    // Somebody else has used it up: the one in the settings is all that is left.
    server.answer = ({ body }) =>
      body.includes('second')
        ? { status: 400, body: { error: 'invalid_grant' } }
        : { body: { access_token: 'a3' } };
    expect(await accessTokenOf(mailbox)).to.equal('a3');
  });
  /** Takes each refresh token once, as the strictest servers do. */
  const strictServer = (first: string) => {
    const asked: (string | null)[] = [];
    let current = first;
    server.answer = ({ body }) => {
      const given = new URLSearchParams(body.toString()).get('refresh_token');
      asked.push(given);
      if (given !== current) return { status: 400, body: { error: 'invalid_grant' } };
      current = `${first}+${asked.length}`;
      return { body: { access_token: `a${asked.length}`, refresh_token: current, expires_in: 3600 } };
    };
    return asked;
  };
  it('asks once for all that sign in at a time, for a refresh token may be good for once', async () => {
    const mailbox = settings('once');
    const asked = strictServer('once');
    const signIns = Array.from({ length: 5 }, () => accessTokenOf(mailbox));
    expect(await Promise.all([...signIns, renewEmail(mailbox, mailIo).then(() => 'a1')])).to.deep.equal(
      Array.from({ length: 6 }, () => 'a1'),
    );
    expect(asked).to.deep.equal(['once']);
  });
  it('asks once when what it kept is refused to several', async () => {
    const mailbox = settings('refused');
    const asked = strictServer('refused');
    expect(await accessTokenOf(mailbox)).to.equal('a1');
    let letSecondGo: () => void = () => undefined;
    const secondMayGo = new Promise<void>(resolve => {
      letSecondGo = resolve;
    });
    const refuse = () => Promise.reject(new Rejected('reauthorise', '535', 'No.'));
    const first = withAccessToken(mailbox, mailIo, async token => (token === 'a1' ? refuse() : token));
    // Was refused the same one, and hears of it when there is another already.
    const second = withAccessToken(mailbox, mailIo, async token => {
      if (token !== 'a1') return token;
      await secondMayGo;
      return refuse();
    });
    expect(await first).to.equal('a2');
    letSecondGo();
    expect(await second).to.equal('a2');
    expect(asked).to.have.length(2);
  });
  it('has a new refresh token kept before it signs in, and needs no other with the settings that have it', async () => {
    const mailbox = settings('rotated');
    const asked = strictServer('rotated');
    const happened: unknown[] = [];
    const io = { ...mailIo, keep: async (renewed: object) => void happened.push(renewed) };
    // Somebody who cannot keep it comes first, as a send does.
    expect(await accessTokenOf(mailbox)).to.equal('a1');
    await withAccessToken(mailbox, io, async token => void happened.push(token));
    const oauth = { ...settings().oauth, refreshToken: 'rotated+1' };
    expect(happened).to.deep.equal([{ oauth }, 'a1']);
    const renewed = settings('rotated+1');
    expect(await accessTokenOf(renewed, io)).to.equal('a1');
    expect(happened, 'nothing is new').to.have.length(2);
    expect(asked).to.deep.equal(['rotated']);
  });
  it('is asked for another token by those who can keep what comes, before the others have to', async () => {
    const mailbox = settings('early');
    const before = server.seen.length;
    server.answer = { body: { access_token: 'a1', expires_in: 300 } };
    const asks = async (io: typeof mailIo) => {
      await accessTokenOf(mailbox, io);
      return server.seen.length - before;
    };
    expect(await asks(mailIo)).to.equal(1);
    expect(await asks(mailIo)).to.equal(1);
    expect(await asks({ ...mailIo, keep: async () => undefined })).to.equal(2);
  });
  it('keeps a new refresh token, and only a new one', async () => {
    expect(await renewEmail(mailSettings({}), mailIo)).to.equal(undefined);
    for (const refreshToken of [undefined, 'r=1']) {
      server.answer = { body: { access_token: 'a1', refresh_token: refreshToken } };
      expect(await renewEmail(settings(), mailIo)).to.equal(undefined);
    }
    server.answer = { body: { access_token: 'a1', refresh_token: 'r2' } };
    const mailbox = settings('renewed');
    expect(await renewEmail(mailbox, mailIo)).to.deep.equal({
      oauth: { ...mailbox.oauth, refreshToken: 'r2' },
    });
  });
  it('says what to do when it is refused, and waits when it cannot be asked', async () => {
    const refusal = () => rejection(accessTokenOf(settings(), mailIo));
    for (const [error, sentence] of [
      ['invalid_grant', /expired or was withdrawn/],
      ['invalid_client', /client ID and secret/],
      ['something_else', /gives no access/],
    ] as const) {
      server.answer = { status: 400, body: { error } };
      const thrown = await refusal();
      expect(thrown).to.be.instanceOf(Rejected).and.include({ scope: 'reauthorise', code: error });
      expect(thrown.message).to.match(sentence);
    }
    for (const answer of [
      { status: 500 },
      { status: 429 },
      { status: 408 },
      { status: 400, body: { error: 'temporarily_unavailable' } },
      { status: 400, body: { error: 'server_error' } },
      { status: 302 },
      { body: 'x' },
      { isReset: true },
    ]) {
      server.answer = answer;
      expect(await refusal())
        .to.be.instanceOf(Unavailable)
        .and.include({ scope: 'channel' });
    }
  });
  it('tells no server of our own network a secret', async () => {
    const count = server.seen.length;
    const http = axios.create({ ...guardedAgents([]), proxy: false });
    expect(await rejection(accessTokenOf(settings(), { ...mailIo, http })))
      .to.be.instanceOf(Rejected)
      .and.include({ scope: 'account', code: 'unsafe_address' });
    expect(server.seen).to.have.length(count);
  });
});

describe('checkEmail', () => {
  const imap = new ImapServer();
  const smtp = new SmtpServer();
  before(() => Promise.all([imap.start(), smtp.start()]));
  after(() => Promise.all([imap.stop(), smtp.stop()]));
  const check = (changes: Partial<EmailSettings> = {}) =>
    checkEmail(mailSettings({ imap: imap.port, smtp: smtp.port }, changes), mailIo);
  const named = { accountName: 'Lumen & Oak <help@shop.example>' };

  it('signs in at both servers, and says what it found', async () => {
    expect(await check()).to.deep.equal({
      ...named,
      health: 'ok',
      message: null,
      facts: [
        { name: 'Inbox', value: 'INBOX' },
        { name: 'Sent mail', value: 'Sent' },
        {
          name: 'Senders are checked by',
          value: 'Nobody: set "authservId" when your mail server writes Authentication-Results.',
        },
      ],
    });
    imap.deliver('Authentication-Results: mx.shop.example; dmarc=pass\r\nFrom: a@b.example\r\n\r\nHello');
    const found = async (authservId?: string) =>
      (await check(authservId === undefined ? {} : { authservId })).facts?.at(-1)?.value;
    expect(await found()).to.equal(
      'Nobody: set "authservId". The newest mail has results of mx.shop.example.',
    );
    expect(await found('mx.shop.example')).to.equal('mx.shop.example');
    expect(await found('mx.other.example')).to.match(
      /^mx\.other\.example; but the newest mail has results of mx\.shop/,
    );
  });
  it('says which of them is wrong', async () => {
    const { imap: imapServer, smtp: smtpServer } = mailSettings({ imap: imap.port, smtp: smtp.port });
    const wrongPassword = await check({ smtp: { ...smtpServer, password: 'wrong' } });
    expect(wrongPassword).to.deep.include({ ...named, health: 'reauthorise' });
    expect(wrongPassword.message)
      .to.match(/does not accept user and password/)
      .and.not.include('wrong');
    expect(await check({ folders: { sent: 'Gone' } })).to.include({ health: 'stopped' });
    const dead = await check({ imap: { ...imapServer, port: await deadPort() } });
    expect(dead).to.include({ health: 'unknown' });
    expect(dead.message).to.match(/cannot be reached at the moment \(ECONNREFUSED\)/);
  });
  it('tells a person what stops nothing and does not mend itself', async () => {
    const { imap: imapServer, smtp: smtpServer } = mailSettings({ imap: imap.port, smtp: smtp.port });
    const withoutTls = await check({ imap: { ...imapServer, secure: true } });
    expect(withoutTls).to.include({ health: 'warning' });
    expect(withoutTls.message).to.match(/does not speak TLS at port \d+ .*Check port and "secure"/);
    const safe = new SmtpServer({ secure: true });
    await safe.start();
    const untrusted = await check({ smtp: { ...smtpServer, port: safe.port, secure: true } });
    await safe.stop();
    expect(untrusted).to.include({ health: 'warning' });
    expect(untrusted.message).to.match(/certificate of localhost cannot be trusted/);
    smtp.answers = { connect: { code: 554, text: '5.7.1 Blocked' } };
    const closed = await check();
    smtp.answers = {};
    expect(closed).to.include({ health: 'warning' });
    expect(closed.message).to.match(/lets nobody send from here/);
  });
  it('signs in with a token', async () => {
    const tokens = new StubServer();
    await tokens.start();
    tokens.answer = { body: { access_token: mailUser.accessToken } };
    const { password: _imap, ...imapServer } = mailSettings({ imap: imap.port }).imap;
    const { password: _smtp, ...smtpServer } = mailSettings({ smtp: smtp.port }).smtp;
    const oauth = { clientId: 'c', clientSecret: 's', refreshToken: 'r', tokenUrl: `${tokens.url}/` };
    expect(await check({ imap: imapServer, smtp: smtpServer, oauth })).to.include({ health: 'ok' });
    tokens.answer = { body: { access_token: 'of-yesterday' } };
    expect(await check({ imap: imapServer, smtp: smtpServer, oauth })).to.include({ health: 'reauthorise' });
    await tokens.stop();
  });
});
