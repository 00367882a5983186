import { type MessagingEvent, newMid } from './messaging-event.ts';

/** What every message may have; a new id and the present time when left out. */
export interface MessagingOptions {
  readonly mid?: string;
  readonly at?: Date;
  /** The id of the message that is answered. */
  readonly replyTo?: string;
}
type Content = MessagingEvent['content'];

/** Anything that a person did, also of kinds that nobody knows. */
export function inbound(personId: string, content: Content, at = new Date()): MessagingEvent {
  return { personId, at, content };
}

/** A message of any kind: `fields` stand beside its id. */
export function inboundMessage(
  personId: string,
  fields: Content,
  { mid = newMid(), at, replyTo }: MessagingOptions = {},
): MessagingEvent {
  const reply = replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
  return inbound(personId, { message: { mid, ...fields, ...reply } }, at);
}

export function inboundText(personId: string, text: string, options?: MessagingOptions): MessagingEvent {
  return inboundMessage(personId, { text }, options);
}

export interface InboundMessagingFile {
  readonly type: 'image' | 'video' | 'audio' | 'file';
  /** Open to everybody who knows it. */
  readonly url: string;
}
/** Several files may be in one message. */
export function inboundFiles(
  personId: string,
  files: readonly InboundMessagingFile[],
  options?: MessagingOptions,
): MessagingEvent {
  const attachments = files.map(({ type, url }) => ({ type, payload: { url } }));
  return inboundMessage(personId, { attachments }, options);
}

export function inboundLocation(
  personId: string,
  place: { readonly latitude: number; readonly longitude: number; readonly title?: string },
  options?: MessagingOptions,
): MessagingEvent {
  const { latitude: lat, longitude: long, title } = place;
  const attachment = {
    type: 'location',
    ...(title === undefined ? {} : { title }),
    payload: { coordinates: { lat, long } },
  };
  return inboundMessage(personId, { attachments: [attachment] }, options);
}

/** The person mentions the Instagram account in a story. */
export function inboundStoryMention(
  personId: string,
  url: string,
  options?: MessagingOptions,
): MessagingEvent {
  return inboundMessage(personId, { attachments: [{ type: 'story_mention', payload: { url } }] }, options);
}

/** An answer to a story of the Instagram account. */
export function inboundStoryReply(
  personId: string,
  text: string,
  story: { readonly id: string; readonly url: string },
  options?: MessagingOptions,
): MessagingEvent {
  return inboundMessage(personId, { text, reply_to: { story } }, options);
}

interface Tap {
  readonly title: string;
  readonly payload: string;
}
/** The tap on an answer that stood under a message. */
export function inboundQuickReply(
  personId: string,
  { title, payload }: Tap,
  options?: MessagingOptions,
): MessagingEvent {
  return inboundMessage(personId, { text: title, quick_reply: { payload } }, options);
}

/** The tap on a button of a template or of the menu. */
export function inboundPostback(
  personId: string,
  tap: Tap,
  { mid = newMid(), at }: MessagingOptions = {},
): MessagingEvent {
  return inbound(personId, { postback: { mid, ...tap } }, at);
}

/** Without an emoji the reaction is taken back. */
export function inboundReaction(
  personId: string,
  targetMid: string,
  emoji?: string,
  at?: Date,
): MessagingEvent {
  const given = { action: 'react', reaction: 'other', emoji };
  return inbound(
    personId,
    { reaction: { mid: targetMid, ...(emoji === undefined ? { action: 'unreact' } : given) } },
    at,
  );
}

/** `editNumber` counts the edits of a message, from 1. */
export function inboundEdit(
  personId: string,
  targetMid: string,
  text: string,
  { editNumber = 1, at }: { readonly editNumber?: number; readonly at?: Date } = {},
): MessagingEvent {
  return inbound(personId, { message_edit: { mid: targetMid, text, num_edit: editNumber } }, at);
}

/** Known of Instagram only. */
export function inboundUnsend(personId: string, targetMid: string, at?: Date): MessagingEvent {
  return inbound(personId, { message: { mid: targetMid, is_deleted: true } }, at);
}

/** A message that left the page or account, whoever wrote it. Instagram tells no `metadata`. */
export function businessEcho(
  personId: string,
  fields: Content,
  { mid = newMid(), at = new Date() }: MessagingOptions = {},
): MessagingEvent {
  return { personId, isOwn: true, at, content: { message: { is_echo: true, mid, ...fields } } };
}

/** Everything that the person was sent until then has arrived; Messenger only. */
export function delivered(personId: string, watermark: Date, mids: readonly string[] = []): MessagingEvent {
  const named = mids.length === 0 ? {} : { mids };
  return {
    personId,
    at: watermark,
    isTimeless: true,
    content: { delivery: { ...named, watermark: watermark.getTime() } },
  };
}

/** Everything that the person was sent until then is read; Messenger only. */
export function readUpTo(personId: string, watermark: Date): MessagingEvent {
  return inbound(personId, { read: { watermark: watermark.getTime() } }, watermark);
}

/** This message and no other is read; Instagram only. */
export function seen(personId: string, mid: string, at?: Date): MessagingEvent {
  return inbound(personId, { read: { mid } }, at);
}
