import type { MediaRef } from '../inbound-fact.ts';
import { cleanText, identifierOf, type JsonObject, numberOf, objectOf, objectsOf, textOf } from '../json.ts';

/** Something that is shown by a link or a card instead of a file of its own: a post, a reel, a template. */
export interface SharedItem {
  readonly type: string;
  readonly id?: string;
  readonly title?: string;
  readonly url?: string | undefined;
  /** Of templates, which have no form of their own here. */
  readonly payload?: JsonObject;
}
export interface MessagingLocation {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly url?: string;
}
/** The attachments of one message, by what they become. */
export interface Attachments {
  readonly media: readonly MediaRef[];
  readonly shared: readonly SharedItem[];
  /** Words of the shared items that have no file, a line each. */
  readonly lines: readonly string[];
  readonly location?: MessagingLocation;
  /** The customer mentioned the account in a story. */
  readonly storyMention?: { readonly url?: string };
  /** Types that nothing could be made of. */
  readonly unsupported: readonly string[];
}

const fileTypes: ReadonlyMap<unknown, MediaRef['type']> = new Map([
  ['image', 'image'],
  ['video', 'video'],
  ['audio', 'audio'],
  ['file', 'document'],
  ['sticker', 'sticker'],
]);
const reelTypes: ReadonlySet<string> = new Set(['reel', 'ig_reel']);
const sharedTypes: ReadonlySet<string> = new Set([
  ...reelTypes,
  'share',
  'post',
  'ig_post',
  'fallback',
  'template',
  'appointment_booking',
]);

/** What one attachment becomes. */
interface Part {
  readonly media?: MediaRef;
  readonly stickerId?: string;
  readonly shared?: SharedItem;
  readonly lines?: readonly string[];
  readonly location?: MessagingLocation;
  readonly storyMention?: { readonly url?: string };
  readonly unsupported?: string;
}

/** Never throws. `platform` is named where a file is missing. */
export function readAttachments(message: JsonObject, platform: string): Attachments {
  const parts = withoutTwins(
    objectsOf(message.attachments).map(attachment => readAttachment(attachment, message, platform)),
  );
  const location = parts.find(part => part.location)?.location;
  const storyMention = parts.find(part => part.storyMention)?.storyMention;
  return {
    media: parts.flatMap(part => part.media ?? []),
    shared: parts.flatMap(part => part.shared ?? []),
    lines: parts.flatMap(part => part.lines ?? []),
    ...(location === undefined ? {} : { location }),
    ...(storyMention === undefined ? {} : { storyMention }),
    unsupported: parts.flatMap(part => part.unsupported ?? []),
  };
}

function readAttachment(attachment: JsonObject, message: JsonObject, platform: string): Part {
  const type = identifierOf(attachment.type) ?? 'unknown';
  const payload = objectOf(attachment.payload);
  const url = textOf(payload.url) ?? textOf(attachment.url);
  const fileType = fileTypes.get(type);
  if (fileType !== undefined) {
    const stickerId = identifierOf(payload.sticker_id) ?? identifierOf(message.sticker_id);
    return stickerId === undefined
      ? { media: mediaOf(fileType, url, platform) }
      : { media: mediaOf('sticker', url, platform), stickerId };
  }
  if (type === 'story_mention')
    // Whether it is a picture or a film is not said; the file itself tells when it is fetched.
    return { media: mediaOf('image', url, platform), storyMention: url === undefined ? {} : { url } };
  const location = type === 'location' ? locationOf(attachment, payload) : undefined;
  if (location !== undefined) return { location };
  if (!sharedTypes.has(type) && url === undefined) return { unsupported: type };
  const shared = sharedItemOf(type, url, attachment, payload);
  return url !== undefined && isFileOfMeta(url)
    ? {
        shared,
        media: { type: reelTypes.has(type) ? 'video' : 'image', url },
        lines: linesOf({ ...shared, url: undefined }),
      }
    : { shared, lines: linesOf(shared) };
}

/** For a while Meta sent each sticker twice, as `sticker` and as `image`: one is enough, if possible one with a file. */
function withoutTwins(parts: readonly Part[]): readonly Part[] {
  const best = new Map<string, Part>();
  for (const part of parts) {
    if (part.stickerId === undefined) continue;
    const known = best.get(part.stickerId);
    if (known === undefined || (known.media?.url === undefined && part.media?.url !== undefined))
      best.set(part.stickerId, part);
  }
  return parts.filter(part => part.stickerId === undefined || best.get(part.stickerId) === part);
}

function mediaOf(type: MediaRef['type'], url: string | undefined, platform: string): MediaRef {
  if (url === undefined) return { type, unavailable: `${platform} did not pass on the file.` };
  const filename = type === 'document' ? filenameOf(url) : undefined;
  return { type, url, ...(filename === undefined ? {} : { filename }) };
}

/** The address of a file ends with the name that the customer gave it. */
function filenameOf(url: string): string | undefined {
  const last = URL.parse(url)?.pathname.split('/').at(-1) ?? '';
  try {
    const name = cleanText(decodeURIComponent(last)).trim();
    return /[^.]\.[A-Za-z0-9]{1,10}$/.test(name) && name.length <= 255 ? name : undefined;
  } catch {
    return undefined;
  }
}

/** A shared post comes as its picture or film on one of Meta's file servers, or as the address of a page to look at. */
function isFileOfMeta(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return /(^|\.)(fbcdn\.net|fbsbx\.com|cdninstagram\.com)$/.test(host);
}

function locationOf(attachment: JsonObject, payload: JsonObject): MessagingLocation | undefined {
  const coordinates = objectOf(payload.coordinates);
  const latitude = numberOf(coordinates.lat);
  const longitude = numberOf(coordinates.long);
  if (latitude === undefined || longitude === undefined) return undefined;
  const name = textOf(attachment.title) ?? textOf(payload.title);
  const url = textOf(attachment.url) ?? textOf(payload.url);
  return {
    latitude,
    longitude,
    ...(name === undefined ? {} : { name }),
    ...(url === undefined ? {} : { url }),
  };
}

function sharedItemOf(
  type: string,
  url: string | undefined,
  attachment: JsonObject,
  payload: JsonObject,
): SharedItem {
  const id =
    identifierOf(payload.id) ??
    identifierOf(payload.reel_video_id) ??
    identifierOf(payload.ig_post_media_id) ??
    identifierOf(payload.post_id);
  const title = textOf(payload.title) ?? textOf(attachment.title);
  return {
    type,
    ...(id === undefined ? {} : { id }),
    ...(title === undefined ? {} : { title }),
    ...(url === undefined ? {} : { url }),
    ...(type === 'template' || type === 'appointment_booking' ? { payload } : {}),
  };
}

function linesOf({ title, url, payload }: SharedItem): readonly string[] {
  const cards = [...objectsOf(payload?.elements), ...objectsOf(objectOf(payload?.generic).elements)];
  const words = [
    title,
    textOf(payload?.text),
    ...cards.flatMap(card => [textOf(card.title), textOf(card.subtitle)]),
    url,
  ];
  return words.filter(word => word !== undefined);
}
