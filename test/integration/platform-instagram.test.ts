import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import {
  type MessagingAccount,
  messagingBody,
  messagingCustomer,
  newMid,
  signedByMeta,
} from '../../src/simulator/index.ts';
import { type MessagingChat, MessagingStage, newPerson } from '../support/messaging-stage.ts';
import { everything, expectForged, fetched } from '../support/platform-desk.ts';
import { noise } from '../support/sample-files.ts';
import { until } from '../support/until.ts';

describe('Instagram, from end to end', () => {
  let stage: MessagingStage;

  before(async function () {
    this.timeout(60_000);
    stage = await MessagingStage.open('instagram');
  });
  after(() => stage?.close());
  const slowAnswers: (() => void)[] = [];
  afterEach(() => {
    for (const answer of slowAnswers.splice(0)) answer();
    return stage.rest();
  });

  const held = async () =>
    (
      await stage.desk.tenant.query<{ reason: string }>(
        `SELECT reason FROM held_facts WHERE state = 'held' ORDER BY id`,
      )
    ).map(({ reason }) => reason);
  /** Lets the time that echoes wait come now, and the drain look. */
  const endOfHold = async () => {
    await stage.desk.tenant.query('UPDATE held_facts SET next_attempt_at = now()');
    await stage.product.process.visit(stage.desk.tenant.tenant.id);
  };
  /** Writes, and keeps the platform's answer back until it is let go. */
  const sendSlowly = async ({ conversationId, person }: MessagingChat, text: string) => {
    const mayAnswer = new Promise<void>(resolve => void slowAnswers.push(resolve));
    const answer = slowAnswers.at(-1) as () => void;
    stage.provider.beforeAnswer = () => mayAnswer;
    const sent = await stage.desk.send(conversationId, text);
    await until('the platform has it', () => stage.messagesTo(person).length > 0);
    stage.provider.beforeAnswer = undefined;
    return { sent, asked: stage.asked(person), answer };
  };
  /** What Instagram tells of a message that left the account: no metadata, whoever sent it. */
  const echo = (person: string, mid: string, text: string) =>
    stage.envelope(stage.outside(person, { mid, text }));
  const shownAs = (thread: readonly Message[]) =>
    thread.map(({ content, status, sender }) => [content, status, sender === null ? 'outside' : 'here']);

  describe('echoes', () => {
    it('one that is faster than the answer waits for it, and makes no second message', async () => {
      const chat = await stage.newChat();
      const { sent, asked, answer } = await sendSlowly(chat, 'Slowly');
      await stage.desk.receive(echo(chat.person, asked.messageId, 'Slowly'));
      expect(await held()).to.deep.equal(['echo']);
      expect(shownAs(await stage.outbound(chat.conversationId))).to.deep.equal([
        ['Slowly', 'sending', 'here'],
      ]);
      answer();
      await stage.desk.becomes(sent, 'sent');
      await until('the echo has found its message', async () => (await held()).length === 0);
      expect(shownAs(await stage.outbound(chat.conversationId))).to.deep.equal([['Slowly', 'sent', 'here']]);
      expect(await stage.desk.externalIdOf(sent)).to.equal(asked.messageId);
    });

    it('also when the answer takes longer than an echo usually waits', async () => {
      const chat = await stage.newChat();
      const { sent, asked, answer } = await sendSlowly(chat, 'Very slowly');
      await stage.desk.receive(echo(chat.person, asked.messageId, 'Very slowly'));
      await endOfHold();
      expect(await held()).to.deep.equal(['echo']);
      expect(await stage.outbound(chat.conversationId)).to.have.length(1);
      answer();
      await stage.desk.becomes(sent, 'sent');
      await until('the echo has found its message', async () => (await held()).length === 0);
      expect(shownAs(await stage.outbound(chat.conversationId))).to.deep.equal([
        ['Very slowly', 'sent', 'here'],
      ]);
    });

    it('one that comes after the answer is our message', async () => {
      const { person, conversationId } = await stage.newChat();
      await stage.desk.becomes(await stage.desk.send(conversationId, 'At once'), 'sent');
      await stage.desk.receive(echo(person, stage.asked(person).messageId, 'At once'));
      expect(await held()).to.deep.equal([]);
      expect(await stage.outbound(conversationId)).to.have.length(1);
    });

    it('what was written in the app is shown at once when nothing of ours is on its way', async () => {
      const { person, conversationId } = await stage.newChat();
      await stage.desk.receive(echo(person, newMid(), 'From the phone'));
      expect(await held()).to.deep.equal([]);
      expect(shownAs(await stage.outbound(conversationId))).to.deep.equal([
        ['From the phone', 'sent', 'outside'],
      ]);
    });

    it('and a little later when something is', async () => {
      const [chat, other] = [await stage.newChat(), await stage.newChat()];
      const { sent, answer } = await sendSlowly(other, 'On its way');
      await stage.desk.receive(echo(chat.person, newMid(), 'From the phone, too'));
      expect(await held()).to.deep.equal(['echo']);
      expect(await stage.outbound(chat.conversationId)).to.deep.equal([]);
      answer();
      await stage.desk.becomes(sent, 'sent');
      expect(await held()).to.deep.equal(['echo']);
      await endOfHold();
      expect(await held()).to.deep.equal([]);
      expect(shownAs(await stage.outbound(chat.conversationId))).to.deep.equal([
        ['From the phone, too', 'sent', 'outside'],
      ]);
      expect(await stage.outbound(other.conversationId)).to.have.length(1);
    });
  });

  describe('what comes in', () => {
    it('what somebody takes back is gone with its file', async () => {
      const { provider, desk, product } = stage;
      const [person, mid] = [newPerson(), newMid()];
      const url = provider.addFile(stage.page.id, 'secret.jpg', 'image/jpeg', await noise(20, 20));
      const attachments = [{ type: 'image', payload: { url } }];
      await desk.receive(stage.envelope(stage.says(person, { mid, text: 'My number is 12', attachments })));
      const before = await desk.withFiles(mid);
      const link = before.attachments[0]?.url ?? null;
      expect((await fetched(link)).status).to.equal(200);
      const [file] = await desk.tenant.query<{ key: string }>(
        'SELECT url AS key FROM message_attachments WHERE message_id = $1',
        [before.id],
      );
      await desk.receive(stage.envelope(stage.says(person, { mid, is_deleted: true })));
      const after = await desk.messageOf(mid);
      expect(after).to.deep.include({ content: null, attachments: [] });
      expect(after.deletedAt).to.not.equal(null);
      expect((await fetched(link)).status).to.equal(404);
      await product.process.workers?.lanes.files.visited(desk.tenant.tenant.id);
      const gone = await product.context.media.open(file?.key ?? '').catch((error: Error) => error.name);
      expect(gone).to.equal('MediaMissing');
    });

    it('a mention in a story comes with its picture, an answer to a story with its place', async () => {
      const { provider, desk } = stage;
      const [person, mention, answer] = [newPerson(), newMid(), newMid()];
      const picture = await noise(30, 30);
      const url = provider.addFile(stage.page.id, 'story.jpg', 'image/jpeg', picture);
      const attachments = [{ type: 'story_mention', payload: { url } }];
      await desk.receive(stage.envelope(stage.says(person, { mid: mention, attachments })));
      const shown = await desk.withFiles(mention);
      expect(shown).to.deep.include({ type: 'story', metadata: { story: { url, isMention: true } } });
      expect(shown.attachments[0]).to.include({ type: 'image', state: 'stored', width: 30 });
      expect((await fetched(shown.attachments[0]?.url ?? null)).bytes.equals(picture)).to.equal(true);

      const story = { id: 's1', url: `${provider.url}/cdn/ours.jpg` };
      const message = { mid: answer, text: 'How much?', reply_to: { story } };
      await desk.receive(stage.envelope(stage.says(person, message)));
      expect(await desk.messageOf(answer)).to.deep.include({
        type: 'text',
        content: 'How much?',
        metadata: { story },
      });
    });

    it('seen is read, of this message and no other', async () => {
      const { person, conversationId } = await stage.newChat();
      const first = await stage.desk.send(conversationId, 'First');
      await stage.desk.becomes(first, 'sent');
      const { messageId } = stage.asked(person);
      const second = await stage.desk.send(conversationId, 'Second');
      await stage.desk.becomes(second, 'sent');
      await stage.desk.receive(stage.envelope(stage.does(person, { read: { mid: messageId } })));
      expect((await stage.desk.show(first)).status).to.equal('read');
      expect((await stage.desk.show(second)).status).to.equal('sent');
    });

    it('an event of the test button is dropped; what is not signed by the account’s app is refused', async () => {
      const { product, desk, other, page, otherPage } = stage;
      const before = await everything(product);
      const test = { id: '0', events: [messagingCustomer.inboundMessage('1', {}, { mid: 'm' })] };
      await desk.receive(messagingBody('instagram', test));
      expect(await everything(product)).to.deep.equal(before);
      const body = stage.envelope(stage.says(newPerson(), { mid: newMid(), text: 'forged' }));
      const signedBy = ({ appSecret }: MessagingAccount) => signedByMeta(appSecret)(body, '');
      await expectForged(product, [
        { url: desk.webhookUrl, body, headers: {} },
        { url: desk.webhookUrl, body, headers: signedBy(otherPage) },
        { url: other.webhookUrl, body, headers: signedBy(page) },
        { url: `${product.url}/webhooks/instagram`, body, headers: signedBy(page) },
      ]);
    });
  });

  describe('what goes out', () => {
    it('a text of a thousand bytes goes; one more is refused before', async () => {
      const { person, conversationId } = await stage.newChat();
      const content = `${'é'.repeat(498)}🎉`;
      await stage.desk.becomes(await stage.desk.send(conversationId, content), 'sent');
      expect(stage.asked(person)).to.deep.include({
        account: stage.page,
        path: '/v23.0/me/messages',
        body: { recipient: { id: person }, message: { text: content } },
      });
      const refused = await stage.desk.tenant.http('POST', `/conversations/${conversationId}/messages`, {
        content: `${content}!`,
      });
      expect([refused.status, refused.body.error.code]).to.deep.equal([422, 'validation_failed']);
      expect(refused.body.error.message).to.contain('1000 bytes');
      expect(await stage.outbound(conversationId)).to.have.length(1);
    });

    it('a file goes by a link that Instagram can fetch, and nobody can change', async () => {
      const { desk, product } = stage;
      const { person, conversationId } = await stage.newChat();
      const bytes = await noise(50, 50);
      const attachment = await desk.upload({ bytes, filename: 'lamp.jpg', mimeType: 'image/jpeg' });
      const words = { content: 'Look', attachments: [attachment] };
      const refused = await desk.tenant.http('POST', `/conversations/${conversationId}/messages`, words);
      expect(refused.status).to.equal(422);
      const sent = await desk.send(conversationId, { attachments: [attachment] });
      await desk.becomes(sent, 'sent');
      const { body, file } = stage.asked(person);
      expect(file?.bytes.equals(bytes)).to.equal(true);
      expect(file?.mimeType).to.equal('image/jpeg');
      const { type, payload } = (body.message as { attachment: { type: string; payload: { url: string } } })
        .attachment;
      expect(type).to.equal('image');

      const link = new URL(payload.url);
      expect(link.origin).to.equal(product.url);
      const token = link.searchParams.get('token') ?? '';
      const withToken = (changed: string) => {
        const other = new URL(link);
        other.searchParams.set('token', changed);
        return other.href;
      };
      const target = { tenantId: desk.tenant.tenant.id, attachmentId: attachment, isThumbnail: false };
      const anHourAgo = Date.now() - 3_601_000;
      expect((await fetched(withToken(token))).status).to.equal(200);
      for (const bad of [
        withToken(`${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`),
        withToken(token.slice(0, -2)),
        withToken(''),
        link.href.replace(`/attachments/${attachment}?`, `/attachments/${attachment + 1}?`),
        product.context.links.shortLink(target, anHourAgo),
        product.context.links.shortLink({ ...target, tenantId: stage.other.tenant.tenant.id }),
      ])
        expect((await fetched(bad)).status, bad).to.equal(404);
    });

    it('quick replies come back as taps, and the only reaction is the heart', async () => {
      const { desk } = stage;
      const { person, mid, firstId, conversationId } = await stage.newChat();
      const buttons = [
        { id: 'red', title: 'Red' },
        { id: 'blue', title: 'Blue' },
      ];
      await desk.becomes(
        await desk.send(conversationId, { type: 'interactive', content: 'Which one?', buttons }),
        'sent',
      );
      expect(stage.asked(person).body.message).to.deep.equal({
        text: 'Which one?',
        quick_replies: buttons.map(({ id, title }) => ({ content_type: 'text', title, payload: id })),
      });
      const tap = newMid();
      await desk.receive(
        stage.envelope(stage.says(person, { mid: tap, text: 'Red', quick_reply: { payload: 'red' } })),
      );
      expect((await desk.messageOf(tap)).metadata.interactive).to.include({ id: 'red', title: 'Red' });
      expect((await desk.react({ id: firstId }, '❤️')).status).to.equal(200);
      await until('it has gone', () => stage.actionsOn(person).length === 1);
      expect(stage.actionsOn(person)[0]?.body).to.deep.equal({
        recipient: { id: person },
        sender_action: 'react',
        payload: { message_id: mid, reaction: 'love' },
      });
    });
  });
});
