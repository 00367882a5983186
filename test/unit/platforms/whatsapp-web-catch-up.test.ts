import { expect } from 'chai';
import { openProfile, packProfile } from '../../../src/platforms/whatsapp_web/profile-archive.ts';
import { fakeMessage, own } from '../../support/whatsapp-web-fake-client.ts';
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
