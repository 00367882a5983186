import type { MediaRef, MessageContent } from '../inbound-fact.ts';
import {
  identifierOf,
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
} from '../json.ts';
import { readLocation } from '../location-content.ts';

/**
 * What a message says. `undefined` for notices about a group itself (somebody joined, the title changed), which nobody
 * says. Never throws: what is not known becomes `unsupported` with its type.
 */
export function readContent(message: JsonObject): MessageContent | undefined {
  for (const [field, read] of readers) {
    const content = read(message[field], message);
    if (content !== undefined) return content;
  }
  const named = unsupportedTypes.find(type => message[type] !== undefined);
  if (named === undefined && notices.some(notice => message[notice] !== undefined)) return undefined;
  const caption = textOf(message.caption);
  return {
    type: 'unsupported',
    ...(caption === undefined ? {} : { text: caption }),
    metadata: { unsupported: { type: named ?? 'unknown' } },
  };
}

type Reader = (value: JsonValue | undefined, message: JsonObject) => MessageContent | undefined;

/** The first that is there: an animation comes with a document of the same file, a venue with its location. */
const readers: readonly (readonly [string, Reader])[] = [
  ['text', readText],
  ['photo', readPhoto],
  ['video', fileReader('video', 'video/mp4')],
  ['animation', readAnimation],
  ['audio', fileReader('audio', 'audio/mpeg')],
  ['voice', fileReader('audio', 'audio/ogg', { voice: true })],
  ['video_note', fileReader('video', 'video/mp4')],
  ['sticker', readSticker],
  ['document', fileReader('document')],
  ['venue', readVenue],
  ['location', value => readLocation(objectOf(value))],
  ['contact', readContactCard],
  ['poll', readPoll],
];

const unsupportedTypes: readonly string[] = [
  'dice',
  'game',
  'story',
  'paid_media',
  'checklist',
  'live_photo',
  'rich_message',
  'invoice',
  'giveaway',
  'giveaway_winners',
  'successful_payment',
  'refunded_payment',
  'users_shared',
  'chat_shared',
  'gift',
  'unique_gift',
  'passport_data',
  'web_app_data',
];

const notices: readonly string[] = [
  'new_chat_members',
  'left_chat_member',
  'chat_owner_left',
  'chat_owner_changed',
  'new_chat_title',
  'new_chat_photo',
  'delete_chat_photo',
  'group_chat_created',
  'supergroup_chat_created',
  'channel_chat_created',
  'message_auto_delete_timer_changed',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
  'pinned_message',
  'gift_upgrade_sent',
  'connected_website',
  'write_access_allowed',
  'proximity_alert_triggered',
  'boost_added',
  'chat_background_set',
  'checklist_tasks_done',
  'checklist_tasks_added',
  'direct_message_price_changed',
  'paid_message_price_changed',
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
  'giveaway_created',
  'giveaway_completed',
  'suggested_post_approved',
  'suggested_post_approval_failed',
  'suggested_post_declined',
  'suggested_post_paid',
  'suggested_post_refunded',
  'video_chat_scheduled',
  'video_chat_started',
  'video_chat_ended',
  'video_chat_participants_invited',
];

/** A link to the bot may carry a word of ours: `https://t.me/bot?start=word` becomes `/start word`. */
function readText(value: JsonValue | undefined): MessageContent | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const ref = /^\/start(?:@\w+)?\s+(\S+)$/.exec(text)?.[1];
  return { type: 'text', text, ...(ref === undefined ? {} : { metadata: { referral: { ref } } }) };
}

function readPhoto(value: JsonValue | undefined, message: JsonObject): MessageContent | undefined {
  const areaOf = (size: JsonObject) => (numberOf(size.width) ?? 0) * (numberOf(size.height) ?? 0);
  const [first, ...others] = objectsOf(value);
  if (first === undefined) return undefined;
  const largest = others.reduce((best, size) => (areaOf(size) >= areaOf(best) ? size : best), first);
  return withCaption(fileOf('image', largest, 'image/jpeg'), message);
}

function readAnimation(value: JsonValue | undefined, message: JsonObject): MessageContent | undefined {
  if (!isObject(value)) return undefined;
  const type = textOf(value.mime_type)?.startsWith('image/') ? 'image' : 'video';
  return withCaption(fileOf(type, value, 'video/mp4'), message);
}

/** The emoji that a sticker stands for says it where the picture cannot be shown. */
function readSticker(value: JsonValue | undefined): MessageContent | undefined {
  if (!isObject(value)) return undefined;
  const mimeType =
    value.is_animated === true
      ? 'application/x-tgsticker'
      : value.is_video === true
        ? 'video/webm'
        : 'image/webp';
  return withCaption(fileOf('sticker', value, mimeType), { caption: value.emoji ?? null });
}

function fileReader(type: MediaRef['type'], mimeType?: string, extras?: { readonly voice: true }): Reader {
  return (value, message) =>
    isObject(value) ? withCaption({ ...fileOf(type, value, mimeType), ...extras }, message) : undefined;
}

function fileOf(type: MediaRef['type'], file: JsonObject, usualMimeType?: string): MediaRef {
  const id = identifierOf(file.file_id);
  const mimeType = textOf(file.mime_type) ?? usualMimeType;
  const filename = textOf(file.file_name);
  const size = numberOf(file.file_size);
  return {
    type,
    ...(id === undefined ? { unavailable: 'Telegram did not pass on the file.' } : { id }),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(filename === undefined ? {} : { filename }),
    ...(size !== undefined && Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
  };
}

function withCaption(media: MediaRef, message: JsonObject): MessageContent {
  const caption = textOf(message.caption);
  return { type: media.type, media: [media], ...(caption === undefined ? {} : { text: caption }) };
}

function readVenue(value: JsonValue | undefined): MessageContent | undefined {
  const venue = objectOf(value);
  const { title: name = null, address = null } = venue;
  return readLocation({ ...objectOf(venue.location), name, address });
}

function readContactCard(value: JsonValue | undefined): MessageContent | undefined {
  if (!isObject(value)) return undefined;
  const phone = textOf(value.phone_number)?.trim();
  const first = textOf(value.first_name)?.trim();
  const last = textOf(value.last_name)?.trim();
  const formatted = [first, last].filter(part => part !== undefined).join(' ');
  const text = [formatted, phone].filter(part => part !== undefined && part !== '').join(' ');
  if (text === '') return undefined;
  const name = {
    ...(formatted === '' ? {} : { formatted_name: formatted }),
    ...(first === undefined ? {} : { first_name: first }),
    ...(last === undefined ? {} : { last_name: last }),
  };
  return {
    type: 'contacts',
    text,
    metadata: { contacts: [{ name, phones: phone === undefined ? [] : [{ phone }] }] },
  };
}

function readPoll(value: JsonValue | undefined): MessageContent | undefined {
  const poll = objectOf(value);
  const question = textOf(poll.question);
  if (question === undefined) return undefined;
  const options = objectsOf(poll.options).map(option => textOf(option.text));
  const lines = options.filter(option => option !== undefined).map(option => `• ${option}`);
  return { type: 'text', text: [question, ...lines].join('\n') };
}
