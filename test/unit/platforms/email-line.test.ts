import { expect } from 'chai';
import {
  type LineHost,
  LineLost,
  type LineState,
  Rejected,
  Unavailable,
} from '../../../src/platforms/adapter.ts';
import { openEmailLine } from '../../../src/platforms/email/email-line.ts';
import type { EmailSettings } from '../../../src/platforms/email/email-settings.ts';
import { deadPort, ImapServer, mailIo, mailSettings } from '../../support/mail-server.ts';
import { rejection } from '../../support/stub-server.ts';
import { until } from '../../support/until.ts';

describe('openEmailLine', () => {
  const server = new ImapServer();
  before(() => server.start());
  after(() => server.stop());
  let rings: string[];
  let states: LineState[];
  const host = (changes: Partial<LineHost> = {}): LineHost => ({
    ring: async what => void rings.push(what),
    deliver: () => Promise.reject(new Error('Mail is pulled.')),
    tell: async state => void states.push(state),
    session: {
      versions: async () => [],
      open: () => Promise.reject(),
      save: async () => {},
      end: async () => {},
    },
    ...changes,
  });
  beforeEach(() => {
    rings = [];
    states = [];
  });
  const settings = (changes: Partial<EmailSettings> = {}) => mailSettings({ imap: server.port }, changes);
  const nobodyIsConnected = () => until('nobody is connected', () => server.connections.open === 0);

  it('says that all is well, rings for what came meanwhile, and for each mail as it comes', async () => {
    const line = await openEmailLine(settings(), mailIo, host());
    await until('it has rung', () => rings.length === 1);
    expect(states).to.deep.equal([{ health: 'ok', message: null }]);
    server.deliver('Subject: one\r\n\r\nHello');
    await until('it has rung again', () => rings.length === 2);
    server.deliver('Subject: two\r\n\r\nHello');
    await until('it has rung once more', () => rings.length === 3);
    expect(new Set(rings)).to.deep.equal(new Set(['inbox']));
    await line.close();
    await line.ended;
    await nobodyIsConnected();
  });
  it('ends when the connection is lost, so that it is opened again', async () => {
    const line = await openEmailLine(settings(), mailIo, host());
    server.connections.reset();
    expect(await rejection(line.ended)).to.be.instanceOf(Unavailable);
    await line.close();
  });
  it('ends at once when the line is another’s by now', async () => {
    const lost = new LineLost();
    const line = await openEmailLine(settings(), mailIo, host({ ring: () => Promise.reject(lost) }));
    expect(await rejection(line.ended)).to.equal(lost);
    await nobodyIsConnected();
    await line.close();
  });
  it('can be closed twice, and after it was lost', async () => {
    const line = await openEmailLine(settings(), mailIo, host());
    await line.close();
    await line.close();
    await line.ended;
  });
  it('is not opened with a wrong password, on a folder that is not there, or where nobody is', async () => {
    const wrong = { ...settings().imap, password: 'wrong' };
    const open = (changes: Partial<EmailSettings>) =>
      rejection(openEmailLine(settings(changes), mailIo, host()));
    expect(await open({ imap: wrong }))
      .to.be.instanceOf(Rejected)
      .and.include({ scope: 'reauthorise' });
    expect(await open({ folders: { inbox: 'Nowhere' } }))
      .to.be.instanceOf(Rejected)
      .and.include({ scope: 'account', code: 'no_folder' });
    expect(await open({ imap: { ...wrong, port: await deadPort() } })).to.be.instanceOf(Unavailable);
    await nobodyIsConnected();
    expect(states).to.deep.equal([]);
  });
});
