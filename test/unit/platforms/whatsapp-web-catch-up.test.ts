import { expect } from 'chai';
import { openProfile, packProfile } from '../../../src/platforms/whatsapp_web/profile-archive.ts';
import { until } from '../../support/until.ts';
import { ana, fakeMessage, own } from '../../support/whatsapp-web-fake-client.ts';
import type { MemoryHost } from '../../support/whatsapp-web-host.ts';
import { calm, PlayedSession, useSessions } from '../../support/whatsapp-web-session.ts';

describe('What a WhatsApp Web session catches up with', () => {
  const sessions = useSessions();
  const { play } = sessions;
  const now = Math.floor(Date.now() / 1000);
  const at = (secondsAgo: number) => ({ timestamp: now - secondsAgo });
  async function caughtUp(profile: Buffer | undefined, last: string): Promise<MemoryHost> {
    const session = new PlayedSession(sessions.host);
    const { client } = session;
    client.chatList = [
      { id: '351910000002@c.us', timestamp: now - 5 },
      { id: '351910000003@c.us', timestamp: now - 86_400 },
      { id: '351910000004@c.us', timestamp: now - 30 * 86_400 },
      { id: 'status@broadcast', timestamp: now },
    ];
    client.messagesByChat.set('351910000002@c.us', [
      fakeMessage('OLD', at(7 * 86_400)),
      fakeMessage('DAY', at(86_400)),
      fakeMessage('EDITED', {
        ...at(60),
        body: 'new words',
        latestEditSenderTimestampMs: Date.now() - 30_000,
      }),
      fakeMessage('GONE', { ...at(50), type: 'revoked', body: '' }),
      fakeMessage('OURS', { ...at(5), fromMe: true, ack: 3 }),
    ]);
    client.messagesByChat.set('351910000003@c.us', [
      fakeMessage('THREE', { ...at(86_400), chat: '351910000003@c.us' }),
    ]);
    client.messagesByChat.set('351910000004@c.us', [
      fakeMessage('FOUR', { ...at(30 * 86_400), chat: '351910000004@c.us' }),
    ]);
    client.messagesByChat.set('status@broadcast', [fakeMessage('STATUS', { chat: 'status@broadcast' })]);
    sessions.track(await session.open({ timing: calm, ...(profile && { profile }) }));
    client.ready();
    await sessions.host.until(() => sessions.host.delivered.has(last));
    return sessions.host;
  }
  it('begins with three days, as history', async () => {
    const host = await caughtUp(undefined, 'message:THREE');
    expect([...host.delivered.keys()]).to.have.members(
      [
        'message:DAY',
        'message:EDITED',
        'edit:EDITED',
        'revoke:GONE',
        'message:OURS',
        'ack:OURS:3',
        'message:THREE',
      ].map(key => [...host.delivered.keys()].find(found => found.startsWith(key)) ?? key),
    );
    const history = host.messages().map(message => [message.externalId, message.isHistory ?? false]);
    expect(history).to.deep.include(['DAY', true]).and.deep.include(['THREE', true]);
  });
  it('goes on where it was, and what came since then is no history', async () => {
    const archive = await packProfile({
      facts: { account: own, pairedAt: Date.now() - 9e8, coveredUntil: Date.now() - 3_600_000 },
      files: [],
    });
    const host = await caughtUp(archive, 'ack:OURS:3');
    const ids = host.messages().map(message => message.externalId);
    expect(ids).to.have.members(['EDITED', 'OURS']);
    expect(host.messages().some(message => message.isHistory)).to.equal(false);
  });
  it('does not take another phone for the one before', async () => {
    const facts = { account: '351999999999', pairedAt: 1, coveredUntil: Date.now() };
    const host = await caughtUp(await packProfile({ facts, files: [] }), 'message:THREE');
    expect(host.messages().find(message => message.externalId === 'DAY')?.isHistory).to.equal(true);
  });
  it('counts nothing as delivered that is not stored', async () => {
    const session = await play({ mark: 'A' });
    session.isStoring = false;
    const before = Date.now();
    session.client.ready();
    session.client.emit('message_create', fakeMessage('LOST'));
    await sessions.host.until(() => sessions.host.newest !== undefined);
    await session.client.writeProfile(session.directory, 'B');
    await session.close();
    const { facts } = await openProfile(sessions.host.newest!);
    expect(facts.coveredUntil).to.be.within(before, before + 1000);
    expect(session.said.some(message => message.type === 'bodies')).to.equal(true);
  });

  /** A message that is in the page, and of which no event told. */
  const unheard = (client: PlayedSession['client'], id: string, fields = {}) => {
    client.chatList = [{ id: ana.phone, timestamp: now + 60 }];
    client.messagesByChat.set(ana.phone, [fakeMessage(id, fields)]);
  };
  const isPast = (moment: number) => until('time has passed', () => Date.now() > moment + 20);
  const coveredUntil = async () => (await openProfile(sessions.host.newest!)).facts.coveredUntil;

  for (const state of ['OPENING', 'TIMEOUT', 'PAIRING'])
    it(`counts the time as missed in which the page is ${state}`, async () => {
      const session = await play({ mark: 'A', timing: { ...calm, pulseEveryMs: 5 } });
      session.client.ready();
      await sessions.host.until(() => sessions.host.newest !== undefined);
      session.client.state = state;
      session.client.emit('change_state', state);
      const lostAt = Date.now();
      await isPast(lostAt);
      await session.client.writeProfile(session.directory, 'B');
      await session.close();
      expect(sessions.host.versions, 'its profile is good').to.have.length(2);
      expect(await coveredUntil()).to.be.at.most(lostAt);
    });
  it('saves nothing in the midst of an outage', async () => {
    const session = await play({ mark: 'A', timing: { pulseEveryMs: 60_000, saveEveryMs: 2 } });
    const { client } = session;
    client.ready();
    await sessions.host.until(() => sessions.host.newest !== undefined);
    client.state = 'TIMEOUT';
    await client.writeProfile(session.directory, 'B');
    const looks = client.probes;
    await until('it was looked at', () => client.probes > looks + 6);
    expect(sessions.host.versions).to.have.length(1);
    client.state = 'CONNECTED';
    await sessions.host.until(() => sessions.host.versions.length > 1);
  });
  it('is what was said in an outage, when that is over', async () => {
    const session = await play({ timing: { ...calm, pulseEveryMs: 5 } });
    const { client } = session;
    client.ready();
    await sessions.host.untilState(({ health }) => health === 'ok');
    client.state = 'OPENING';
    await sessions.host.untilState(({ health }) => health === 'warning');
    unheard(client, 'OUTAGE');
    client.state = 'CONNECTED';
    await sessions.host.until(() => sessions.host.delivered.has('message:OUTAGE'));
  });
  it('is what was said while the page did not answer', async () => {
    const session = await play({ timing: { ...calm, pulseEveryMs: 5 } });
    const { client } = session;
    client.ready();
    client.probeFault = new Error('busy');
    await sessions.host.untilState(({ health }) => health === 'warning');
    unheard(client, 'BUSY');
    client.probeFault = undefined;
    await sessions.host.until(() => sessions.host.delivered.has('message:BUSY'));
  });
  it('is what was said while the page loaded itself anew, each time', async () => {
    const { client } = await play({ timing: calm });
    client.ready();
    await sessions.host.untilState(({ health }) => health === 'ok');
    for (const id of ['RELOAD1', 'RELOAD2']) {
      unheard(client, id);
      client.ready();
      await sessions.host.until(() => sessions.host.delivered.has(`message:${id}`));
    }
    expect(sessions.host.messages().some(message => message.isHistory)).to.equal(false);
  });
  it('does not believe that a page is connected because it is ready again', async () => {
    const { client } = await play({ timing: calm });
    client.ready();
    await sessions.host.untilState(({ health }) => health === 'ok');
    client.state = 'OPENING';
    client.ready();
    await sessions.host.untilState(({ message }) => /connects again/.test(message ?? ''));
    expect(sessions.host.states.at(-1)?.health).to.equal('warning');
  });
  it('counts nothing as delivered after what could not be read, however often', async () => {
    const session = new PlayedSession(sessions.host);
    let asked = 0;
    session.client.chats = async () => {
      asked++;
      throw new Error('no chats');
    };
    sessions.track(await session.open({ mark: 'A', timing: { ...calm, saveEveryMs: 2 } }));
    session.client.ready();
    await until('it was tried', () => asked === 3);
    await sessions.host.until(() => sessions.host.newest !== undefined);
    await session.close();
    expect(Date.now() - (await coveredUntil())).to.be.at.least(3 * 24 * 60 * 60_000);
  });
  it('counts a message as missing until its file is there, from when it was said', async () => {
    const session = await play({ mark: 'A', timing: calm });
    session.client.fetchFile = () => new Promise(() => undefined);
    session.client.ready();
    await sessions.host.until(() => sessions.host.newest !== undefined);
    const saidAt = now - 600;
    session.client.emit(
      'message_create',
      fakeMessage('F1', { type: 'image', body: '', hasMedia: true, timestamp: saidAt }),
    );
    await sessions.host.until(() => sessions.host.delivered.has('message:F1'));
    await session.close();
    expect(await coveredUntil()).to.equal(saidAt * 1000);
  });
  it('knows what was sent from here, and leaves out what has not left yet', async () => {
    const session = await play({ timing: calm });
    const { client } = session;
    client.onSend = () => new Promise(() => undefined);
    client.ready();
    await sessions.host.untilState(({ health }) => health === 'ok');
    const send = (correlator: string, text: string) =>
      session.send({ correlator, content: { type: 'text', text } });
    await send('12.gone', 'gone');
    await send('12.waits', 'waits');
    unheard(client, '3EB0GONE', { fromMe: true, body: 'gone', ack: 2 });
    client.messagesByChat
      .get(ana.phone)
      ?.push(fakeMessage('3EB0WAITS', { fromMe: true, body: 'waits', ack: 0 }));
    client.messagesByChat.get(ana.phone)?.push(fakeMessage('LAST'));
    client.ready();
    await sessions.host.until(() => sessions.host.delivered.has('message:LAST'));
    expect(sessions.host.messages().map(message => [message.externalId, message.correlator])).to.deep.equal([
      ['3EB0GONE', '12.gone'],
      ['LAST', undefined],
    ]);
  });
  const crowd = (count: number, chat: string) =>
    Array.from({ length: count }, (_, index) =>
      fakeMessage(`${chat.slice(0, 5)}-${index}`, { ...at(count - index), chat }),
    );
  it('reads as many chats, and as far back in each, as there is to read', async () => {
    const session = new PlayedSession(sessions.host);
    const chats = Array.from({ length: 70 }, (_, index) => `${35200 + index}0000001@c.us`);
    session.client.chatList = chats.map((id, index) => ({ id, timestamp: now - index }));
    for (const id of chats) session.client.messagesByChat.set(id, crowd(1, id));
    session.client.messagesByChat.set(chats[0]!, crowd(120, chats[0]!));
    sessions.track(await session.open({ timing: calm }));
    session.client.ready();
    await sessions.host.until(() => sessions.host.messages().length === 120 + 69);
    await sessions.host.untilState(state => state.health === 'ok');
  });
  it('says when there was more than it reads, and does not begin again for it', async () => {
    const session = new PlayedSession(sessions.host);
    const chat = '351910000002@c.us';
    const recent = fakeMessage('RECENT', at(10));
    let asked = 0;
    session.client.chatList = [{ id: chat, timestamp: now }];
    session.client.messages = async (_chat, most) => {
      asked++;
      return Array.from({ length: most }, () => recent);
    };
    sessions.track(await session.open({ mark: 'A', timing: { ...calm, saveEveryMs: 20 } }));
    session.client.ready();
    await sessions.host.untilState(
      state => state.health === 'warning' && /could not be read completely/.test(state.message ?? ''),
    );
    await sessions.host.until(() => sessions.host.newest !== undefined);
    expect(asked).to.equal(3);
  });
  it('says what could not be read', async () => {
    const session = new PlayedSession(sessions.host);
    session.client.chats = async () => {
      throw new Error('no chats');
    };
    sessions.track(await session.open({ timing: calm }));
    session.client.ready();
    await sessions.host.untilState(
      state => state.health === 'warning' && /could not be read completely/.test(state.message ?? ''),
    );
  });
});
