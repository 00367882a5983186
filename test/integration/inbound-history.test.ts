import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import { inboundText, type WhatsAppEvent } from '../../src/simulator/index.ts';
import { expectEventsTellAll, expectNoGaps } from '../support/event-mirror.ts';
import { useProduct } from '../support/use-product.ts';

const OWN = '15550000000';
const DAY = 86_400;

/** The chats of a phone that joined, which WhatsApp hands over in pieces. */
describe('old chats', () => {
  const stage = useProduct();
  let last = 351_970_000_000;
  afterEach(async () => {
    await expectEventsTellAll(stage.acme);
    expectNoGaps(await stage.acme.events());
  });

  const newNumber = () => {
    last += 1;
    return String(last);
  };
  const secondsAgo = (seconds: number) => String(Math.floor(Date.now() / 1000) - seconds);
  const history = (value: object): WhatsAppEvent => ({
    kind: 'notice',
    field: 'history',
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: OWN, phone_number_id: stage.acme.account.phoneNumberId },
      ...value,
    },
  });
  const piece = (waId: string, messages: readonly object[]) =>
    history({ history: [{ metadata: { phase: 0 }, threads: [{ id: waId, messages }] }] });
  const old = (from: string, id: string, ago: number, more: object = {}) => ({
    from,
    id,
    timestamp: secondsAgo(ago),
    type: 'text',
    text: { body: id },
    ...more,
  });
  const stored = (externalIds: readonly string[]) =>
    stage.acme.query<{ id: number; conversationId: number; direction: string; status: string; type: string }>(
      `SELECT id, conversation_id AS "conversationId", direction, status, type FROM messages
       WHERE platform_message_id = ANY ($1::text[]) ORDER BY sent_at`,
      [externalIds],
    );

  it('that come in pieces are one conversation, resolved and unread by nobody, with how far answers had come', async () => {
    const waId = newNumber();
    const ids = ['one', 'two', 'three'].map(word => `wamid.${waId}.${word}`) as [string, string, string];
    await stage.acme.receive([piece(waId, [old(waId, ids[2], 30 * DAY)])]);
    await stage.acme.receive([
      piece(waId, [
        old(waId, ids[0], 60 * DAY),
        old(OWN, ids[1], 59 * DAY, { to: waId, history_context: { status: 'READ' } }),
      ]),
    ]);
    const rows = await stored(ids);
    expect(rows.map(({ direction, status }) => `${direction} ${status}`)).to.deep.equal([
      'inbound delivered',
      'outbound read',
      'inbound delivered',
    ]);
    expect(new Set(rows.map(row => row.conversationId)).size).to.equal(1);
    const { body } = await stage.acme.http('GET', `/conversations/${rows[0]?.conversationId}`);
    expect(body).to.include({ status: 'resolved', unreadCount: 0 });

    const now = inboundText({ waId, name: 'Old friend' }, 'Hello again');
    await stage.acme.receive([now]);
    const [live] = await stored([now.message.id]);
    expect(live?.conversationId).to.not.equal(rows[0]?.conversationId);
  });

  for (const isOneWebhook of [false, true])
    it(`a file that is first only said to be there is shown when it comes${isOneWebhook ? ', in one webhook' : ''}`, async () => {
      const waId = newNumber();
      const id = `wamid.${waId}.photo`;
      const events = [
        piece(waId, [{ from: OWN, to: waId, id, timestamp: secondsAgo(3 * DAY), type: 'media_placeholder' }]),
        history({
          messages: [
            {
              from: OWN,
              to: waId,
              id,
              timestamp: secondsAgo(3 * DAY),
              type: 'image',
              image: { id: '9001', mime_type: 'image/jpeg', caption: 'The lamp' },
            },
          ],
        }),
      ];
      if (isOneWebhook) await stage.acme.receive(events);
      else for (const event of events) await stage.acme.receive([event]);
      await stage.acme.receive(events);
      const [row, ...others] = await stored([id]);
      expect(others).to.deep.equal([]);
      expect(row).to.include({ direction: 'outbound', type: 'image' });
      const { body } = await stage.acme.http<{ items: Message[] }>(
        'GET',
        `/conversations/${row?.conversationId}/messages`,
      );
      expect(body.items.map(({ content, attachments }) => [content, attachments.length])).to.deep.equal([
        ['The lamp', 1],
      ]);
    });

  it('that the owner of the phone keeps to themselves are told of', async () => {
    await stage.acme.receive([
      history({ history: [{ errors: [{ code: 2593109, title: 'History sharing is turned off' }] }] }),
    ]);
    const noted = await stage.acme.query(
      `SELECT severity, message FROM channel_health_events WHERE topic = 'history'`,
    );
    expect(noted).to.deep.equal([
      {
        severity: 'info',
        message: 'The old chats of this phone do not come here: History sharing is turned off',
      },
    ]);
  });
});
