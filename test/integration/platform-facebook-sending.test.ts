import { expect } from 'chai';
import type { Message, MessageStatus } from '../../src/contract/messages.ts';
import {
  type AcceptedMessaging,
  graphError,
  messagingBody,
  messagingCustomer,
  newMid,
} from '../../src/simulator/index.ts';
import { addKey } from '../support/callers.ts';
import { MessagingStage, newPerson } from '../support/messaging-stage.ts';
import { expectAllTold } from '../support/platform-desk.ts';
import { callApi } from '../support/product.ts';
import { noise } from '../support/sample-files.ts';
import { until } from '../support/until.ts';

describe('sending by Facebook Messenger', () => {
  let stage: MessagingStage;

  before(async function () {
    this.timeout(60_000);
    stage = await MessagingStage.open('facebook');
  });
  after(() => stage?.close());
  afterEach(() => stage.rest());

  const correlatorOf = async ({ id }: Message) => {
    const [row] = await stage.desk.tenant.query<{ id: string }>(
      'SELECT public_id AS id FROM messages WHERE id = $1',
      [id],
    );
    return `${id}.${row?.id}`;
  };

  /** Lets the platform tell of a message that it has taken. */
  const tell = async (message: AcceptedMessaging) => {
    const [post] = await stage.provider.sendReceipt(message, 'echo');
    expect(post?.acknowledgedAt).to.be.instanceOf(Date);
    await stage.desk.tenant.applied();
  };

  it('a text goes with the page’s token and our correlator; a reply and a reaction name their message', async () => {
    const { desk, page } = stage;
    const { person, mid, firstId, conversationId } = await stage.newChat();
    const sent = await desk.send(conversationId, { content: 'Good morning', replyToId: firstId });
    await desk.becomes(sent, 'sent');
    const asked = stage.asked(person);
    expect(asked).to.include({ account: page, path: `/v23.0/${page.id}/messages` });
    expect(asked.body).to.deep.equal({
      recipient: { id: person },
      messaging_type: 'RESPONSE',
      reply_to: { mid },
      message: { text: 'Good morning', metadata: await correlatorOf(sent) },
    });
    expect(await desk.externalIdOf(sent)).to.equal(asked.messageId);
    expect((await desk.react({ id: firstId }, '🎉')).status).to.equal(200);
    expect((await desk.react({ id: firstId }, '')).status).to.equal(200);
    await until('both have gone', () => stage.actionsOn(person).length === 2);
    expect(stage.actionsOn(person).map(({ body }) => body)).to.deep.equal([
      {
        recipient: { id: person },
        sender_action: 'react',
        payload: { message_id: mid, reaction: '🎉' },
      },
      { recipient: { id: person }, sender_action: 'unreact', payload: { message_id: mid } },
    ]);
  });

  it('a file goes with its bytes in the same request', async () => {
    const { desk } = stage;
    const { person, conversationId } = await stage.newChat();
    const bytes = await noise(40, 40);
    const attachment = await desk.upload({ bytes, filename: 'lamp.jpg', mimeType: 'image/jpeg' });
    const sent = await desk.send(conversationId, { attachments: [attachment] });
    await desk.becomes(sent, 'sent');
    const { body, file } = stage.asked(person);
    expect(body).to.deep.equal({
      recipient: { id: person },
      messaging_type: 'RESPONSE',
      message: { attachment: { type: 'image', payload: {} }, metadata: await correlatorOf(sent) },
    });
    expect(file).to.include({ field: 'filedata', filename: 'lamp.jpg', mimeType: 'image/jpeg' });
    expect(file?.bytes.equals(bytes)).to.equal(true);
  });

  it('the echo of our own message makes no second one, after the answer and before it', async () => {
    const { provider, desk } = stage;
    const { person, conversationId } = await stage.newChat();
    const first = await desk.send(conversationId, 'Answered, then echoed');
    await desk.becomes(first, 'sent');
    expect(stage.asked(person).message.metadata).to.equal(await correlatorOf(first));
    await tell(stage.asked(person));

    let heard: Message | undefined;
    provider.beforeAnswer = async asked => {
      await tell(asked);
      heard = (await stage.outbound(conversationId)).at(-1);
    };
    const second = await desk.send(conversationId, 'Echoed, then answered');
    await until('the echo was looked at', () => heard !== undefined);
    expect(heard).to.include({ id: second.id, status: 'sent' });
    await expectAllTold([desk]);
    await desk.hurry();
    const thread = await stage.outbound(conversationId);
    expect(thread.map(({ id, status }) => [id, status])).to.deep.equal([
      [first.id, 'sent'],
      [second.id, 'sent'],
    ]);
    expect(await desk.externalIdOf(second)).to.equal(stage.asked(person).messageId);
    expect(stage.messagesTo(person)).to.have.length(2);
  });

  it('the echo tells of a message whose answer was lost', async () => {
    const { provider, desk, page } = stage;
    const { person, conversationId } = await stage.newChat();
    provider.failNext(page.id, { kind: 'reset', isAccepted: true });
    const sent = await desk.send(conversationId, 'Did it arrive?');
    await desk.becomes(sent, 'unknown');
    await tell(stage.asked(person));
    expect(await desk.becomes(sent, 'sent')).to.deep.include({ error: null });
    expect(await stage.outbound(conversationId)).to.have.length(1);
  });

  it('what was written in the page’s inbox or by another app is shown as sent from outside', async () => {
    const { desk } = stage;
    const { person, conversationId } = await stage.newChat();
    const sent = await desk.send(conversationId, 'From here');
    await desk.becomes(sent, 'sent');
    const [inbox, app] = [newMid(), newMid()];
    const robot = { app_id: 77, metadata: 'theirs', text: 'By a robot' };
    await desk.receive(stage.envelope(stage.outside(person, { mid: inbox, text: 'By hand' })));
    await desk.receive(stage.envelope(stage.outside(person, { mid: app, ...robot })));
    const outside = { conversationId, direction: 'outbound', status: 'sent', sender: null };
    expect(await desk.messageOf(inbox)).to.include({ ...outside, content: 'By hand' });
    expect(await desk.messageOf(app)).to.include({ ...outside, content: 'By a robot' });
    expect(await stage.outbound(conversationId)).to.have.length(3);
  });

  it('the correlator of another tenant’s message is nobody’s here', async () => {
    const { desk, other, otherPage } = stage;
    const [theirPerson, first] = [newPerson(), newMid()];
    const hello = messagingCustomer.inboundText(theirPerson, 'Hello?', { mid: first });
    await other.receive(messagingBody('page', { id: otherPage.id, events: [hello] }));
    const { conversationId } = await other.messageOf(first);
    const sent = await other.send(conversationId, 'Ours alone');
    await other.becomes(sent, 'sent');
    const { metadata } = stage.asked(theirPerson).message;
    const mid = newMid();
    await desk.receive(stage.envelope(stage.outside(newPerson(), { mid, metadata, text: 'Whose?' })));
    expect(await desk.messageOf(mid)).to.include({ content: 'Whose?', sender: null });
  });

  it('delivered and read until then are as many messages as were sent until then', async () => {
    const { desk } = stage;
    const { person, conversationId } = await stage.newChat();
    const sent: Message[] = [];
    for (let turn = 1; turn <= 50; turn++) sent.push(await desk.send(conversationId, `Line ${turn}`));
    for (const message of sent) await desk.becomes(message, 'sent');
    expect(stage.messagesTo(person)).to.have.length(50);
    await desk.setActive(false);
    const waiting = await desk.send(conversationId, 'Not sent yet');
    // The first half went out a minute ago.
    await desk.tenant.query(
      `UPDATE message_status_updates SET status_at = status_at - interval '1 minute' WHERE message_id = ANY ($1)`,
      [sent.slice(0, 25).map(({ id }) => id)],
    );
    const statuses = async () => (await stage.outbound(conversationId)).map(({ status }) => status);
    const receive = (what: 'delivery' | 'read', watermark: number) =>
      desk.receive(stage.envelope(stage.does(person, { [what]: { watermark } })));
    const of = (...parts: readonly (readonly [MessageStatus, number])[]) =>
      parts.flatMap(([status, amount]) => Array<MessageStatus>(amount).fill(status));
    const now = Date.now();

    await receive('delivery', now - 30_000);
    expect(await statuses()).to.deep.equal(of(['delivered', 25], ['sent', 25], ['pending', 1]));
    await receive('read', now);
    expect(await statuses()).to.deep.equal(of(['read', 50], ['pending', 1]));
    const updates = () => desk.tenant.query('SELECT id FROM message_status_updates');
    const before = await updates();
    // Late, and not the newest.
    await receive('delivery', now - 10_000);
    await receive('read', now - 20_000);
    expect(await statuses()).to.deep.equal(of(['read', 50], ['pending', 1]));
    expect(await updates()).to.deep.equal(before);
    await desk.setActive(true);
    await desk.becomes(waiting, 'sent');
    await receive('delivery', Date.now());
    expect(await statuses()).to.deep.equal(of(['read', 50], ['delivered', 1]));
  });

  it('what is read while a slow message is on its way is not that message', async () => {
    const { provider, desk, page } = stage;
    const { person, conversationId } = await stage.newChat();
    provider.failNext(page.id, { kind: 'delay', delayMs: 2000 });
    // A moment after the sending began, and long before anybody could read it.
    await desk.receive(stage.envelope(stage.does(person, { read: { watermark: Date.now() + 600 } })));
    const slow = await desk.send(conversationId, 'On its way');
    await desk.becomes(slow, 'sent');
    expect(await desk.messageOf(stage.asked(person).messageId)).to.include({ status: 'sent' });
    await desk.receive(stage.envelope(stage.does(person, { read: { watermark: Date.now() } })));
    await desk.becomes(slow, 'read');
  });

  it('a person may answer for seven days, marked as such; a program only for one', async () => {
    const { product, desk } = stage;
    const { person, conversationId } = await stage.newChat();
    await desk.moveWindow(conversationId, '-5 days -23 hours');
    await desk.becomes(await desk.send(conversationId, 'Sorry for the wait'), 'sent');
    expect(stage.asked(person).body).to.deep.include({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' });

    const { key } = await addKey(product.context, desk.tenant, ['messages:send']);
    const { status, body: automatic } = await callApi<Message>(
      product.url,
      'POST',
      `/conversations/${conversationId}/messages`,
      { content: 'Beep' },
      key,
    );
    expect(status).to.equal(201);
    const closedFor = (hours: number) => ({
      code: 'window_closed',
      message: `More than ${hours} hours have passed since the customer last wrote. Only they can open the conversation again.`,
    });
    expect((await desk.becomes(automatic, 'failed')).error).to.deep.equal(closedFor(24));
    await desk.moveWindow(conversationId, '-6 days -1 minute');
    const late = await desk.send(conversationId, 'Too late');
    expect((await desk.becomes(late, 'failed')).error).to.deep.equal(closedFor(168));
    expect(stage.messagesTo(person)).to.have.length(1);
  });

  it('a page that may not answer late loses that message only', async () => {
    const { provider, desk, page } = stage;
    const { conversationId } = await stage.newChat();
    await desk.moveWindow(conversationId, '-1 hour');
    provider.failNext(page.id, graphError(403, 10));
    const late = await desk.send(conversationId, 'Late');
    expect((await desk.becomes(late, 'failed')).error?.message).to.match(
      /permission Human Agent answer then/,
    );
    expect(await desk.shown()).to.deep.include({ health: 'ok', healthMessage: null });
  });

  it('an ended token stops the page, which keeps its outbox and goes on when somebody resumes it', async () => {
    const { provider, desk, page } = stage;
    const { person, conversationId } = await stage.newChat();
    const another = await stage.newChat();
    provider.failNext(page.id, graphError(401, 190, 463));
    const first = await desk.send(conversationId, 'First');
    await until('the page has stopped', async () => (await desk.shown()).health === 'reauthorise');
    const sentence =
      'The access token of this Messenger channel has expired. Set a new one in the settings of the channel.';
    expect((await desk.shown()).healthMessage).to.equal(sentence);
    const second = await desk.send(conversationId, 'Second');
    const third = await desk.send(another.conversationId, 'Third');
    await desk.hurry();
    expect((await desk.show(first)).error).to.deep.equal({ code: '190', message: sentence });
    for (const message of [first, second, third])
      expect((await desk.show(message)).status, `message ${message.id}`).to.equal('pending');
    expect([stage.messagesTo(person).length, stage.messagesTo(another.person).length]).to.deep.equal([1, 0]);
    await desk.setActive(true);
    for (const message of [first, second, third]) await desk.becomes(message, 'sent');
    const texts = stage.messagesTo(person).map(({ body }) => (body.message as { text: string }).text);
    expect(texts).to.deep.equal(['First', 'First', 'Second']);
    expect(await desk.shown()).to.deep.include({ health: 'ok', healthMessage: null });
  });
});
