import type { Contact } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, objectOf } from '../json.ts';
import { timeOf } from '../platform-time.ts';
import type { MessagingEvent } from './messaging-events.ts';

/** Messenger and Instagram speak one language; this is what differs. */
export interface MessagingPlatform {
  /** As the sentences call it. */
  readonly name: string;
  /** People have an id for each page or account they write to: `psid`, `igsid`. */
  readonly aliasKind: string;
  /** What of a person's profile may be asked for. */
  readonly profileFields: readonly string[];
}

/** What the envelope around an event says of it. */
export interface EventScope {
  /** As the sentences call the platform. */
  readonly platform: string;
  readonly accountId: string;
  readonly at: Date;
  readonly event: JsonObject;
  readonly isStandby: boolean;
  /** Done by the page or the account itself, with whichever program. */
  readonly isOwn: boolean;
  /** Who is on the other side. */
  readonly contact?: Contact;
}

/** Deliveries have no time of their own: theirs is the envelope's. */
export function scopeOf(
  { name, aliasKind }: MessagingPlatform,
  { accountId, entry, event, isStandby }: MessagingEvent,
  receivedAt: Date,
): EventScope {
  const isOwn =
    objectOf(event.message).is_echo === true ||
    (accountId !== '' && identifierOf(objectOf(event.sender).id) === accountId);
  const contact = contactOf(objectOf(isOwn ? event.recipient : event.sender), aliasKind);
  return {
    platform: name,
    accountId,
    at: timeOf(event.timestamp) ?? timeOf(entry.time) ?? receivedAt,
    event,
    isStandby,
    isOwn,
    ...(contact === undefined ? {} : { contact }),
  };
}

/** `user_ref` names somebody who ticked a box on a website and has no id yet. */
function contactOf(party: JsonObject, aliasKind: string): Contact | undefined {
  const id = identifierOf(party.id);
  const userRef = identifierOf(party.user_ref);
  const aliases = [
    ...(id === undefined ? [] : [{ kind: aliasKind, value: id }]),
    ...(userRef === undefined ? [] : [{ kind: 'user_ref', value: userRef }]),
  ];
  return aliases.length === 0 ? undefined : { aliases };
}
