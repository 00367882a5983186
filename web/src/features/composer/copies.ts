import { type Channel, type Message, sendMessageBody } from '../../../../src/contract/index.ts';
import type { Copies } from './drafts.ts';

export const noCopies: Copies = { cc: [], bcc: [] };
export const mostCopies = 50;

/** The server's own rule. */
export const isAddress = (text: string): boolean => sendMessageBody.shape.cc.safeParse([text]).success;

/** Addresses as people type and paste them: `Ana <ana@shop.example>; rui@shop.example`. */
export function addressesIn(text: string): string[] {
  return text
    .split(/[,;\n]+/)
    .flatMap(part => {
      const named = /<([^<>]+)>/.exec(part)?.[1];
      return named ? [named] : part.split(/\s+/);
    })
    .map(address => address.trim())
    .filter(address => address !== '');
}

/** What is not there yet, whatever its capitals. */
export function withAddresses(held: readonly string[], added: readonly string[]): readonly string[] {
  const all = [...held];
  for (const address of added)
    if (!all.some(other => other.toLowerCase() === address.toLowerCase())) all.push(address);
  return all;
}

/** Ours, also with a mark for the conversation in it: `help+abc@shop.example`. */
function isOwn(address: string, own: string | null): boolean {
  if (own === null) return false;
  const [name = '', domain] = address.toLowerCase().split('@');
  const [ownName, ownDomain] = own.toLowerCase().split('@');
  return domain === ownDomain && (name === ownName || name.startsWith(`${ownName}+`));
}

function fromOf({ metadata }: Message): string | null {
  const { from } = (metadata.email ?? {}) as { from?: { address?: unknown } };
  return typeof from?.address === 'string' ? from.address : null;
}

/** Those who had a copy of the customer's last mail have one of the answer, but for us and the customer. */
export function copiesOfLast(
  messages: readonly Message[],
  { settings, externalAccountId }: Pick<Channel, 'settings' | 'externalAccountId'>,
): Copies {
  const last = messages.findLast(message => message.direction === 'inbound' && message.email !== null);
  if (!last?.email) return noCopies;
  const own = typeof settings.address === 'string' ? settings.address : externalAccountId;
  const sender = fromOf(last)?.toLowerCase();
  const cc = last.email.cc.filter(
    address => isAddress(address) && !isOwn(address, own) && address.toLowerCase() !== sender,
  );
  return { cc: withAddresses([], cc).slice(0, mostCopies), bcc: [] };
}
