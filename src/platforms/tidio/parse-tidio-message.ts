import type { Contact, MediaRef, MessageContent, MessageFact } from '../inbound-fact.ts';
import { identifierOf, isObject, type JsonObject, type JsonValue, textOf } from '../json.ts';
import { hashOf, instantOf } from './tidio-payload.ts';

/** Where a message stands. */
export interface Thread {
  readonly accountId: string;
  readonly contactId: string;
  readonly contact: Contact;
  /** A ticket's id; '' in the chat. */
  readonly threadKey: string;
  readonly subject?: string | undefined;
  /** For what does not say when it was written. */
  readonly at: Date;
  /** What was written before is history. */
  readonly historyUntil?: Date;
}

/** `undefined` for what is not for the customer's eyes, and for what says nothing. */
export function readMessage(message: JsonObject, thread: Thread): MessageFact | undefined {
  const content = readContent(message);
  if (content === undefined || message.message_type === 'internal') return undefined;
  const { accountId, contactId, contact, threadKey, subject, historyUntil } = thread;
  const at = instantOf(message.created_at) ?? thread.at;
  const author = textOf(message.author_type)?.trim();
  const authorId = identifierOf(message.author_id);
  const isOwn =
    author === undefined ? authorId !== undefined && authorId !== contactId : author !== 'contact';
  const metadata = {
    ...(isOwn && authorId !== undefined ? { sender: { id: authorId } } : {}),
    // Anybody but an operator is a program.
    ...(isOwn && author !== undefined && author !== 'operator' ? { automated: true } : {}),
  };
  return {
    kind: 'message',
    accountId,
    at,
    direction: isOwn ? 'outbound' : 'inbound',
    externalId:
      identifierOf(message.message_id) ??
      identifierOf(message.id) ??
      hashOf(JSON.stringify([contactId, threadKey, message.created_at, content])),
    contact,
    content: Object.keys(metadata).length === 0 ? content : { ...content, metadata },
    threadKey,
    ...(subject ? { subject } : {}),
    opensWindow: !isOwn,
    ...(historyUntil !== undefined && at < historyUntil ? { isHistory: true } : {}),
  };
}

/** A contact's own words about themselves name them, and prove nothing. */
export function contactOf(id: string, about: JsonObject): Contact {
  const email = textOf(about.email)?.trim() ?? textOf(about.contact_email)?.trim();
  const full = [about.first_name, about.last_name].flatMap(part => textOf(part)?.trim() ?? []).join(' ');
  const name = full === '' ? (email ?? `Contact ${id.slice(0, 8)}`) : full;
  const phone = textOf(about.phone)?.trim();
  const distinctId = identifierOf(about.distinct_id);
  const profile = {
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(distinctId === undefined ? {} : { distinctId }),
  };
  return {
    aliases: [{ kind: 'tidio_contact', value: id }],
    name,
    ...(Object.keys(profile).length === 0 ? {} : { profile }),
  };
}

/** The words have another name in a webhook than in what is asked for. */
function readContent(message: JsonObject): MessageContent | undefined {
  const text = textOf(message.message_content) ?? textOf(message.content) ?? textOf(message.message);
  const media = attachmentsOf(message.attachments);
  const [first] = media;
  if (text === undefined && first === undefined) return undefined;
  return {
    type: first?.type ?? 'text',
    ...(text === undefined ? {} : { text }),
    ...(first === undefined ? {} : { media }),
  };
}

/** Addresses, bare or in objects. */
function attachmentsOf(value: JsonValue | undefined): readonly MediaRef[] {
  const listed = Array.isArray(value) ? value : [];
  return listed.flatMap(entry => {
    const url = textOf(isObject(entry) ? entry.url : entry)?.trim();
    if (url === undefined || !/^https?:\/\//i.test(url)) return [];
    const filename = filenameOf(url);
    return [{ type: typeOf(filename), url, ...(filename === undefined ? {} : { filename }) }];
  });
}

function filenameOf(url: string): string | undefined {
  const last = URL.parse(url)?.pathname.split('/').at(-1) ?? '';
  try {
    return textOf(decodeURIComponent(last))?.replaceAll('\0', '').trim();
  } catch {
    return textOf(last);
  }
}

const extensions: Readonly<Partial<Record<MediaRef['type'], RegExp>>> = {
  image: /\.(?:jpe?g|png|gif|webp|bmp|heic)$/i,
  video: /\.(?:mp4|mov|webm|avi|mkv)$/i,
  audio: /\.(?:mp3|m4a|ogg|oga|wav|aac)$/i,
};

function typeOf(filename = ''): MediaRef['type'] {
  const found = Object.entries(extensions).find(([, pattern]) => pattern.test(filename))?.[0];
  return (found as MediaRef['type'] | undefined) ?? 'document';
}
