import type { MediaRef, MessageContent } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, numberOf, textOf } from '../json.ts';

const mostFiles = 20;

/** What a message says. Never throws: what is empty, or of a kind that is not known, becomes `unsupported`. */
export function readContent(fields: JsonObject): MessageContent {
  const text = textOf(fields.Body);
  const media = readMedia(fields);
  const interactive = readChoice(fields);
  const location = readLocation(fields);
  const type =
    media[0]?.type ??
    (interactive ? 'interactive' : location ? 'location' : text === undefined ? 'unsupported' : 'text');
  const words = interactive?.title ?? text ?? placeOf(location);
  const metadata = {
    ...(interactive === undefined ? {} : { interactive }),
    ...(location === undefined ? {} : { location }),
    ...(type === 'unsupported'
      ? { unsupported: { type: identifierOf(fields.MessageType) ?? 'unknown' } }
      : {}),
    ...readReferral(fields),
    ...(isTrue(fields.Forwarded) || isTrue(fields.FrequentlyForwarded) ? { forwarded: true } : {}),
    ...(isTrue(fields.FrequentlyForwarded) ? { frequentlyForwarded: true } : {}),
  };
  return {
    type,
    ...(words === undefined ? {} : { text: words }),
    ...(media.length === 0 ? {} : { media }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function isTrue(value: unknown): boolean {
  return value === 'true' || value === '1';
}

function readMedia(fields: JsonObject): readonly MediaRef[] {
  return Array.from({ length: mostFiles }, (_, index) => index).flatMap(index => {
    const url = textOf(fields[`MediaUrl${index}`]);
    if (url === undefined) return [];
    const mimeType = textOf(fields[`MediaContentType${index}`])?.trim();
    const type = fields.MessageType === 'sticker' ? 'sticker' : typeOf(mimeType);
    return [{ type, url, ...(mimeType === undefined ? {} : { mimeType }) }];
  });
}

function typeOf(mimeType = ''): MediaRef['type'] {
  const family = mimeType.split('/')[0]?.toLowerCase();
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
}

/** A tapped answer of a template on WhatsApp or RCS: a button, or a line of a list. */
function readChoice(fields: JsonObject) {
  const payload = textOf(fields.ButtonPayload);
  const id = payload ?? textOf(fields.ListId);
  const title = textOf(fields.ButtonText) ?? textOf(fields.ListTitle) ?? id;
  if (title === undefined) return undefined;
  const description = textOf(fields.ListDescription);
  return {
    id: id ?? title,
    title,
    ...(payload === undefined ? {} : { payload }),
    ...(description === undefined ? {} : { description }),
  };
}

interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly address?: string;
}

function readLocation(fields: JsonObject): Place | undefined {
  const latitude = numberOf(fields.Latitude);
  const longitude = numberOf(fields.Longitude);
  if (latitude === undefined || longitude === undefined) return undefined;
  const name = textOf(fields.Label);
  const address = textOf(fields.Address);
  return {
    latitude,
    longitude,
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
  };
}

function placeOf(place: Place | undefined): string | undefined {
  const text = [place?.name, place?.address].filter(part => part !== undefined).join(', ');
  return text === '' ? undefined : text;
}

/** The advertisement that a chat on WhatsApp began with, under the names that WhatsApp itself uses. */
const referralFields: readonly (readonly [string, string])[] = [
  ['source_url', 'ReferralSourceUrl'],
  ['source_id', 'ReferralSourceId'],
  ['source_type', 'ReferralSourceType'],
  ['headline', 'ReferralHeadline'],
  ['body', 'ReferralBody'],
  ['ctwa_clid', 'ReferralCtwaClid'],
];

function readReferral(fields: JsonObject): Readonly<Record<string, unknown>> {
  const found = referralFields.flatMap(([name, field]) => {
    const value = textOf(fields[field]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return found.length === 0 ? {} : { referral: Object.fromEntries(found) };
}

export type OptOut = 'stop' | 'start';
const stopWords: ReadonlySet<string> = new Set([
  'stop',
  'stopall',
  'unsubscribe',
  'cancel',
  'end',
  'quit',
  'revoke',
  'optout',
]);
/** Twilio takes a "yes" as well, but most of them are answers to something else. */
const startWords: ReadonlySet<string> = new Set(['start', 'unstop']);

/** Twilio says it where the account has words of its own; elsewhere the usual words count, alone in their message. */
export function readOptOut(fields: JsonObject): OptOut | undefined {
  const told = textOf(fields.OptOutType)?.trim().toLowerCase();
  const word = told ?? textOf(fields.Body)?.trim().toLowerCase() ?? '';
  if (stopWords.has(word)) return 'stop';
  return startWords.has(word) ? 'start' : undefined;
}
