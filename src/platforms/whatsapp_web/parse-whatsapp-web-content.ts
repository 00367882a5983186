import type { MediaRef, MessageContent } from '../inbound-fact.ts';
import { identifierOf, isObject, type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../json.ts';
import { readLocation } from '../location-content.ts';
import { mediaKeyOf } from './media-body.ts';
import { readCards } from './vcard.ts';
import { messageIdOf } from './web-address.ts';

/**
 * What a message says. `undefined` for what nobody says: notices about encryption, groups and calls, and the frame around
 * the pictures of an album, each of which is a message of its own. Other types that are not known become `unsupported`.
 */
export function readContent(message: JsonObject): MessageContent | undefined {
  const type = identifierOf(message.type) ?? 'unknown';
  if (silentTypes.has(type)) return undefined;
  const content = readKnownContent(type, message) ?? unsupported(type, message);
  const extras = extrasOf(message);
  return Object.keys(extras).length === 0
    ? content
    : { ...content, metadata: { ...content.metadata, ...extras } };
}

/** `ciphertext` comes again under the same id once it could be read. */
export const silentTypes: ReadonlySet<string> = new Set([
  'album',
  'broadcast_notification',
  'ciphertext',
  'debug',
  'e2e_notification',
  'gp2',
  'group_notification',
  'notification',
  'notification_template',
  'protocol',
  'reaction',
  'revoked',
]);

const mediaTypes: Readonly<Record<string, MediaRef['type'] | undefined>> = {
  image: 'image',
  video: 'video',
  ptv: 'video',
  audio: 'audio',
  ptt: 'audio',
  document: 'document',
  sticker: 'sticker',
};

function readKnownContent(type: string, message: JsonObject): MessageContent | undefined {
  const media = mediaTypes[type];
  if (media !== undefined) return readMedia(media, type, message);
  switch (type) {
    case 'chat':
    case 'oversized': {
      const text = textOf(message.body);
      return text === undefined ? undefined : { type: 'text', text };
    }
    case 'location':
      return readLocation(objectOf(message.location));
    case 'vcard':
    case 'multi_vcard':
      return readCards(message.vCards);
    case 'poll_creation':
      return readPoll(message);
    case 'list_response':
      return readChoice(message, identifierOf(message.selectedRowId), textOf(message.title));
    case 'buttons_response':
    case 'template_button_reply':
      return readChoice(message, identifierOf(message.selectedButtonId), undefined);
    default:
      return undefined;
  }
}

/** A file that cannot be had stays a message: its caption matters, and so does that there was a file. */
function readMedia(type: MediaRef['type'], named: string, message: JsonObject): MessageContent {
  const raw = objectOf(message.raw);
  const messageId = messageIdOf(message.id);
  const mimeType = textOf(raw.mimetype);
  const filename = textOf(raw.filename);
  const size = numberOf(raw.size);
  const caption = textOf(message.body);
  const isThere = message.hasMedia === true && messageId !== undefined;
  const media: MediaRef = {
    type,
    ...(isThere ? { id: mediaKeyOf(messageId) } : { unavailable: whyUnavailable(raw) }),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(filename === undefined ? {} : { filename }),
    ...(size !== undefined && Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
    ...(named === 'ptt' ? { voice: true } : {}),
  };
  // Without a file the body may be the preview of one.
  return { type, media: [media], ...(caption === undefined || !isThere ? {} : { text: caption }) };
}

function whyUnavailable(raw: JsonObject): string {
  return raw.isViewOnce === true
    ? 'This can be viewed once, on the phone only.'
    : 'WhatsApp has this file no longer. Ask the customer to send it again.';
}

function readPoll(message: JsonObject): MessageContent | undefined {
  const question = textOf(message.pollName) ?? textOf(message.body);
  if (question === undefined) return undefined;
  const options = objectsOf(message.pollOptions).map(option => textOf(option.name));
  const lines = options.filter(option => option !== undefined).map(option => `• ${option}`);
  return { type: 'text', text: [question, ...lines].join('\n') };
}

function readChoice(
  message: JsonObject,
  id: string | undefined,
  given: string | undefined,
): MessageContent | undefined {
  const title = textOf(message.body) ?? given ?? id;
  if (title === undefined) return undefined;
  return { type: 'interactive', text: title, metadata: { interactive: { id: id ?? title, title } } };
}

function unsupported(type: string, message: JsonObject): MessageContent {
  const text = textOf(message.body) ?? textOf(message.title) ?? textOf(objectOf(message.raw).inviteGrpName);
  return {
    type: 'unsupported',
    ...(text === undefined ? {} : { text }),
    metadata: { unsupported: { type } },
  };
}

/** What may accompany a message of any type. */
function extrasOf(message: JsonObject): JsonObject {
  const { parentMsgKey } = objectOf(message.raw);
  const album = isObject(parentMsgKey) ? messageIdOf(parentMsgKey) : undefined;
  const timesForwarded = numberOf(message.forwardingScore) ?? 0;
  return {
    ...(message.isForwarded === true ? { forwarded: true } : {}),
    // From five on, WhatsApp itself marks a message so.
    ...(timesForwarded >= 5 ? { frequentlyForwarded: true } : {}),
    ...(album === undefined ? {} : { album }),
  };
}
