import type { MessageContent } from '../inbound-fact.ts';
import { identifierOf, isObject, type JsonObject, type JsonValue, objectOf, textOf } from '../json.ts';
import { type Attachments, readAttachments } from './parse-messaging-attachments.ts';

/**
 * What a message says. Never throws: what is not known, or says nothing, becomes `unsupported` with its type in the
 * metadata.
 */
export function readContent(message: JsonObject, platform: string): MessageContent {
  const tap = isObject(message.quick_reply) ? readTap(message.quick_reply, message.text) : undefined;
  const content = tap ?? readBody(message, platform);
  return withMetadata(content, extrasOf(message));
}

/** A button of an earlier message or of a menu. */
export function readPostback(postback: JsonObject): MessageContent {
  const content = readTap(postback, postback.title) ?? unsupported('postback');
  return withMetadata(content, isObject(postback.referral) ? { referral: postback.referral } : {});
}

/** The payload comes only to the app that sent the button; whoever else looks on gets the title. */
function readTap(tap: JsonObject, words: JsonValue | undefined): MessageContent | undefined {
  const payload = textOf(tap.payload);
  const title = textOf(words) ?? payload;
  if (title === undefined) return undefined;
  const id = payload ?? title;
  return {
    type: 'interactive',
    text: title,
    metadata: { interactive: { id, title, ...(payload === undefined ? {} : { payload }) } },
  };
}

function readBody(message: JsonObject, platform: string): MessageContent {
  const words = textOf(message.text);
  if (message.is_unsupported === true) return { ...unsupported('unsupported'), ...withText(words) };
  const attachments = readAttachments(message, platform);
  const { media, location, storyMention, shared } = attachments;
  const text = textWith(words, attachments);
  const type = typeOf(attachments, text);
  if (type === undefined)
    return unsupported(
      attachments.unsupported[0] ?? shared[0]?.type ?? 'unknown',
      explanationOf(attachments),
    );
  return withMetadata(
    { type, ...withText(text), ...(media.length === 0 ? {} : { media }) },
    {
      ...(location === undefined ? {} : { location }),
      ...(storyMention === undefined ? {} : { story: { ...storyMention, isMention: true } }),
      ...(shared.length === 0 ? {} : { shared }),
      ...(attachments.unsupported.length === 0 ? {} : { unsupported: { type: attachments.unsupported[0] } }),
    },
  );
}

function typeOf(
  { media, location, storyMention }: Attachments,
  text: string | undefined,
): MessageContent['type'] | undefined {
  if (storyMention !== undefined) return 'story';
  const [file] = media;
  if (file !== undefined) return file.type;
  if (location !== undefined) return 'location';
  return text === undefined ? undefined : 'text';
}

/** The customer's words come first; what they already hold (the address of a link with a preview) is not said again. */
function textWith(words: string | undefined, { lines, location, shared }: Attachments): string | undefined {
  const isPreview = words !== undefined && shared.every(item => item.type === 'fallback');
  const more = isPreview ? [] : lines.filter(line => words?.includes(line) !== true);
  const all = [words, ...more, words === undefined ? location?.name : undefined];
  return all.filter(line => line !== undefined).join('\n') || undefined;
}

/** What may accompany a message of any type. */
function extrasOf(message: JsonObject): Readonly<Record<string, unknown>> {
  const story = objectOf(message.reply_to).story;
  const appId = message.is_echo === true ? identifierOf(message.app_id) : undefined;
  return {
    ...(isObject(message.referral) ? { referral: message.referral } : {}),
    ...(isObject(story) ? { story: storyOf(story) } : {}),
    ...(appId === undefined ? {} : { appId }),
  };
}

function storyOf(story: JsonObject): Readonly<Record<string, unknown>> {
  const id = identifierOf(story.id);
  const url = textOf(story.url);
  return { ...(id === undefined ? {} : { id }), ...(url === undefined ? {} : { url }) };
}

function explanationOf({ unsupported: [type] }: Attachments): string | undefined {
  return type === 'ephemeral' ? 'It can be looked at once only, in the app itself.' : undefined;
}

function unsupported(type: string, details?: string): MessageContent {
  return {
    type: 'unsupported',
    metadata: { unsupported: { type, ...(details === undefined ? {} : { details }) } },
  };
}

function withText(text: string | undefined): { readonly text?: string } {
  return text === undefined ? {} : { text };
}

function withMetadata(content: MessageContent, metadata: Readonly<Record<string, unknown>>): MessageContent {
  return Object.keys(metadata).length === 0
    ? content
    : { ...content, metadata: { ...content.metadata, ...metadata } };
}
