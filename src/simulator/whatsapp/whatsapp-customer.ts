import {
  newWamid,
  secondsOf,
  type WhatsAppEvent,
  type WhatsAppMessage,
  type WhatsAppPerson,
} from './whatsapp-event.ts';

/** What every message of a customer may have; a new id and the present time when left out. */
export interface MessageOptions {
  readonly id?: string;
  readonly at?: Date;
  /** The id of the message that is quoted. */
  readonly replyTo?: string;
  readonly isForwarded?: boolean;
  readonly referral?: Readonly<Record<string, unknown>>;
  /** The group that it was written in. */
  readonly groupId?: string;
}
type Fields = Readonly<Record<string, unknown>>;
type MessageEvent = Extract<WhatsAppEvent, { kind: 'message' }>;

/** A message of any type, also of types that nobody knows: `fields` stand beside `type`. */
export function inbound(
  person: WhatsAppPerson,
  type: string,
  fields: Fields,
  options: MessageOptions = {},
): MessageEvent {
  const context = {
    ...(options.replyTo === undefined ? {} : { id: options.replyTo }),
    ...(options.isForwarded === true ? { forwarded: true } : {}),
  };
  const message: WhatsAppMessage = {
    ...(person.waId === undefined ? {} : { from: person.waId }),
    ...(person.userId === undefined ? {} : { from_user_id: person.userId }),
    ...(person.parentUserId === undefined ? {} : { from_parent_user_id: person.parentUserId }),
    id: options.id ?? newWamid(),
    timestamp: secondsOf(options.at ?? new Date()),
    type,
    ...fields,
    ...(Object.keys(context).length === 0 ? {} : { context }),
    ...(options.referral === undefined ? {} : { referral: options.referral }),
    ...(options.groupId === undefined ? {} : { group_id: options.groupId }),
  };
  return { kind: 'message', message, person };
}

export function inboundText(person: WhatsAppPerson, text: string, options?: MessageOptions): MessageEvent {
  return inbound(person, 'text', { text: { body: text } }, options);
}

export interface InboundFile {
  readonly type: 'image' | 'video' | 'audio' | 'document' | 'sticker';
  /** As the provider's media shelf names it. */
  readonly id: string;
  readonly mimeType: string;
  readonly sha256?: string;
  readonly caption?: string;
  readonly filename?: string;
  readonly isVoice?: boolean;
}

export function inboundFile(
  person: WhatsAppPerson,
  file: InboundFile,
  options?: MessageOptions,
): MessageEvent {
  const { type, id, mimeType, sha256, caption, filename, isVoice } = file;
  const fields = {
    id,
    mime_type: mimeType,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(caption === undefined ? {} : { caption }),
    ...(filename === undefined ? {} : { filename }),
    ...(isVoice === undefined ? {} : { voice: isVoice }),
  };
  return inbound(person, type, { [type]: fields }, options);
}

export interface InboundPlace {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly address?: string;
}

export function inboundLocation(
  person: WhatsAppPerson,
  place: InboundPlace,
  options?: MessageOptions,
): MessageEvent {
  return inbound(person, 'location', { location: place }, options);
}

export interface InboundCard {
  readonly name?: string;
  readonly phone?: string;
  readonly waId?: string;
}

export function inboundContacts(
  person: WhatsAppPerson,
  cards: readonly InboundCard[],
  options?: MessageOptions,
): MessageEvent {
  const contacts = cards.map(({ name, phone, waId }) => ({
    ...(name === undefined ? {} : { name: { formatted_name: name, first_name: name } }),
    ...(phone === undefined
      ? {}
      : { phones: [{ phone, type: 'CELL', ...(waId === undefined ? {} : { wa_id: waId }) }] }),
  }));
  return inbound(person, 'contacts', { contacts }, options);
}

/** The choice of a reply button or, with `kind: 'list'`, of a list's row. */
export function inboundChoice(
  person: WhatsAppPerson,
  choice: {
    readonly kind: 'button' | 'list';
    readonly id: string;
    readonly title: string;
    readonly description?: string;
  },
  options?: MessageOptions,
): MessageEvent {
  const type = `${choice.kind}_reply`;
  const { kind: _kind, ...reply } = choice;
  return inbound(person, 'interactive', { interactive: { type, [type]: reply } }, options);
}

/** The quick reply of a template. */
export function inboundTemplateButton(
  person: WhatsAppPerson,
  button: { readonly payload: string; readonly text: string },
  options?: MessageOptions,
): MessageEvent {
  return inbound(person, 'button', { button }, options);
}

/** Without an emoji the reaction is taken back: the field is then absent, as WhatsApp may send it. */
export function inboundReaction(
  person: WhatsAppPerson,
  targetId: string,
  emoji?: string,
  options?: MessageOptions,
): MessageEvent {
  const reaction = { message_id: targetId, ...(emoji === undefined ? {} : { emoji }) };
  return inbound(person, 'reaction', { reaction }, options);
}

export function inboundEdit(
  person: WhatsAppPerson,
  originalId: string,
  text: string,
  options?: MessageOptions,
): MessageEvent {
  const edit = { original_message_id: originalId, message: { type: 'text', text: { body: text } } };
  return inbound(person, 'edit', { edit }, options);
}

export function inboundRevoke(
  person: WhatsAppPerson,
  originalId: string,
  options?: MessageOptions,
): MessageEvent {
  return inbound(person, 'revoke', { revoke: { original_message_id: originalId } }, options);
}

/** What the Cloud API cannot pass on: a poll, a message seen once. */
export function inboundUnsupported(
  person: WhatsAppPerson,
  what = 'poll_creation',
  options?: MessageOptions,
): MessageEvent {
  const details = 'Message type is currently not supported.';
  const errors = [{ code: 131051, title: 'Message type unknown', error_data: { details } }];
  return inbound(person, 'unsupported', { errors, unsupported: { type: what } }, options);
}

/** `person` as known so far has another number, and with it another user id. */
export function inboundNumberChange(
  person: WhatsAppPerson,
  now: { readonly waId: string; readonly userId?: string },
  options?: MessageOptions,
): MessageEvent {
  const system = {
    type: 'user_changed_number',
    body: `${person.name ?? 'The customer'} changed from ${person.waId ?? 'an unknown number'} to ${now.waId}`,
    wa_id: now.waId,
    ...(now.userId === undefined ? {} : { user_id: now.userId }),
  };
  return inbound(person, 'system', { system }, options);
}

/** What the business wrote to `person` in its phone app. */
export function businessEcho(
  person: WhatsAppPerson,
  businessNumber: string,
  text: string,
  options: MessageOptions = {},
): WhatsAppEvent {
  const message: WhatsAppMessage = {
    from: businessNumber,
    ...(person.waId === undefined ? {} : { to: person.waId }),
    ...(person.userId === undefined ? {} : { to_user_id: person.userId }),
    id: options.id ?? newWamid(),
    timestamp: secondsOf(options.at ?? new Date()),
    type: 'text',
    text: { body: text },
  };
  return { kind: 'echo', message, person };
}

export type MessageStatus = 'sent' | 'delivered' | 'read' | 'played' | 'failed';

/** What became of a message of the business. Who got it is named as it was addressed: by number or by user id. */
export function messageStatus(
  message: {
    readonly id: string;
    readonly waId?: string | undefined;
    readonly userId?: string | undefined;
    readonly groupId?: string | undefined;
    readonly correlator?: string | undefined;
  },
  status: MessageStatus,
  options: { readonly at?: Date; readonly errorCode?: number; readonly errorTitle?: string } = {},
): WhatsAppEvent {
  const { errorCode: code = 131026, errorTitle: title = 'Message undeliverable' } = options;
  return {
    kind: 'status',
    status: {
      id: message.id,
      status,
      timestamp: secondsOf(options.at ?? new Date()),
      ...(message.waId === undefined ? {} : { recipient_id: message.waId }),
      ...(message.userId === undefined ? {} : { recipient_user_id: message.userId }),
      ...(message.groupId === undefined ? {} : { recipient_id: message.groupId, recipient_type: 'group' }),
      ...(message.correlator === undefined ? {} : { biz_opaque_callback_data: message.correlator }),
      ...(status === 'failed' ? { errors: [{ code, title, message: title }] } : {}),
    },
  };
}
