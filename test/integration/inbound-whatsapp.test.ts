import { expect } from 'chai';
import type { Message } from '../../src/contract/messages.ts';
import {
  inbound,
  inboundChoice,
  inboundContacts,
  inboundFile,
  inboundLocation,
  inboundTemplateButton,
  inboundText,
  inboundUnsupported,
  type WhatsAppEvent,
  type WhatsAppPerson,
} from '../../src/simulator/index.ts';
import { expectEventsTellAll, wholeThread } from '../support/event-mirror.ts';
import { until } from '../support/until.ts';
import { useProduct } from '../support/use-product.ts';

describe('what WhatsApp sends', () => {
  const stage = useProduct();
  afterEach(async () => {
    await expectEventsTellAll(stage.acme);
  });

  const rowOf = async (event: { message: { id: string } }) => {
    const [row] = await stage.acme.query<{ id: number; conversationId: number }>(
      'SELECT id, conversation_id AS "conversationId" FROM messages WHERE platform_message_id = $1',
      [event.message.id],
    );
    return row;
  };
  const fetched = () =>
    until('no file is on its way', async () => {
      const rows = await stage.acme.query(`SELECT 1 FROM message_attachments WHERE state = 'waiting'`);
      return rows.length === 0;
    });
  const shown = async (event: { message: { id: string } }): Promise<Message> => {
    const row = await rowOf(event);
    const found =
      row && (await wholeThread(stage.acme, row.conversationId)).find(message => message.id === row.id);
    if (!found) throw new Error('The message was not stored.');
    return found;
  };

  describe('messages of every type', () => {
    const person: WhatsAppPerson = { waId: '351931111111', userId: 'PT.931111111', name: 'Rui' };
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
    const file = {
      type: 'image',
      id: '4711',
      mimeType: 'image/jpeg',
      sha256: 'abc=',
      caption: 'Look',
    } as const;
    const noAttachment = {
      width: null,
      height: null,
      duration: null,
      url: null,
      thumbnailUrl: null,
      size: null,
      isVoice: false,
      // WhatsApp knows nothing of these files: what it gives is tried elsewhere.
      state: 'unavailable',
      error: 'WhatsApp has this file no longer: it keeps files for seven days.',
    };
    type Expected = Pick<Message, 'type' | 'content' | 'metadata'> & {
      readonly attachments?: readonly Record<string, unknown>[];
    };
    const cases: readonly (readonly [string, Extract<WhatsAppEvent, { kind: 'message' }>, Expected])[] = [
      ['text', inboundText(person, 'Olá 👋', { at }), { type: 'text', content: 'Olá 👋', metadata: {} }],
      [
        'a picture, as a reference',
        inboundFile(person, file, { at }),
        {
          type: 'image',
          content: 'Look',
          metadata: {},
          attachments: [{ type: 'image', mimeType: 'image/jpeg', filename: null, ...noAttachment }],
        },
      ],
      [
        'a document with its name',
        inboundFile(
          person,
          { type: 'document', id: '4712', mimeType: 'application/pdf', filename: 'a.pdf' },
          { at },
        ),
        {
          type: 'document',
          content: null,
          metadata: {},
          attachments: [
            { type: 'document', mimeType: 'application/pdf', filename: 'a.pdf', ...noAttachment },
          ],
        },
      ],
      [
        'a voice message',
        inboundFile(person, { type: 'audio', id: '4713', mimeType: 'audio/ogg', isVoice: true }, { at }),
        {
          type: 'audio',
          content: null,
          metadata: {},
          attachments: [
            { type: 'audio', mimeType: 'audio/ogg', filename: null, ...noAttachment, isVoice: true },
          ],
        },
      ],
      [
        'a picture that WhatsApp could not fetch',
        inbound(
          person,
          'image',
          { image: { caption: 'Gone' }, errors: [{ code: 131052, title: 'Download failed' }] },
          { at },
        ),
        {
          type: 'image',
          content: 'Gone',
          metadata: {},
          attachments: [
            {
              type: 'image',
              mimeType: null,
              filename: null,
              ...noAttachment,
              error: 'WhatsApp could not fetch the file that the customer sent.',
            },
          ],
        },
      ],
      [
        'a place',
        inboundLocation(person, { latitude: 38.7, longitude: -9.1, name: 'Shop', address: 'Rua 1' }, { at }),
        {
          type: 'location',
          content: 'Shop, Rua 1',
          metadata: { location: { latitude: 38.7, longitude: -9.1, name: 'Shop', address: 'Rua 1' } },
        },
      ],
      [
        'cards',
        inboundContacts(person, [{ name: 'Ana B', phone: '+351 9' }, { phone: '+351 8' }], { at }),
        {
          type: 'contacts',
          content: 'Ana B +351 9\n+351 8',
          metadata: {
            contacts: [
              {
                name: { formatted_name: 'Ana B', first_name: 'Ana B' },
                phones: [{ phone: '+351 9', type: 'CELL' }],
              },
              { phones: [{ phone: '+351 8', type: 'CELL' }] },
            ],
          },
        },
      ],
      [
        'the choice of a button',
        inboundChoice(person, { kind: 'button', id: 'yes', title: 'Yes' }, { at }),
        { type: 'interactive', content: 'Yes', metadata: { interactive: { id: 'yes', title: 'Yes' } } },
      ],
      [
        'the choice of a list',
        inboundChoice(person, { kind: 'list', id: 'r1', title: 'Row', description: 'First' }, { at }),
        {
          type: 'interactive',
          content: 'Row',
          metadata: { interactive: { id: 'r1', title: 'Row', description: 'First' } },
        },
      ],
      [
        "a template's button",
        inboundTemplateButton(person, { payload: 'P1', text: 'Confirm' }, { at }),
        {
          type: 'interactive',
          content: 'Confirm',
          metadata: { interactive: { id: 'P1', title: 'Confirm', payload: 'P1' } },
        },
      ],
      [
        'a form with broken answers',
        inbound(
          person,
          'interactive',
          {
            interactive: {
              type: 'nfm_reply',
              nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"a":' },
            },
          },
          { at },
        ),
        {
          type: 'interactive',
          content: 'Sent\n{"a":',
          metadata: { interactive: { id: 'flow', title: 'Sent', payload: '{"a":' } },
        },
      ],
      [
        'what the API cannot pass on',
        inboundUnsupported(person, 'poll_creation', { at }),
        {
          type: 'unsupported',
          content: null,
          metadata: {
            unsupported: {
              type: 'poll_creation',
              code: '131051',
              details: 'Message type unknown: Message type is currently not supported.',
            },
          },
        },
      ],
      [
        'a type of the future',
        inbound(person, 'hologram', { hologram: { id: 1 } }, { at }),
        { type: 'unsupported', content: null, metadata: { unsupported: { type: 'hologram' } } },
      ],
      [
        'an answer to an ad',
        inboundText(person, 'From the ad', { at, referral: { source_id: 'ad1', headline: 'Sale' } }),
        {
          type: 'text',
          content: 'From the ad',
          metadata: { referral: { source_id: 'ad1', headline: 'Sale' } },
        },
      ],
      [
        'a forwarded text with signs that a database dislikes',
        inboundText(person, 'a\u0000b \ud83d end', { at, isForwarded: true }),
        { type: 'text', content: 'ab \ufffd end', metadata: { forwarded: true } },
      ],
    ];
    for (const [name, event, expected] of cases)
      it(name, async () => {
        await stage.acme.receive([event]);
        await fetched();
        const message = await shown(event);
        const { id, conversationId, createdAt, attachments, ...rest } = message;
        expect(rest).to.deep.equal({
          direction: 'inbound',
          type: expected.type,
          content: expected.content,
          status: 'delivered',
          senderType: 'customer',
          sender: null,
          reactions: [],
          replyToId: null,
          clientId: null,
          error: null,
          email: null,
          metadata: expected.metadata,
          sentAt: at.toISOString(),
          editedAt: null,
          deletedAt: null,
        });
        expect(attachments.map(({ id: _id, ...attachment }) => attachment)).to.deep.equal(
          expected.attachments ?? [],
        );
        // The files' own names at WhatsApp stay with us.
        expect(JSON.stringify(message)).to.not.contain('4711');
      });

    it('keeps what is needed to fetch a file later', async () => {
      const rows = await stage.acme.query(
        `SELECT type, platform_media_id AS id, metadata FROM message_attachments ORDER BY id`,
      );
      expect(rows.slice(0, 3)).to.deep.equal([
        { type: 'image', id: '4711', metadata: { sha256: 'abc=' } },
        { type: 'document', id: '4712', metadata: {} },
        { type: 'audio', id: '4713', metadata: {} },
      ]);
      expect(rows[3]).to.deep.include({ type: 'image', id: null });
    });
  });
});
