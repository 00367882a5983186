import { expect } from 'chai';
import { Unavailable } from '../../../src/platforms/adapter.ts';
import { OwnSends } from '../../../src/platforms/whatsapp_web/own-sends.ts';
import { SendPace } from '../../../src/platforms/whatsapp_web/send-pace.ts';
import type { SessionContent } from '../../../src/platforms/whatsapp_web/session-protocol.ts';
import { ana, fakeMessage } from '../../support/whatsapp-web-fake-client.ts';
import { MemoryHost } from '../../support/whatsapp-web-host.ts';
import { PlayedSession } from '../../support/whatsapp-web-session.ts';

const calm = { pulseEveryMs: 60_000, saveEveryMs: 60_000 };
const text = (words: string): SessionContent => ({ type: 'text', text: words });

describe('A WhatsApp Web session', () => {
  let host: MemoryHost;
  let session: PlayedSession;
  beforeEach(async () => {
    host = new MemoryHost();
    session = await new PlayedSession(host).open({ timing: calm });
    session.client.ready();
  });
  afterEach(() => session.close());

  describe('Sending over WhatsApp Web', () => {
    it('types first, then sends, and knows both addresses from then on', async () => {
      expect(await session.send({ content: text('Hello') })).to.deep.equal({
        externalId: '3EB00000000000000000',
        aliases: [
          { kind: 'lid', value: '184000000000002' },
          { kind: 'wa_id', value: '351910000002' },
        ],
      });
      const { client } = session;
      expect(client.typing).to.deep.equal([ana.phone]);
      expect(client.sent).to.deep.equal([{ chatId: ana.phone, text: 'Hello', quotedId: undefined }]);
      expect(session.said.filter(message => message.type === 'sendStarted')).to.have.length(1);
    });
    it('tells of what it sent with its correlator, so that it is not shown twice', async () => {
      await session.send({ correlator: '12.own', content: text('Hello') });
      session.client.emit('message_create', fakeMessage('PHONE1', { fromMe: true, body: 'Hello' }));
      await host.until(() => host.delivered.has('message:PHONE1'));
      expect(host.messages().map(message => [message.externalId, message.correlator])).to.deep.equal([
        ['3EB00000000000000000', '12.own'],
        ['PHONE1', undefined],
      ]);
    });
    it('sends a file with its words', async () => {
      const content: SessionContent = {
        type: 'file',
        kind: 'audio',
        filename: 'v.ogg',
        mimeType: 'audio/ogg',
        isVoice: true,
        bytes: Buffer.from('sound'),
        caption: 'listen',
      };
      await session.send({ correlator: '12.file', content });
      expect(session.client.sent[0]?.file).to.deep.equal(content);
      expect(session.client.typing).to.deep.equal([]);
      await host.until(() => host.messages().length === 1);
      expect(host.messages()[0]?.correlator).to.equal('12.file');
    });
    it('answers and reacts to messages that it has seen', async () => {
      session.client.emit('message_create', fakeMessage('A1', { chat: ana.lid }));
      await host.until(() => host.delivered.has('message:A1'));
      await session.send({ content: text('yes'), replyTo: 'A1' });
      expect(session.client.sent[0]?.quotedId).to.equal(`false_${ana.lid}_A1`);
      const reaction = await session.send({ content: { type: 'reaction', target: 'A1', emoji: '👍' } });
      expect(reaction).to.deep.equal({ externalId: 'A1:reaction', aliases: [] });
      expect(session.client.reactions).to.deep.equal([{ messageId: `false_${ana.lid}_A1`, emoji: '👍' }]);
    });
    it('finds older messages in the chat, by their number or among its last', async () => {
      const group = '120363020000000001@g.us';
      const whole = `false_${group}_G1_${ana.lid}`;
      session.client.messagesByChat.set(ana.phone, [fakeMessage('OLD', { fromMe: true })]);
      session.client.messagesByChat.set(group, [
        {
          ...fakeMessage('G1', { chat: group }),
          id: { fromMe: false, remote: group, id: 'G1', _serialized: whole },
        },
      ]);
      await session.send({ content: text('yes'), replyTo: 'OLD' });
      await session.send({
        to: { kind: 'group', user: '120363020000000001' },
        content: text('yes'),
        replyTo: 'G1',
      });
      expect(session.client.sent.map(sent => sent.quotedId)).to.deep.equal([`true_${ana.phone}_OLD`, whole]);
    });
    it('sends an answer to a message that is gone as a message, and refuses a reaction to it', async () => {
      await session.send({ content: text('yes'), replyTo: 'GONE' });
      expect(session.client.sent[0]?.quotedId).to.equal(undefined);
      expect(await session.send({ content: { type: 'reaction', target: 'GONE', emoji: '👍' } }))
        .to.have.property('fault')
        .that.includes({ kind: 'rejected', scope: 'message', code: 'message_gone' });
    });
    it('writes to a hidden id and to a group without asking for a number', async () => {
      session.client.registeredAs = undefined;
      await session.send({ to: { kind: 'lid', user: '184000000000009' }, content: text('a') });
      await session.send({ to: { kind: 'group', user: '120363020000000001' }, content: text('b') });
      expect(session.client.sent.map(sent => sent.chatId)).to.deep.equal([
        '184000000000009@lid',
        '120363020000000001@g.us',
      ]);
    });
    it('writes to the address that WhatsApp has for a number', async () => {
      session.client.registeredAs = '551187654321@c.us';
      await session.send({ to: { kind: 'phone', user: '5511987654321' }, content: text('a') });
      expect(session.client.sent[0]?.chatId).to.equal('551187654321@c.us');
    });
    it('refuses a number without an account, and waits when WhatsApp does not say', async () => {
      session.client.registeredAs = undefined;
      expect(await session.send({ content: text('a') }))
        .to.have.property('fault')
        .that.includes({ kind: 'rejected', scope: 'message', code: 'not_on_whatsapp' });
      session.client.registered = () => new Promise(() => undefined);
      expect(await session.send({ content: text('a') }))
        .to.have.property('fault')
        .that.includes({ kind: 'unavailable', scope: 'conversation', code: 'number_not_checked' });
      expect(session.said.some(message => message.type === 'sendStarted')).to.equal(false);
    });
    it('does not know what became of a message without an answer; its own telling settles it', async () => {
      let made: () => void = () => undefined;
      session.client.onSend = chatId => {
        made = () =>
          session.client.emit(
            'message_create',
            fakeMessage('3EB0LATE', { chat: chatId, fromMe: true, body: 'Hello' }),
          );
        return new Promise(() => undefined);
      };
      expect(await session.send({ correlator: '12.late', content: text('Hello') }))
        .to.have.property('fault')
        .that.includes({ kind: 'unknown' });
      made();
      await host.until(() => host.messages().length === 1);
      expect(host.messages()[0]?.correlator).to.equal('12.late');
    });
    /** The page shows a message at once; its call has no answer. */
    const shown = async (id: string, correlator: string) => {
      session.client.onSend = chatId => {
        const fields = { chat: chatId, fromMe: true, body: 'Hello', ack: 0 };
        session.client.emit('message_create', fakeMessage(id, fields));
        return new Promise(() => undefined);
      };
      expect(await session.send({ correlator, content: text('Hello') })).to.have.nested.property(
        'fault.kind',
        'unknown',
      );
      session.client.emit('message_create', fakeMessage('LAST'));
      await host.until(() => host.delivered.has('message:LAST'));
    };
    const ack = (id: string, value: number) => {
      const fields = { fromMe: true, body: 'Hello', ack: value };
      session.client.emit('message_ack', fakeMessage(id, fields), value);
    };
    it('does not take what the page shows for sent before WhatsApp has it', async () => {
      await shown('3EB0SHOWN', '12.shown');
      expect([...host.delivered.keys()]).to.deep.equal(['message:LAST']);
      for (const value of [0, 1, 2]) ack('3EB0SHOWN', value);
      await host.until(() => host.delivered.has('ack:3EB0SHOWN:2'));
      expect([...host.delivered.keys()].slice(1)).to.deep.equal([
        'message:3EB0SHOWN',
        'ack:3EB0SHOWN:1',
        'ack:3EB0SHOWN:2',
      ]);
      expect(host.messages().at(-1)).to.include({ externalId: '3EB0SHOWN', correlator: '12.shown' });
    });
    it('tells with its correlator what WhatsApp never took', async () => {
      await shown('3EB0SHOWN', '12.shown');
      ack('3EB0SHOWN', -1);
      await host.until(() => host.delivered.has('ack:3EB0SHOWN:-1'));
      expect(host.facts().at(-1)).to.include({ kind: 'receipt', status: 'failed', correlator: '12.shown' });
      expect(host.delivered.has('message:3EB0SHOWN')).to.equal(false);
    });
    it('knows what was on its way also in the session after this one, whose files are the same', async () => {
      await session.close();
      session = await new PlayedSession(host).open({ timing: calm, mark: 'A' });
      session.client.ready();
      await host.until(() => host.newest !== undefined);
      await shown('3EB0SHOWN', '12.shown');
      await session.close();
      session = await new PlayedSession(host).open({ timing: calm, profile: host.newest! });
      session.client.ready();
      ack('3EB0SHOWN', 1);
      await host.until(() => host.delivered.has('ack:3EB0SHOWN:1'));
      expect(host.messages().at(-1)).to.include({ externalId: '3EB0SHOWN', correlator: '12.shown' });
    });
    it('does not take the second of the same words for the first, of which nothing is known', async () => {
      session.client.onSend = async () => {
        throw new Error('Evaluation failed: t');
      };
      expect(await session.send({ correlator: '12.first', content: text('Hello') })).to.have.nested.property(
        'fault.kind',
        'unknown',
      );
      session.client.onSend = undefined;
      await session.send({ correlator: '12.second', content: text('Hello') });
      await host.until(() => host.messages().length === 1);
      expect(host.messages()[0]?.correlator).to.equal('12.second');
    });
    it('waits while WhatsApp Web has no connection', async () => {
      session.client.emit('change_state', 'OPENING');
      expect(await session.send({ content: text('a') }))
        .to.have.property('fault')
        .that.includes({ kind: 'unavailable', scope: 'channel', code: 'not_connected', retryAfterMs: 5000 });
      expect(session.client.sent).to.deep.equal([]);
      session.client.emit('change_state', 'CONNECTED');
      expect(await session.send({ content: text('a') })).to.have.property('externalId');
    });
    it('gives back what stood behind a send that took too long, without asking the page more', async () => {
      await session.close();
      const timing = { ...calm, prepareWithinMs: 500, sendWithinMs: 900 };
      session = await new PlayedSession(host).open({ timing });
      session.client.ready();
      session.client.onSend = () => new Promise(() => undefined);
      const [first, second] = await Promise.all(
        ['first', 'second'].map(words => session.send({ content: text(words) })),
      );
      expect(first).to.have.nested.property('fault.kind', 'unknown');
      expect(second).to.have.nested.property('fault.code', 'busy');
      expect(session.client.typing).to.have.length(1);
    });
    it('does not know either when the page failed, or named no message', async () => {
      session.client.onSend = async () => {
        throw new Error('Protocol error: Target closed');
      };
      expect(await session.send({ content: text('a') })).to.have.nested.property('fault.kind', 'unknown');
      session.client.onSend = async () => undefined;
      expect(await session.send({ content: text('a') })).to.have.nested.property('fault.kind', 'unknown');
    });
    it('refuses what the page cannot make a message of, or WhatsApp did not take', async () => {
      session.client.onSend = async () => {
        throw new Error('media-fault: sendToChat filehash undefined');
      };
      expect(await session.send({ content: text('a') })).to.have.nested.property('fault.code', 'bad_file');
      session.client.onSend = async () => fakeMessage('3EB0', { fromMe: true, ack: -1 });
      expect(await session.send({ content: text('a') })).to.have.nested.property('fault.code', 'not_sent');
    });
    it('waits while it is not connected', async () => {
      const unpaired = await new PlayedSession(host).open({ timing: calm });
      expect(await unpaired.send({ content: text('a') }))
        .to.have.property('fault')
        .that.includes({ kind: 'unavailable', scope: 'channel', code: 'not_connected', retryAfterMs: 5000 });
      await unpaired.close();
    });
    it('sends one at a time, in the order in which it was asked', async () => {
      let atOnce = 0;
      session.client.onSend = async chatId => {
        expect(++atOnce).to.equal(1);
        await new Promise(resolve => setImmediate(resolve));
        atOnce--;
        return fakeMessage(session.client.nextOwnId(), { chat: chatId, fromMe: true });
      };
      await Promise.all(['a', 'b', 'c', 'd'].map(words => session.send({ content: text(words) })));
      expect(session.client.sent.map(sent => sent.text)).to.deep.equal(['a', 'b', 'c', 'd']);
    });
  });

  describe('What was sent from here', () => {
    const said = (id: string, fields = {}) => ({
      id: { id, fromMe: true },
      fromMe: true,
      type: 'chat',
      body: 'Hello',
      timestamp: Math.floor(Date.now() / 1000),
      ...fields,
    });
    const twice = () => {
      const sends = new OwnSends();
      for (const correlator of ['first', 'second']) sends.begin(correlator, [ana.phone], text('Hello'));
      return sends;
    };
    const of = (sends: OwnSends, id: string, fields = {}) =>
      sends.correlatorOf(said(id, fields), [ana.phone]);

    it('is the newest of the same words, and then the one before', () => {
      const sends = twice();
      expect([of(sends, '3EB02'), of(sends, '3EB01'), of(sends, '3EB0X')]).to.deep.equal([
        'second',
        'first',
        undefined,
      ]);
      expect([of(sends, '3EB02'), of(sends, '3EB01')]).to.deep.equal(['second', 'first']);
    });
    it('changes places when the page tells of two in the order in which they were sent', () => {
      for (const echoes of [['3EB01'], ['3EB01', '3EB02']]) {
        const sends = twice();
        for (const id of echoes) of(sends, id);
        sends.name('second', '3EB02');
        expect([sends.named('3EB01'), sends.named('3EB02')], `${echoes}`).to.deep.equal(['first', 'second']);
      }
    });
    it('is nothing that was said before it', () => {
      const before = { timestamp: Math.floor(Date.now() / 1000) - 600 };
      expect(of(twice(), '3EB00', before)).to.equal(undefined);
    });
  });

  describe('The pace of sending', () => {
    const options = { gapMs: { least: 800, most: 2500 }, mostSendsInAMinute: 20, turnWithinMs: 5000 };

    it('leaves a random pause between two', () => {
      const slow = new SendPace(options, () => 0.999);
      expect([slow.take(0), slow.take(0), slow.take(0)]).to.deep.equal([0, 2498, 4997]);
      const quick = new SendPace(options, () => 0);
      expect([quick.take(0), quick.take(0), quick.take(10_000)]).to.deep.equal([0, 800, 0]);
    });
    it('gives back what would wait too long, and says how long', () => {
      const pace = new SendPace(options, () => 0.5);
      for (let count = 0; count < 4; count++) pace.take(0);
      let error: unknown;
      try {
        pace.take(0);
      } catch (thrown) {
        error = thrown;
      }
      expect(error)
        .to.be.instanceOf(Unavailable)
        .and.include({ scope: 'channel', code: 'paced', retryAfterMs: 6600 });
      expect(pace.take(6600)).to.equal(0);
    });
    it('lets at most twenty go in any minute', () => {
      const pace = new SendPace(options, () => 0);
      const turns: number[] = [];
      for (let now = 0; now < 600_000; now += 100)
        try {
          turns.push(now + pace.take(now));
        } catch {
          // Given back.
        }
      for (const [index, turn] of turns.entries()) {
        const earlier = turns[index - 20];
        if (earlier !== undefined) expect(turn - earlier).to.be.at.least(60_000);
      }
      expect(turns.length).to.be.within(190, 220);
    });
  });
});
