import { createHash } from 'node:crypto';
import { domainOf, tokenIn } from './email-address.ts';

const longest = 512;
/** As we make them: the number of the message and a uuid. */
const correlatorForm = /^\d{1,19}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The one in `Message-ID`, without its brackets; one that is too long for an index stands for itself by a hash. */
export function messageIdIn(header: string): string | undefined {
  const [first] = messageIdsIn(header);
  return first;
}

/** All of `References` or `In-Reply-To`, in their order, without brackets. Some senders leave those out. */
export function messageIdsIn(header: string): readonly string[] {
  const bracketed = header.match(/<[^<>]{1,2000}>/g);
  const found = bracketed?.map(id => id.slice(1, -1)) ?? header.split(/\s+/);
  return found.map(id => id.replace(/[\s<>\p{Cc}]+/gu, '')).flatMap(id => (id === '' ? [] : [shortened(id)]));
}

function shortened(id: string): string {
  return id.length <= longest ? id : `sha256-${createHash('sha256').update(id).digest('hex')}`;
}

/** Of a mail that has none; the same for the same mail. */
export function idMadeOf(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return `sha256-${hash.digest('hex')}`;
}

/** What can stand in a header of ours; not what was made up for a mail without one. */
export function isWritableId(id: string): boolean {
  return /^[\x21-\x3b\x3d\x3f-\x7e]{1,500}$/.test(id) && id.includes('@');
}

/** The id of a message of ours, without brackets. */
export function ownMessageId(correlator: string, address: string): string {
  return `${correlator}@${domainOf(address)}`;
}

/** The correlator in the id of a message that this account has sent. */
export function correlatorIn(id: string, address: string): string | undefined {
  const at = id.lastIndexOf('@');
  const correlator = id.slice(0, at);
  return at > 0 && id.slice(at + 1).toLowerCase() === domainOf(address) && correlatorForm.test(correlator)
    ? correlator
    : undefined;
}

/** The message of ours that a recipient names by the token after the plus. */
export function idByToken(recipient: string, address: string): string | undefined {
  const token = tokenIn(recipient, address);
  return token !== undefined && correlatorForm.test(token) ? ownMessageId(token, address) : undefined;
}
