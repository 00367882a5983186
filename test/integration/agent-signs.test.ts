import { expect } from 'chai';
import { inboundText } from '../../src/simulator/index.ts';
import { AgentClient } from '../support/agent-client.ts';
import { type Chat, openSendingDesk, type SendingDesk } from '../support/sending.ts';
import { until } from '../support/until.ts';

/** What the customer's phone shows of the agents. */
describe('signs for the customer', () => {
  let desk: SendingDesk;
  let socket: AgentClient;

  before(async function () {
    this.timeout(60_000);
    desk = await openSendingDesk();
    socket = await AgentClient.connect(desk.product.url, desk.acme.token);
  });
  after(async () => {
    socket?.close();
    await desk?.close();
  });

  const marksOf = ({ wamid }: Pick<Chat, 'wamid'>) =>
    desk.product.provider
      .readMarks(desk.acme.account.phoneNumberId)
      .filter(mark => mark.messageId === wamid)
      .map(({ isTyping }) => (isTyping ? 'typing' : 'read'));
  const read = (chat: Pick<Chat, 'id'>, lastMessageId?: number) =>
    desk.acme.http('POST', `/conversations/${chat.id}/read`, lastMessageId ? { lastMessageId } : undefined);
  const type = (chat: Pick<Chat, 'id'>) => socket.say('typing', { conversationId: chat.id, isTyping: true });
  const shows = (chat: Pick<Chat, 'wamid'>, ...signs: readonly string[]) =>
    until(`the phone shows ${signs.join(', ')}`, () => marksOf(chat).join() === signs.join());

  it('say once that a message was read, as far as it was', async () => {
    const chat = await desk.newChat();
    const second = inboundText({ waId: chat.waId, name: 'Customer' }, 'Are you there?');
    await desk.acme.receive([second]);
    const later = { wamid: second.message.id };
    expect(await read(chat, chat.firstId)).to.include({ status: 200 });
    await shows(chat, 'read');
    expect(marksOf(later)).to.deep.equal([]);
    await read(chat);
    await shows(later, 'read');
    const next = await desk.newChat();
    await read(chat);
    // Whatever came of that call is done when a later one is.
    await read(next);
    await shows(next, 'read');
    expect(marksOf(later)).to.deep.equal(['read']);
  });

  it('say that somebody writes, but not with every key', async () => {
    const [chat, next] = [await desk.newChat(), await desk.newChat()];
    for (let index = 0; index < 5; index++) type(chat);
    type(next);
    await shows(chat, 'typing');
    await shows(next, 'typing');
    expect(marksOf(chat)).to.deep.equal(['typing']);
  });

  it('are given on a channel that works, and by nobody but its own people', async () => {
    const chat = await desk.newChat();
    const { globex } = desk.product;
    const foreign = await AgentClient.connect(desk.product.url, globex.token);
    foreign.say('typing', { conversationId: chat.id, isTyping: true });
    await desk.setChannel({ isActive: false });
    await read(chat);
    type(chat);
    // What a socket says is taken in its order.
    socket.say('conversation.view', { conversationId: chat.id });
    await socket.until('it is known who looks', client =>
      client.of('viewing').some(({ conversationId }) => conversationId === chat.id),
    );
    await desk.product.context.signs.settled();
    await desk.setChannel({ isActive: true });
    const next = await desk.newChat();
    await read(next);
    await shows(next, 'read');
    expect(marksOf(chat)).to.deep.equal([]);
    foreign.close();
  });
});
