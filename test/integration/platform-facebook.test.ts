import { expect } from 'chai';
import type { Conversation } from '../../src/contract/conversations.ts';
import {
  type MessagingAccount,
  messagingBody,
  messagingCustomer,
  newMid,
  signedByMeta,
} from '../../src/simulator/index.ts';
import { AgentClient } from '../support/agent-client.ts';
import { expectEventsTellAll } from '../support/event-mirror.ts';
import { MessagingStage, newPerson, sharedApp } from '../support/messaging-stage.ts';
import { everything, expectForged, fetched, postWebhook } from '../support/platform-desk.ts';
import { noise } from '../support/sample-files.ts';
import { until } from '../support/until.ts';

describe('Facebook Messenger, from end to end', () => {
  let stage: MessagingStage;

  before(async function () {
    this.timeout(60_000);
    stage = await MessagingStage.open('facebook');
  });
  after(() => stage?.close());
  afterEach(() => stage.rest());

  const counted = async (name: 'forged' | 'foreign') => {
    const { values } = await stage.product.context.metrics[name].get();
    return values.find(({ labels }) => labels.platform === 'facebook')?.value ?? 0;
  };

  describe('what comes in', () => {
    it('a text is a conversation with a customer, and agents of this tenant alone hear of it', async () => {
      const { product, desk } = stage;
      const agents = await Promise.all(
        [product.acme, product.globex].map(({ token }) => AgentClient.connect(product.url, token)),
      );
      const [agent, stranger] = agents as [AgentClient, AgentClient];
      const { person, mid, conversationId } = await stage.newChat();
      const message = await desk.messageOf(mid);
      expect(message).to.include({ type: 'text', content: 'Hello?', senderType: 'customer' });
      const { body } = await desk.tenant.http<Conversation>('GET', `/conversations/${conversationId}`);
      expect(body).to.deep.include({
        platform: 'facebook',
        channel: { id: desk.channel.id, name: desk.channel.name },
        unreadCount: 1,
      });
      expect(body.customer.name).to.equal(person);
      await agent.until('the agent hears the message', client =>
        client.of('message.created').some(({ data }) => data.message.id === message.id),
      );
      expect(stranger.events).to.deep.equal([]);
      for (const client of agents) client.close();
    });

    it('a new person gets the name that Messenger knows, unless somebody has given them one', async () => {
      const { provider, page, desk } = stage;
      const [person, mid] = [newPerson(), newMid()];
      await provider.deliver(page.id, [stage.says(person, { mid, text: 'Hello?' })]);
      await desk.tenant.applied();
      const { conversationId } = await desk.messageOf(mid);
      const nameOf = async (id: number) =>
        (await desk.tenant.http<Conversation>('GET', `/conversations/${id}`)).body.customer.name;
      provider.introduce(page.id, person, { name: 'Ana Reis' });
      const pull = (who: string) =>
        desk.tenant.query(
          `INSERT INTO channel_pulls (channel_id, what) VALUES ($1, 'profile ' || $2)
           ON CONFLICT (channel_id, what) DO UPDATE SET next_attempt_at = now()`,
          [desk.channel.id, who],
        );
      const visit = () => stage.product.process.workers?.lanes.pull.visited(desk.tenant.tenant.id);
      await pull(person);
      await until('the name is there', async () => {
        await visit();
        return (await nameOf(conversationId)) === 'Ana Reis';
      });
      await desk.tenant.query(`UPDATE customers SET name = 'Ana of the lamp' WHERE name = 'Ana Reis'`);
      provider.introduce(page.id, person, { name: 'Ana Reis-Silva' });
      await pull(person);
      await visit();
      await desk.tenant.applied();
      expect(await nameOf(conversationId)).to.equal('Ana of the lamp');
      await desk.tenant.query(`UPDATE customers SET name = 'Ana Reis' WHERE name = 'Ana of the lamp'`);
      await expectEventsTellAll(desk.tenant);
    });

    it('a tapped button says what it stands for', async () => {
      const { person, conversationId } = await stage.newChat();
      const mid = newMid();
      await stage.desk.receive(
        stage.envelope(stage.does(person, { postback: { mid, title: 'Opening hours', payload: 'HOURS' } })),
      );
      expect(await stage.desk.messageOf(mid)).to.deep.include({
        conversationId,
        type: 'interactive',
        content: 'Opening hours',
        metadata: { interactive: { id: 'HOURS', title: 'Opening hours', payload: 'HOURS' } },
      });
    });

    it('pictures are fetched from the address given, and one that is gone says so', async () => {
      const { provider, desk, page } = stage;
      const pictures = [await noise(60, 40), await noise(30, 50, 'png')] as const;
      const urls = [
        provider.addFile(page.id, 'one.jpg', 'image/jpeg', pictures[0]),
        provider.addFile(page.id, 'two.png', 'image/png', pictures[1]),
        `${provider.url}/cdn/gone.jpg`,
      ];
      const mid = newMid();
      const attachments = urls.map(url => ({ type: 'image', payload: { url } }));
      await desk.receive(stage.envelope(stage.says(newPerson(), { mid, attachments })));
      const [one, two, gone] = (await desk.withFiles(mid)).attachments;
      expect(one).to.include({ state: 'stored', mimeType: 'image/jpeg', width: 60, height: 40 });
      expect(two).to.include({ state: 'stored', mimeType: 'image/png', width: 30, height: 50 });
      expect(gone).to.include({
        state: 'unavailable',
        error: 'The platform has this file no longer.',
        url: null,
      });
      expect((await fetched(one?.url ?? null)).bytes.equals(pictures[0])).to.equal(true);
      expect((await fetched(two?.url ?? null)).bytes.equals(pictures[1])).to.equal(true);
    });

    it('a reply, a reaction that is taken back, and edits whose order does not matter', async () => {
      const { desk } = stage;
      const { person, mid, firstId } = await stage.newChat();
      const reply = newMid();
      await desk.receive(stage.envelope(stage.says(person, { mid: reply, text: 'This', reply_to: { mid } })));
      expect((await desk.messageOf(reply)).replyToId).to.equal(firstId);

      const now = Date.now();
      const reacts = (reaction: object, at: number) =>
        stage.envelope(stage.does(person, { reaction: { mid, ...reaction } }, at));
      await desk.receive(reacts({ action: 'react', reaction: 'love', emoji: '❤️' }, now));
      const { reactions } = await desk.messageOf(mid);
      expect(reactions.map(({ emoji, by }) => [emoji, by])).to.deep.equal([['❤️', 'customer']]);
      await desk.receive(reacts({ action: 'unreact' }, now + 1));
      expect((await desk.messageOf(mid)).reactions).to.deep.equal([]);

      const edits = (text: string, count: number, at: number) =>
        stage.envelope(stage.does(person, { message_edit: { mid, text, num_edit: count } }, at));
      await desk.receive(edits('Hello, second', 2, now + 20));
      await desk.receive(edits('Hello, first', 1, now + 10));
      const edited = await desk.messageOf(mid);
      expect(edited).to.include({ content: 'Hello, second', editedAt: new Date(now + 20).toISOString() });
    });

    it('a link back to the chat opens the window again, also of an old conversation, and the thread says so', async () => {
      const { desk } = stage;
      const { person, mid } = await stage.newChat();
      const { conversationId } = await desk.messageOf(mid);
      await desk.tenant.http('PATCH', `/conversations/${conversationId}`, { status: 'resolved' });
      const age = (days: number) =>
        desk.tenant.query(
          `UPDATE conversations SET resolved_at = resolved_at - $2 * interval '1 day' WHERE id = $1`,
          [conversationId, days],
        );
      await age(10);
      const at = Date.now() + 60_000;
      const referral = { ref: 'poster', source: 'SHORTLINK', type: 'OPEN_THREAD' };
      const body = stage.envelope(stage.does(person, { referral }, at));
      for (let time = 0; time < 2; time++) await desk.receive(body);
      await age(-10);
      const { body: conversation } = await desk.tenant.http('GET', `/conversations/${conversationId}`);
      expect(conversation).to.include({
        status: 'resolved',
        windowExpiresAt: new Date(at + 24 * 3_600_000).toISOString(),
      });
      const lines = await desk.tenant.query(
        `SELECT content FROM messages WHERE conversation_id = $1 AND type = 'system' AND content IS NOT NULL`,
        [conversationId],
      );
      expect(lines).to.deep.equal([
        { content: 'The customer came back by a link (poster) and may be written to again.' },
      ]);
    });

    it('the same webhook again changes nothing', async () => {
      const body = stage.envelope(stage.says(newPerson(), { mid: newMid(), text: 'Once' }));
      await stage.desk.receive(body);
      const before = await everything(stage.product);
      await stage.desk.receive(body);
      expect(await everything(stage.product)).to.deep.equal(before);
    });
  });

  describe('at the door', () => {
    it('what is not signed by the page’s own app, or by ours, is refused', async () => {
      const { product, desk, other, page, otherPage } = stage;
      const body = stage.envelope(stage.says(newPerson(), { mid: newMid(), text: 'forged' }));
      const signedBy = ({ appSecret }: Pick<MessagingAccount, 'appSecret'>) =>
        signedByMeta(appSecret)(body, '');
      const changed = Buffer.from(body.toString().replace('forged', 'FORGED'));
      const shared = `${product.url}/webhooks/facebook`;
      const forged = await counted('forged');
      const forgeries = [
        { url: desk.webhookUrl, body, headers: {} },
        { url: desk.webhookUrl, body, headers: signedBy(otherPage) },
        { url: desk.webhookUrl, body: changed, headers: signedBy(page) },
        { url: desk.webhookUrl, body, headers: signedBy({ appSecret: page.accessToken }) },
        { url: other.webhookUrl, body, headers: signedBy(page) },
        { url: shared, body, headers: signedBy(page) },
        { url: shared, body, headers: {} },
      ];
      await expectForged(product, forgeries);
      expect(await counted('forged')).to.equal(forged + forgeries.length);
    });

    it('what an app says of somebody else’s page is dropped, and the rest is applied', async () => {
      const { product, desk, page, otherPage } = stage;
      const [own, foreign, unknown] = [newMid(), newMid(), newMid()];
      const entry = ({ id }: { id: string }, mid: string) => ({
        id,
        events: [messagingCustomer.inboundText(newPerson(), 'Which page?', { mid })],
      });
      const before = await everything(product);
      const dropped = await counted('foreign');
      await desk.receive(
        messagingBody('page', entry(page, own), entry(otherPage, foreign), entry({ id: '1' }, unknown)),
      );
      expect((await desk.messageOf(own)).content).to.equal('Which page?');
      expect(await desk.findMessage(foreign)).to.equal(undefined);
      expect((await everything(product)).globex).to.deep.equal(before.globex);
      expect(await counted('foreign')).to.equal(dropped + 2);
    });

    it('one POST of the shared app for pages of two tenants gives each its own', async () => {
      const { product, desk, other, page, otherPage } = stage;
      const mids = [newMid(), newMid(), newMid()] as const;
      const person = newPerson();
      const entry = ({ id }: { id: string }, mid: string) => ({
        id,
        events: [messagingCustomer.inboundText(person, `To ${id}`, { mid })],
      });
      const body = messagingBody(
        'page',
        entry(page, mids[0]),
        entry(otherPage, mids[1]),
        entry(page, mids[2]),
      );
      for (let times = 0; times < 2; times++)
        expect(
          await postWebhook(
            `${product.url}/webhooks/facebook`,
            body,
            signedByMeta(sharedApp.appSecret)(body, ''),
          ),
        ).to.deep.include({ status: 200, body: '' });
      await Promise.all([desk.tenant.applied(), other.tenant.applied()]);
      const { conversationId } = await desk.messageOf(mids[0]);
      expect((await desk.thread(conversationId)).map(({ content }) => content)).to.deep.equal(
        Array(2).fill(`To ${page.id}`),
      );
      const theirs = await other.messageOf(mids[1]);
      expect((await other.thread(theirs.conversationId)).map(({ id }) => id)).to.deep.equal([theirs.id]);
      for (const [channel, foreign] of [
        [desk, otherPage],
        [other, page],
      ] as const) {
        const [stored] = await channel.tenant.query<{ body: string }>(
          `SELECT convert_from(body, 'UTF8') AS body FROM inbound_deliveries ORDER BY id DESC LIMIT 1`,
        );
        expect(stored?.body).to.contain(person).and.not.contain(foreign.id);
      }
    });
  });
});
