import { expect } from 'chai';
import type { Conversation, Message } from '../../src/contract/index.ts';
import { inboundText } from '../../src/simulator/index.ts';
import { addUser, type TestUser } from '../support/callers.ts';
import { wholeThread } from '../support/event-mirror.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';

describe('read marks', function () {
  this.timeout(30_000);
  let product: Product;
  let acme: ProductTenant;
  let users: TestUser[];
  /** A conversation of a new customer, for each test. */
  let id: number;

  before(async () => {
    product = await startProduct();
    acme = product.acme;
    users = [
      await addUser(product.context, acme, 'Rosa Reader'),
      await addUser(product.context, acme, 'Rolf Reader'),
    ];
  });
  after(() => product?.close());

  let customers = 351_930_000_000;
  const write = async (waId: string, ...texts: string[]) => {
    await acme.receive(texts.map(text => inboundText({ waId, name: 'Carla' }, text)));
    const [row] = await acme.query<{ id: number }>('SELECT max(id) AS id FROM conversations');
    return row?.id ?? 0;
  };
  beforeEach(async () => {
    id = await write(String(++customers), 'Hello?');
  });

  const mark = (user: TestUser, lastMessageId?: number) =>
    product.http<Conversation>(
      'POST',
      `/conversations/${id}/read`,
      lastMessageId ? { lastMessageId } : undefined,
      user.token,
    );
  const read = async (user: TestUser, lastMessageId?: number) => {
    const { status, body } = await mark(user, lastMessageId);
    expect(status).to.equal(200);
    return body;
  };
  const unread = async (user: TestUser) =>
    (await product.http<Conversation>('GET', `/conversations/${id}`, undefined, user.token)).body.unreadCount;
  const thread = async (): Promise<Message[]> => wholeThread(acme, id);
  const reads = async () =>
    (await acme.events()).filter(
      ({ type, data }) =>
        type === 'conversation.read' && (data as { conversationId: number }).conversationId === id,
    );

  it('are each reader’s own, and go up to a message or to the newest', async () => {
    const [one, other] = users as [TestUser, TestUser];
    await write(String(customers), 'Two', 'Three', 'Four');
    const [first, second] = await thread();
    expect([await unread(one), await unread(other)]).to.deep.equal([4, 4]);
    expect(await read(one, second?.id)).to.include({ unreadCount: 2, readInboundCount: 2 });
    expect(await unread(other)).to.equal(4);
    expect(await read(one), 'the newest').to.include({ unreadCount: 0, readInboundCount: 4 });
    expect(await read(one, first?.id), 'never back').to.include({ unreadCount: 0 });
    expect(await read(one)).to.include({ unreadCount: 0 });
    expect((await reads()).map(event => event.data)).to.deep.equal(
      [2, 4].map(readInboundCount => ({ conversationId: id, userId: one.id, readInboundCount })),
    );
    await write(String(customers), 'Five');
    expect([await unread(one), await unread(other)]).to.deep.equal([1, 5]);
  });

  it('follow the order of the thread, not that of arrival', async () => {
    const [reader] = users as [TestUser];
    // It was said before all others and arrives last.
    const late = inboundText({ waId: String(customers), name: 'Carla' }, 'Late', {
      at: new Date(Date.now() - 60_000),
    });
    await acme.receive([late]);
    const [first, second] = await thread();
    expect(first?.id).to.be.above(second?.id ?? 0);
    expect(await read(reader, first?.id)).to.include({ unreadCount: 1 });
    expect(await read(reader, second?.id)).to.include({ unreadCount: 0 });
  });

  it('are at no message of another conversation', async () => {
    const [one] = users as [TestUser];
    const [message] = await thread();
    id = await write(String(++customers), 'Somebody else');
    expect((await mark(one, message?.id)).status).to.equal(422);
    expect((await mark(one, 999_999)).status).to.equal(422);
    expect((await acme.http('POST', '/conversations/999999/read')).status).to.equal(404);
    expect(await unread(one)).to.equal(1);
    expect(await reads()).to.deep.equal([]);
  });

  it('end at the furthest, when they are set at once', async () => {
    const [reader] = users as [TestUser];
    await write(String(customers), 'Two', 'Three', 'Four');
    const messages = await thread();
    await Promise.all([...messages, ...messages].map(message => read(reader, message.id)));
    expect(await unread(reader)).to.equal(0);
    const counts = (await reads()).map(
      event => (event.data as { readInboundCount: number }).readInboundCount,
    );
    expect(counts).to.deep.equal([...counts].sort((one, other) => one - other));
    expect(counts.at(-1)).to.equal(4);
  });
});
