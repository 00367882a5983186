import { createHash, randomBytes } from 'node:crypto';

/** Who writes. `userId` is the business-scoped id; a person who uses a user name may have no `waId` in a webhook. */
export interface WhatsAppPerson {
  readonly waId?: string;
  readonly userId?: string;
  readonly parentUserId?: string;
  readonly name?: string;
  readonly username?: string;
}

/** One element of `messages` or `message_echoes`; what else it holds depends on its type. */
export interface WhatsAppMessage {
  readonly id: string;
  /** Seconds since 1970, as a string. */
  readonly timestamp: string;
  readonly type: string;
  readonly from?: string;
  readonly from_user_id?: string;
  readonly [key: string]: unknown;
}
export interface WhatsAppStatus {
  readonly id: string;
  readonly status: string;
  readonly timestamp: string;
  readonly [key: string]: unknown;
}

/** One thing that a webhook tells. */
export type WhatsAppEvent =
  | { readonly kind: 'message'; readonly message: WhatsAppMessage; readonly person: WhatsAppPerson }
  | { readonly kind: 'echo'; readonly message: WhatsAppMessage; readonly person: WhatsAppPerson }
  | { readonly kind: 'status'; readonly status: WhatsAppStatus }
  /** Any other field: `account_update`, `message_template_status_update` … */
  | {
      readonly kind: 'notice';
      readonly field: string;
      readonly value: Readonly<Record<string, unknown>>;
    };

/** The number that a webhook speaks for. */
export interface WhatsAppNumber {
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly displayPhoneNumber?: string;
}

/** A message id like WhatsApp's: of random bytes, or always the same one for the same `seed`. */
export function newWamid(seed?: string): string {
  const bytes =
    seed === undefined ? randomBytes(24) : createHash('sha256').update(seed).digest().subarray(0, 24);
  return `wamid.${bytes.toString('base64url')}`;
}

export function secondsOf(at: Date): string {
  return String(Math.floor(at.getTime() / 1000));
}

/** The element of `contacts` for a person. */
export function contactEntryOf(person: WhatsAppPerson): Readonly<Record<string, unknown>> {
  const { waId, userId, parentUserId, name, username } = person;
  return {
    profile: { ...(name === undefined ? {} : { name }), ...(username === undefined ? {} : { username }) },
    ...(waId === undefined ? {} : { wa_id: waId }),
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(parentUserId === undefined ? {} : { parent_user_id: parentUserId }),
  };
}

/** One POST's body. Neighbours of one kind share a change, so that a batch of messages is one list as Meta sends it. */
export function envelopeOf(number: WhatsAppNumber, events: readonly WhatsAppEvent[]): object {
  const changes: { field: string; value: object }[] = [];
  let start = 0;
  while (start < events.length) {
    const kind = events[start]?.kind;
    const next = events.findIndex((event, index) => index > start && event.kind !== kind);
    const end = kind === 'notice' ? start + 1 : next === -1 ? events.length : next;
    changes.push(changeOf(number, events.slice(start, end)));
    start = end;
  }
  return { object: 'whatsapp_business_account', entry: [{ id: number.businessAccountId, changes }] };
}

function changeOf(
  number: WhatsAppNumber,
  events: readonly WhatsAppEvent[],
): { field: string; value: object } {
  const notice = events.find(event => event.kind === 'notice');
  if (notice !== undefined) return { field: notice.field, value: notice.value };
  const base = {
    messaging_product: 'whatsapp',
    metadata: {
      display_phone_number: number.displayPhoneNumber ?? '15550000000',
      phone_number_id: number.phoneNumberId,
    },
  };
  const statuses = events.flatMap(event => (event.kind === 'status' ? [event.status] : []));
  if (statuses.length > 0) return { field: 'messages', value: { ...base, statuses } };
  const spoken = events.flatMap(event =>
    event.kind === 'message' || event.kind === 'echo' ? [{ ...event }] : [],
  );
  const contacts = [
    ...new Map(
      spoken.map(({ person }) => [person.userId ?? person.waId ?? '', contactEntryOf(person)]),
    ).values(),
  ];
  const messages = spoken.map(event => event.message);
  return spoken[0]?.kind === 'echo'
    ? { field: 'smb_message_echoes', value: { ...base, contacts, message_echoes: messages } }
    : { field: 'messages', value: { ...base, contacts, messages } };
}
