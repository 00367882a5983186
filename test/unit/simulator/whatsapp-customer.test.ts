import { expect } from 'chai';
import type { InboundFact } from '../../../src/platforms/inbound-fact.ts';
import { whatsappAdapter } from '../../../src/platforms/whatsapp/index.ts';
import {
  businessEcho,
  envelopeOf,
  inbound,
  inboundChoice,
  inboundContacts,
  inboundEdit,
  inboundFile,
  inboundLocation,
  inboundNumberChange,
  inboundReaction,
  inboundRevoke,
  inboundTemplateButton,
  inboundText,
  inboundUnsupported,
  messageStatus,
  newWamid,
  type WhatsAppEvent,
} from '../../../src/simulator/index.ts';

const rui = { waId: '351910000002', userId: 'PT.40112233', name: 'Rui P', username: 'rui.p' };
const number = { phoneNumberId: '770022', businessAccountId: '880011' };
const at = new Date('2026-10-01T10:00:00Z');
const options = { id: 'wamid.1', at };

function factsOf(...events: readonly WhatsAppEvent[]): readonly InboundFact[] {
  return whatsappAdapter.parse(Buffer.from(JSON.stringify(envelopeOf(number, events))), new Date(0));
}

describe('what a simulated customer sends, as the adapter reads it', () => {
  const contact = {
    aliases: [
      { kind: 'bsuid', value: 'PT.40112233' },
      { kind: 'wa_id', value: '351910000002' },
    ],
    name: 'Rui P',
    phone: '+351910000002',
    profile: { username: 'rui.p' },
  };
  const base = { accountId: '770022', at, externalId: 'wamid.1' };
  const message = {
    kind: 'message',
    ...base,
    direction: 'inbound',
    contact,
    threadKey: '',
    opensWindow: true,
  };
  const table: Record<string, [WhatsAppEvent, object]> = {
    text: [
      inboundText(rui, 'olá 🎉', { ...options, replyTo: 'wamid.0' }),
      { ...message, content: { type: 'text', text: 'olá 🎉' }, replyToExternalId: 'wamid.0' },
    ],
    image: [
      inboundFile(rui, { type: 'image', id: 'm1', mimeType: 'image/png', caption: 'this' }, options),
      {
        ...message,
        content: {
          type: 'image',
          text: 'this',
          media: [{ type: 'image', id: 'm1', mimeType: 'image/png' }],
        },
      },
    ],
    audio: [
      inboundFile(rui, { type: 'audio', id: 'm1', mimeType: 'audio/ogg', isVoice: true }, options),
      {
        ...message,
        content: { type: 'audio', media: [{ type: 'audio', id: 'm1', mimeType: 'audio/ogg', voice: true }] },
      },
    ],
    document: [
      inboundFile(
        rui,
        { type: 'document', id: 'm1', mimeType: 'application/pdf', filename: 'a.pdf', sha256: 's' },
        options,
      ),
      {
        ...message,
        content: {
          type: 'document',
          media: [
            { type: 'document', id: 'm1', mimeType: 'application/pdf', filename: 'a.pdf', sha256: 's' },
          ],
        },
      },
    ],
    location: [
      inboundLocation(rui, { latitude: 41.1, longitude: -8.6, name: 'Porto' }, options),
      {
        ...message,
        content: {
          type: 'location',
          text: 'Porto',
          metadata: { location: { latitude: 41.1, longitude: -8.6, name: 'Porto' } },
        },
      },
    ],
    contacts: [
      inboundContacts(rui, [{ name: 'Ana', phone: '+351 9' }], options),
      {
        ...message,
        content: {
          type: 'contacts',
          text: 'Ana +351 9',
          metadata: {
            contacts: [
              {
                name: { formatted_name: 'Ana', first_name: 'Ana' },
                phones: [{ phone: '+351 9', type: 'CELL' }],
              },
            ],
          },
        },
      },
    ],
    'a chosen row': [
      inboundChoice(rui, { kind: 'list', id: 'r1', title: 'Blue', description: 'Sky' }, options),
      {
        ...message,
        content: {
          type: 'interactive',
          text: 'Blue',
          metadata: { interactive: { id: 'r1', title: 'Blue', description: 'Sky' } },
        },
      },
    ],
    "a template's button": [
      inboundTemplateButton(rui, { payload: 'P', text: 'Yes' }, options),
      {
        ...message,
        content: {
          type: 'interactive',
          text: 'Yes',
          metadata: { interactive: { id: 'P', title: 'Yes', payload: 'P' } },
        },
      },
    ],
    reaction: [
      inboundReaction(rui, 'wamid.0', '👍', options),
      { kind: 'reaction', ...base, contact, direction: 'inbound', targetExternalId: 'wamid.0', emoji: '👍' },
    ],
    'reaction taken back': [
      inboundReaction(rui, 'wamid.0', undefined, options),
      { kind: 'reaction', ...base, contact, direction: 'inbound', targetExternalId: 'wamid.0', emoji: '' },
    ],
    edit: [
      inboundEdit(rui, 'wamid.0', 'better', options),
      {
        kind: 'edit',
        ...base,
        contact,
        targetExternalId: 'wamid.0',
        content: { type: 'text', text: 'better' },
      },
    ],
    revoke: [
      inboundRevoke(rui, 'wamid.0', options),
      { kind: 'revoke', ...base, contact, targetExternalId: 'wamid.0' },
    ],
    'what the API cannot pass on': [
      inboundUnsupported(rui, 'poll_creation', options),
      {
        ...message,
        content: {
          type: 'unsupported',
          metadata: {
            unsupported: {
              type: 'poll_creation',
              code: '131051',
              details: 'Message type unknown: Message type is currently not supported.',
            },
          },
        },
      },
    ],
    'a type of the future': [
      inbound(rui, 'hologram', { hologram: {} }, options),
      {
        ...message,
        content: { type: 'unsupported', metadata: { unsupported: { type: 'hologram' } } },
      },
    ],
    'change of number': [
      inboundNumberChange(rui, { waId: '351910000003', userId: 'PT.5' }, options),
      {
        kind: 'identity',
        ...base,
        notice: 'Rui P changed from 351910000002 to 351910000003',
        previous: contact.aliases,
        current: [
          { kind: 'bsuid', value: 'PT.5' },
          { kind: 'wa_id', value: '351910000003' },
        ],
      },
    ],
    echo: [
      businessEcho(rui, '351210000001', 'from the phone', options),
      {
        ...message,
        direction: 'outbound',
        opensWindow: false,
        content: { type: 'text', text: 'from the phone' },
      },
    ],
    receipt: [
      messageStatus({ id: 'wamid.1', waId: rui.waId, correlator: 'c-1' }, 'delivered', { at }),
      { kind: 'receipt', ...base, status: 'delivered', correlator: 'c-1' },
    ],
    'failed receipt': [
      messageStatus({ id: 'wamid.1' }, 'failed', { at, errorCode: 131026 }),
      {
        kind: 'receipt',
        ...base,
        status: 'failed',
        fault: {
          code: '131026',
          title:
            'WhatsApp cannot deliver to this customer: the number may have no WhatsApp, or an old version of it.',
          details: 'Message undeliverable',
        },
      },
    ],
  };
  for (const [name, [event, expected]] of Object.entries(table))
    it(name, () => expect(factsOf(event)).to.deep.equal([expected]));

  it('a customer without a number, and a notice about the account', () => {
    const notice = { kind: 'notice', field: 'account_update', value: { event: 'ACCOUNT_DELETED' } } as const;
    const [text, account] = factsOf(inboundText({ userId: 'PT.1' }, 'hi'), notice);
    expect(text).to.deep.include({ contact: { aliases: [{ kind: 'bsuid', value: 'PT.1' }] } });
    expect(account).to.include({ kind: 'account', severity: 'stop', accountId: '880011' });
  });
  it('a batch of everything keeps its order', () => {
    const events = Object.values(table).map(([event]) => event);
    expect(factsOf(...events)).to.have.length(events.length);
    expect(factsOf(...events).map(({ kind }) => kind)).to.deep.equal(
      Object.values(table).map(([, expected]) => (expected as InboundFact).kind),
    );
  });
  it('ids are never the same, unless asked for', () => {
    const ids = Array.from({ length: 1000 }, () => inboundText(rui, 'x').message.id);
    expect(new Set(ids)).to.have.length(1000);
    expect(ids[0]).to.match(/^wamid\.[\w-]{32}$/);
    expect(newWamid('1 2')).to.equal(newWamid('1 2'));
    expect(newWamid('1 2')).not.to.equal(newWamid('1 3'));
  });
});
