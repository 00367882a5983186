import type { AddressObject, HeaderLines, Headers } from 'mailparser';
import { cleanText } from '../json.ts';
import { authservIdOf, isVerifiedBy } from './authentication-results.ts';
import { automaticReason } from './automatic-mail.ts';
import { type MailAddress, normalAddress } from './email-address.ts';
import { mailBounds } from './mail-envelope.ts';
import { idMadeOf, messageIdIn, messageIdsIn } from './message-ids.ts';
import type { ReadMail } from './read-mail.ts';

export type MailHead = Pick<
  ReadMail,
  | 'messageId'
  | 'references'
  | 'date'
  | 'subject'
  | 'from'
  | 'replyTo'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'deliveredTo'
  | 'areRecipientsCut'
  | 'isVerified'
  | 'automatic'
>;

const longestSubject = 500;
const longestName = 200;
/** More than are ever matched; the root and the nearest are kept. */
const mostReferences = 200;

/** `lines` are the fields as they came, `headers` what mailparser decoded of them. */
export function readHead(
  lines: HeaderLines,
  headers: Headers,
  raw: { readonly head: string; readonly authservId: string | undefined },
): MailHead {
  const valuesOf = (name: string) => lines.filter(({ key }) => key === name).map(({ line }) => valueIn(line));
  const first = (name: string): string | undefined => valuesOf(name)[0];
  const from = addressesIn(headers, 'from').list[0];
  const to = addressesIn(headers, 'to');
  const cc = addressesIn(headers, 'cc');
  const bcc = addressesIn(headers, 'bcc');
  const subject = cleanLine(textIn(headers.get('subject')))
    .slice(0, longestSubject)
    .trim();
  const date = dateIn(first('date') ?? '');
  const automatic = automaticReason(first, from?.address);
  return {
    messageId: messageIdIn(first('message-id') ?? '') ?? idMadeOf(raw.head),
    references: referencesIn(valuesOf('references'), valuesOf('in-reply-to')),
    ...(date === undefined ? {} : { date }),
    ...(subject === '' ? {} : { subject }),
    ...(from === undefined ? {} : { from }),
    replyTo: addressesIn(headers, 'reply-to').list,
    to: to.list,
    cc: cc.list,
    bcc: bcc.list,
    deliveredTo: ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to']
      .flatMap(valuesOf)
      .slice(0, 50)
      .flatMap(value => normalAddress(value.replace(/[<>]/g, '')) ?? []),
    areRecipientsCut: to.isCut || cc.isCut || bcc.isCut,
    isVerified: isVerifiedBy(valuesOf('authentication-results'), raw.authservId, valuesOf('from').length),
    ...(automatic === undefined ? {} : { automatic }),
  };
}

/** A line of a head may be folded over several. */
function valueIn(line: string): string {
  return line
    .slice(line.indexOf(':') + 1)
    .replace(/\r?\n[ \t]*/g, ' ')
    .trim();
}

function referencesIn(references: readonly string[], inReplyTo: readonly string[]): readonly string[] {
  const ids = [...references, ...inReplyTo].flatMap(messageIdsIn);
  // Named again means nearer.
  const unique = [...new Set(ids.toReversed())].toReversed();
  const [root = '', ...others] = unique;
  return unique.length <= mostReferences ? unique : [root, ...others.slice(1 - mostReferences)];
}

interface Addresses {
  readonly list: readonly MailAddress[];
  readonly isCut: boolean;
}

function addressesIn(headers: Headers, name: string): Addresses {
  const value = headers.get(name);
  const objects = (Array.isArray(value) ? value : [value]).filter(isAddressObject);
  const all = objects.flatMap(({ value: entries }) =>
    entries.flatMap(entry => (entry.group === undefined ? [entry] : entry.group)),
  );
  const list = all.slice(0, mailBounds.addresses).flatMap(({ address, name: given }) => {
    const normal = normalAddress(address ?? '');
    const shown = cleanLine(given ?? '')
      .slice(0, longestName)
      .trim();
    if (normal === undefined) return [];
    return [{ address: normal, ...(shown === '' || shown.toLowerCase() === normal ? {} : { name: shown }) }];
  });
  return { list, isCut: all.length > mailBounds.addresses };
}

function isAddressObject(value: unknown): value is AddressObject {
  return typeof value === 'object' && value !== null && 'value' in value && Array.isArray(value.value);
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
function cleanLine(text: string): string {
  return cleanText(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** With its zone: without one it would be another time on every machine. */
function dateIn(text: string): string | undefined {
  const withoutComment = text
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .trim();
  if (!/(?:[+-]\d{4}|\b(?:GMT|UTC?|Z|[ECMP][SD]T))$/i.test(withoutComment)) return undefined;
  const time = Date.parse(withoutComment);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The names that servers wrote results under, for whoever has to choose one. */
export function authservIdsIn(head: string): readonly string[] {
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const found = unfolded.flatMap(line =>
    /^authentication-results:/i.test(line) ? (authservIdOf(valueIn(line)) ?? []) : [],
  );
  return [...new Set(found)];
}
