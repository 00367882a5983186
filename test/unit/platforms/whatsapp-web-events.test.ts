import { expect } from 'chai';
import { readEvent } from '../../../src/platforms/whatsapp_web/event-body.ts';
import { whatsappWebAdapter } from '../../../src/platforms/whatsapp_web/index.ts';
import { mostFileBytes } from '../../../src/platforms/whatsapp_web/media-courier.ts';
import { failureOf } from '../../support/failure-of.ts';
import { ana, fakeMessage, own } from '../../support/whatsapp-web-fake-client.ts';
import { MemoryHost } from '../../support/whatsapp-web-host.ts';
import { PlayedSession } from '../../support/whatsapp-web-session.ts';

const calm = { pulseEveryMs: 60_000, saveEveryMs: 60_000 };
const group = '120363020000000001@g.us';

describe('A WhatsApp Web session', () => {
  let host: MemoryHost;
  let session: PlayedSession;
  beforeEach(async () => {
    host = new MemoryHost();
    session = await new PlayedSession(host).open({ timing: calm });
    session.client.chatList = [{ id: group, name: 'Bakery orders', timestamp: 0 }];
    session.client.ready();
  });
  afterEach(() => session.close());

  const emit = (event: string, ...args: readonly unknown[]) => session.client.emit(event, ...args);
  const has = (key: string) =>
    host.until(() => [...host.delivered.keys()].some(found => found.startsWith(key)));
  const media = (id: string) =>
    whatsappWebAdapter.unpackMedia!({ type: 'image', id: `media:${id}` }, async key =>
      host.delivered.get(key),
    );

  describe('The events of WhatsApp Web', () => {
    it('become deliveries in their order, once each', async () => {
      for (const id of ['A1', 'A2', 'A2', 'A3', 'A1']) emit('message_create', fakeMessage(id));
      await has('message:A3');
      expect([...host.delivered.keys()]).to.deep.equal(['message:A1', 'message:A2', 'message:A3']);
    });
    it('name one person by both addresses, whichever they came under, and are one message', async () => {
      emit('message_create', fakeMessage('A1'));
      emit('message_create', fakeMessage('A1', { chat: ana.lid }));
      emit('message_create', fakeMessage('A2', { chat: ana.lid }));
      await has('message:A2');
      const messages = host.messages();
      expect(messages).to.have.length(2);
      for (const { contact, accountId } of messages) {
        expect(accountId).to.equal(own);
        expect(contact).to.deep.equal({
          aliases: [
            { kind: 'lid', value: '184000000000002' },
            { kind: 'wa_id', value: '351910000002' },
          ],
          name: 'Ana Reis',
          phone: '+351910000002',
        });
      }
    });
    it('are delivered also when WhatsApp does not tell who it is', async () => {
      session.client.lidAndPhone = () => new Promise(() => undefined);
      emit('message_create', fakeMessage('A1', { chat: '184000000000009@lid' }));
      await has('message:A1');
      expect(host.messages()[0]!.contact.aliases).to.deep.equal([{ kind: 'lid', value: '184000000000009' }]);
    });
    it('hold no keys and no paths of files', async () => {
      emit('message_create', fakeMessage('A1'));
      await has('message:A1');
      expect(host.delivered.get('message:A1')!.toString()).to.not.include('secret');
    });
    it('leave out status posts, newsletters, broadcasts and notices', async () => {
      for (const chat of ['status@broadcast', '1@newsletter', '351910000002@broadcast'])
        emit('message_create', fakeMessage(`N${chat.length}`, { chat }));
      for (const type of ['e2e_notification', 'gp2', 'notification_template', 'protocol', 'ciphertext'])
        emit('message_create', fakeMessage(`T${type}`, { type }));
      for (const nothing of [undefined, null, 7, 'x', {}, { id: null }, { id: { id: {} } }])
        for (const event of [
          'message_create',
          'message_edit',
          'message_revoke_everyone',
          'message_ack',
          'message_reaction',
        ])
          emit(event, nothing);
      emit('message_create', fakeMessage('LAST'));
      await has('message:LAST');
      expect([...host.delivered.keys()]).to.deep.equal(['message:LAST']);
      expect(host.states.at(-1)?.health).to.equal('ok');
    });
    it('of a group name the group, and who wrote', async () => {
      const author = '184000000000002@lid';
      emit('message_create', fakeMessage('A1', { chat: group, author }));
      await has('message:A1');
      const [message] = host.messages();
      expect(message!.contact).to.deep.equal({
        aliases: [{ kind: 'wa_group', value: '120363020000000001' }],
        name: 'Bakery orders',
      });
      expect(message!.content.metadata?.sender).to.deep.equal({ id: '351910000002', name: 'Ana Reis' });
    });
    it('tell of receipts of ours, and of each step once', async () => {
      const ours = fakeMessage('3EB0AA', { fromMe: true });
      for (const ack of [0, 1, 2, 2, 3]) emit('message_ack', ours, ack);
      emit('message_ack', fakeMessage('THEIRS'), 3);
      await has('ack:3EB0AA:3');
      expect([...host.delivered.keys()]).to.deep.equal(['ack:3EB0AA:1', 'ack:3EB0AA:2', 'ack:3EB0AA:3']);
    });
    it('tell of edits, and not of previews that load', async () => {
      emit(
        'message_edit',
        fakeMessage('A1', { body: 'new', latestEditSenderTimestampMs: 1_790_000_000_123 }),
        'new',
        'old',
      );
      emit('message_edit', fakeMessage('A2', { body: 'newer' }), 'newer', 'older');
      emit('message_edit', fakeMessage('A3', { body: 'first' }), 'first', '');
      emit('message_edit', fakeMessage('A4', { type: 'image', hasMedia: true, body: '' }), '/9j/4AA', '/9j/');
      emit(
        'message_edit',
        fakeMessage('A1', { body: 'newest', latestEditSenderTimestampMs: 1_790_000_009_123 }),
        'newest',
        'new',
      );
      emit('message_create', fakeMessage('LAST'));
      await has('message:LAST');
      const edits = host.facts().filter(fact => fact.kind === 'edit');
      expect(edits.map(edit => [edit.targetExternalId, edit.content.text])).to.deep.equal([
        ['A1', 'new'],
        ['A2', 'newer'],
        ['A1', 'newest'],
      ]);
    });
    it('tell what was revoked by what the notice names', async () => {
      const protocolMessageKey = { id: 'A1', fromMe: false, remote: ana.phone };
      emit(
        'message_revoke_everyone',
        fakeMessage('NOTICE', { type: 'revoked', protocolMessageKey }),
        undefined,
      );
      emit('message_create', fakeMessage('NOTICE2', { type: 'revoked', protocolMessageKey: { id: 'A2' } }));
      await has('revoke:A2');
      expect(
        host.facts().map(fact => (fact.kind === 'revoke' ? fact.targetExternalId : fact.kind)),
      ).to.deep.equal(['A1', 'A2']);
    });
    it('tell of reactions, each once', async () => {
      const reaction = {
        id: { id: '3EB0R', fromMe: false, remote: ana.phone },
        msgId: { id: '3EB0AA', fromMe: true, remote: ana.phone },
        reaction: '👍',
        timestamp: 1_790_000_000,
        senderId: ana.phone,
      };
      emit('message_reaction', reaction);
      emit('message_reaction', { ...reaction, read: true });
      emit('message_reaction', { ...reaction, reaction: '', timestamp: 1_790_000_010 });
      await host.until(() => host.delivered.size === 2);
      const facts = host.facts();
      expect(
        facts.map(fact => fact.kind === 'reaction' && [fact.emoji, fact.targetExternalId, fact.direction]),
      ).to.deep.equal([
        ['👍', '3EB0AA', 'inbound'],
        ['', '3EB0AA', 'inbound'],
      ]);
    });
    it('have keys that fit, whatever they are about', async () => {
      emit('message_create', fakeMessage('A'.repeat(120)));
      emit('message_create', fakeMessage('B'.repeat(121)));
      emit('message_edit', fakeMessage('A'.repeat(120), { latestEditSenderTimestampMs: 1 }), 'x', 'y');
      emit('message_create', fakeMessage('LAST'));
      await has('message:LAST');
      for (const [key, body] of host.delivered) {
        expect(key).to.have.length.within(1, 200);
        expect(readEvent(body)).to.include({ v: 1 });
      }
      expect(host.delivered.size).to.equal(3);
    });
  });

  describe('The files of WhatsApp Web', () => {
    const file = (id: string, size?: number) =>
      fakeMessage(id, { type: 'image', body: '', hasMedia: true, _data: { mimetype: 'image/png', size } });

    it('are fetched one after the other and delivered by themselves', async () => {
      for (const id of ['F1', 'F2', 'F3']) {
        session.client.files.set(id, { content: Buffer.from(`bytes of ${id}`), mimeType: 'image/png' });
        emit('message_create', file(id));
        emit('message_create', file(id));
      }
      await host.until(() => host.delivered.size === 6);
      expect(session.client.fetches).to.equal(3);
      expect(await media('F2')).to.deep.equal({ content: Buffer.from('bytes of F2'), mimeType: 'image/png' });
    });
    it('are tried again, and then said not to be had', async () => {
      emit('message_create', file('F1'));
      await has('media:F1');
      expect(session.client.fetches).to.equal(3);
      expect(await failureOf(media('F1')))
        .to.have.property('message')
        .that.matches(/did not give the file/);
    });
    it('come when a later try succeeds, and one that hangs holds up no other', async () => {
      let tries = 0;
      session.client.fetchFile = message => {
        const { id } = (message as { id: { id: string } }).id;
        if (id === 'HANGS') return new Promise(() => undefined);
        return Promise.resolve(++tries < 3 ? undefined : { content: Buffer.from('there') });
      };
      emit('message_create', file('HANGS'));
      emit('message_create', file('F1'));
      await has('media:F1');
      expect((await media('F1')).content.toString()).to.equal('there');
      await has('media:HANGS');
      expect(await failureOf(media('HANGS'))).to.be.instanceOf(Error);
    });
    it('are not fetched when they are too large', async () => {
      emit('message_create', file('F1', mostFileBytes + 1));
      await has('media:F1');
      expect(session.client.fetches).to.equal(0);
      expect(await failureOf(media('F1')))
        .to.have.property('message')
        .that.matches(/larger than the 64 MB/);
    });
  });
});
