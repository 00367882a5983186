import type { MessageStatus, MessageType } from '../contract/messages.ts';
import type { AgentKey, AgentLine, ChannelKey, CustomerLine } from './dialogue.ts';
import type { SeededRandom } from './seeded-random.ts';
import { isCustomerLine } from './timeline.ts';

export interface PlannedAttachment {
  readonly type: 'image' | 'audio' | 'document';
  readonly mimeType: string;
  readonly filename: string | null;
  readonly bytes: number;
  readonly seconds: number | null;
}
export type SystemNote =
  | { readonly event: 'assigned'; readonly by: AgentKey; readonly to: AgentKey }
  | { readonly event: 'status'; readonly by: AgentKey; readonly from: string; readonly to: string };

export interface PlannedMessage {
  readonly at: Date;
  readonly author: 'customer' | 'system' | AgentKey;
  readonly type: MessageType;
  readonly content: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly system: SystemNote | null;
  readonly status: MessageStatus;
  readonly deliveredAt: Date | null;
  readonly readAt: Date | null;
  readonly failedAt: Date | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly edit: { readonly previous: string; readonly at: Date } | null;
  readonly deletedAt: Date | null;
  readonly attachment: PlannedAttachment | null;
  /** Always of the other side. */
  readonly reaction: { readonly emoji: string; readonly at: Date; readonly by: AgentKey | null } | null;
  /** The line of the dialogue that it quotes. */
  readonly quotes: number | null;
}

const failures = {
  window: {
    code: '131047',
    message: 'More than 24 hours have passed since the customer last wrote. Send a template message instead.',
  },
  unreachable: {
    code: '131026',
    message:
      'WhatsApp cannot deliver to this customer: the number may have no WhatsApp, or an old version of it.',
  },
} as const;

interface Circumstances {
  readonly at: Date;
  readonly now: Date;
  readonly channel: ChannelKey;
  /** Who of us talks with the customer at that time. */
  readonly agent: AgentKey;
  /** When the customer wrote next: by then our message was read. */
  readonly nextInboundAt: Date | null;
  readonly random: SeededRandom;
}

const nothing = {
  metadata: {},
  system: null,
  deliveredAt: null,
  readAt: null,
  failedAt: null,
  error: null,
  edit: null,
  deletedAt: null,
  attachment: null,
  reaction: null,
  quotes: null,
} as const;

export function systemMessage(at: Date, system: SystemNote): PlannedMessage {
  return { ...nothing, at, author: 'system', type: 'system', content: null, status: 'sent', system };
}

export function plannedMessage(line: CustomerLine | AgentLine, around: Circumstances): PlannedMessage {
  const { at, now, agent } = around;
  const isInbound = isCustomerLine(line);
  const soon = (seconds: number) =>
    new Date(Math.min(at.getTime() + seconds * 1000, (at.getTime() + now.getTime()) / 2));
  const random = around.random;
  const content = isInbound ? customerContent(line) : agentContent(line);
  const isDeleted = line.isDeleted === true;
  return {
    ...nothing,
    at,
    author: isInbound ? 'customer' : (line.by ?? agent),
    ...content,
    ...(isInbound ? { status: 'delivered' as const, deliveredAt: at } : ticks(line, around)),
    attachment: isDeleted ? null : attachmentOf(line, random),
    ...(isDeleted && { content: null, metadata: {}, deletedAt: soon(random.between(20, 70)) }),
    edit: line.was === undefined ? null : { previous: line.was, at: soon(random.between(30, 160)) },
    reaction:
      line.reaction === undefined
        ? null
        : { emoji: line.reaction, at: soon(random.between(40, 280)), by: isInbound ? agent : null },
    quotes: line.quotes ?? null,
  };
}

type Content = Pick<PlannedMessage, 'type' | 'content' | 'metadata'>;

/** The words beside the data are those that the platforms' adapters write. */
function customerContent(line: CustomerLine): Content {
  const content = line.c === '' ? null : line.c;
  const { location, card, choice } = line;
  if (location)
    return {
      type: 'location',
      content: content ?? `${location.name}, ${location.address}`,
      metadata: { location },
    };
  if (card) {
    const contact = { name: { formatted_name: card.name }, phones: [{ phone: card.phone, type: 'CELL' }] };
    return { type: 'contacts', content: `${card.name} ${card.phone}`, metadata: { contacts: [contact] } };
  }
  if (choice) return { type: 'interactive', content: choice.title, metadata: { interactive: choice } };
  return { type: typeOf(line), content, metadata: {} };
}

const agentContent = (line: AgentLine): Content => ({ type: typeOf(line), content: line.a, metadata: {} });

function typeOf(line: CustomerLine | AgentLine): MessageType {
  if (line.photo !== undefined) return 'image';
  if (line.document !== undefined) return 'document';
  return line.voice === undefined ? 'text' : 'audio';
}

function attachmentOf(line: CustomerLine | AgentLine, random: SeededRandom): PlannedAttachment | null {
  if (line.photo !== undefined)
    return {
      type: 'image',
      mimeType: 'image/jpeg',
      filename: line.photo,
      bytes: random.whole(180_000, 2_400_000),
      seconds: null,
    };
  if (line.document !== undefined)
    return {
      type: 'document',
      mimeType: 'application/pdf',
      filename: line.document,
      bytes: random.whole(40_000, 600_000),
      seconds: null,
    };
  if (line.voice === undefined) return null;
  return {
    type: 'audio',
    mimeType: 'audio/ogg',
    filename: null,
    bytes: line.voice * 2_100,
    seconds: line.voice,
  };
}

const LONG_AGO_MS = 36 * 3_600_000;

/** How far a message of ours came. Mail and the API channel say at most that it arrived. */
function ticks(
  line: AgentLine,
  around: Circumstances,
): Partial<PlannedMessage> & Pick<PlannedMessage, 'status'> {
  const { at, now, channel, nextInboundAt, random } = around;
  if (line.outcome !== undefined)
    return {
      status: 'failed',
      failedAt: new Date(at.getTime() + 1500),
      error: failures[line.outcome],
    };
  const limit = (nextInboundAt ?? now).getTime();
  const room = Math.max(limit - at.getTime(), 2);
  const delivered = new Date(at.getTime() + Math.min(random.whole(900, 14_000), room / 2));
  const read = new Date(delivered.getTime() + (limit - delivered.getTime()) * random.between(0.2, 0.9));
  const tellsReading = channel !== 'email' && channel !== 'api';
  const isOld = now.getTime() - at.getTime() > LONG_AGO_MS;
  if (tellsReading && (nextInboundAt !== null || random.chance(isOld ? 0.85 : 0.45)))
    return {
      status: 'read',
      deliveredAt: delivered,
      readAt: nextInboundAt ? read : shortly(delivered, read),
    };
  return random.chance(tellsReading ? 0.85 : 0.7)
    ? { status: 'delivered', deliveredAt: delivered }
    : { status: 'sent' };
}

/** Nobody takes five weeks to read the last message. */
function shortly(delivered: Date, read: Date): Date {
  return new Date(Math.min(read.getTime(), delivered.getTime() + 40 * 60_000));
}
