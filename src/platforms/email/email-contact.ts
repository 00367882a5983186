import type { Contact } from '../inbound-fact.ts';
import { domainOf, isOwnAddress, type MailAddress } from './email-address.ts';
import type { ReadMail } from './read-mail.ts';

/** Who a mail is from, and whether it may join a conversation that is there already. */
export interface Correspondent {
  readonly contact: Contact;
  /** As ReadMail has it, for the address of the contact. */
  readonly isVerified: boolean | null;
  /** Nobody may speak in another's conversation by naming it, or by naming them. */
  readonly mayJoin: boolean;
}

/** The sender, or the one that they want the answer to go to. `undefined` when the mail names nobody. */
export function senderOf(mail: ReadMail, own: string): Correspondent | undefined {
  const { from, replyTo, isVerified } = mail;
  const other = replyTo.length === 1 ? replyTo[0] : undefined;
  if (from !== undefined && (other === undefined || isVerified === false || isOwnAddress(other.address, own)))
    return { contact: contactOf(from), isVerified, mayJoin: isVerified !== false };
  const person = other ?? from;
  if (person === undefined) return undefined;
  // What was verified is the sender's domain: it says nothing of an address elsewhere.
  const isOfSender = from !== undefined && domainOf(from.address) === domainOf(person.address);
  const name = person.name ?? (person.address === from?.address ? from.name : undefined);
  return {
    contact: contactOf({ address: person.address, ...(name === undefined ? {} : { name }) }),
    isVerified: isOfSender ? isVerified : null,
    mayJoin: isOfSender,
  };
}

/** Whom one of ours went to: the first who is not ourselves. `undefined` when there is nobody. */
export function recipientOf({ to, cc, bcc }: ReadMail, own: string): Contact | undefined {
  const person = [...to, ...cc, ...bcc].find(({ address }) => !isOwnAddress(address, own));
  return person && contactOf(person);
}

function contactOf({ address, name }: MailAddress): Contact {
  return { aliases: [{ kind: 'email', value: address }], ...(name === undefined ? {} : { name }) };
}
