import type { Contact } from '../inbound-fact.ts';
import { domainOf, isOwnAddress, type MailAddress } from './email-address.ts';
import { correlatorIn } from './message-ids.ts';
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
    return {
      contact: contactOf(from),
      isVerified,
      // Nobody is known less well than somebody in our own name.
      mayJoin: isOwnAddress(from.address, own) ? isVerified === true : isVerified !== false,
    };
  const person = other ?? from;
  if (person === undefined) return undefined;
  if (person.address === from?.address)
    return { contact: contactOf({ ...from, ...person }), isVerified, mayJoin: true };
  // What was verified is the sender, and says nothing of whom they name. A colleague may answer for them, when they know
  // an id of ours: nobody guesses that. Where strangers share a domain, one who was copied in can speak for another so, and
  // is shown as not verified; what is answered goes to the other.
  const isColleague = from !== undefined && domainOf(from.address) === domainOf(person.address);
  return {
    contact: contactOf(person),
    isVerified: null,
    mayJoin: isColleague && mail.references.some(id => correlatorIn(id, own) !== undefined),
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
