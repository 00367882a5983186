import type { MediaRef, MessageContent } from '../inbound-fact.ts';
import {
  identifierOf,
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  tryParseJsonText,
} from '../json.ts';
import { readLocation } from '../location-content.ts';
import { readGraphError } from '../meta/graph-error.ts';
import { sentenceOf } from './whatsapp-errors.ts';

/**
 * What a message says. Never throws: what is not known, or lacks the very thing it is about, becomes `unsupported`
 * with its type and reasons in the metadata. `errors` are those of the whole webhook, for messages without any own.
 */
export function readContent(message: JsonObject, errors: readonly JsonObject[] = []): MessageContent {
  const content = readKnownContent(message) ?? unsupported(message, errors);
  const extras = extrasOf(message);
  return Object.keys(extras).length === 0
    ? content
    : { ...content, metadata: { ...content.metadata, ...extras } };
}

function readKnownContent(message: JsonObject): MessageContent | undefined {
  switch (message.type) {
    case 'text': {
      const text = textOf(objectOf(message.text).body);
      return text === undefined ? undefined : { type: 'text', text };
    }
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return readMedia(message.type, message);
    case 'location':
      return readLocation(objectOf(message.location));
    case 'contacts':
      return readContacts(objectsOf(message.contacts));
    case 'button':
      return readButton(objectOf(message.button));
    case 'interactive':
      return readInteractive(objectOf(message.interactive));
    case 'order':
      return readOrder(message.order);
    default:
      return undefined;
  }
}

/** A file that WhatsApp itself could not fetch stays a message: its caption matters, and so does that there was a file. */
function readMedia(type: MediaRef['type'], message: JsonObject): MessageContent | undefined {
  const file = objectOf(message[type]);
  const errors = objectsOf(message.errors);
  if (!isObject(message[type]) && errors.length === 0) return undefined;
  const id = identifierOf(file.id);
  const url = textOf(file.url);
  const mimeType = textOf(file.mime_type);
  const filename = textOf(file.filename);
  const sha256 = textOf(file.sha256);
  const caption = textOf(file.caption);
  const media: MediaRef = {
    type,
    ...(id === undefined ? {} : { id }),
    ...(url === undefined ? {} : { url }),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(filename === undefined ? {} : { filename }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(typeof file.voice === 'boolean' ? { voice: file.voice } : {}),
    ...(id === undefined && url === undefined ? { unavailable: whyUnavailable(errors) } : {}),
  };
  return { type, media: [media], ...(caption === undefined ? {} : { text: caption }) };
}

function whyUnavailable(errors: readonly JsonObject[]): string {
  const error = errors.map(readGraphError).find(candidate => candidate !== undefined);
  return error === undefined ? 'WhatsApp did not pass on the file.' : sentenceOf(error);
}

/** The cards are kept as they came: names, numbers and all else may be missing. */
function readContacts(contacts: readonly JsonObject[]): MessageContent | undefined {
  if (contacts.length === 0) return undefined;
  const lines = contacts.map(contact => {
    const name = objectOf(contact.name);
    const phones = objectsOf(contact.phones).map(phone => textOf(phone.phone) ?? textOf(phone.wa_id));
    return [textOf(name.formatted_name) ?? textOf(name.first_name), ...phones]
      .filter(part => part !== undefined)
      .join(' ');
  });
  const text = lines.filter(line => line !== '').join('\n');
  return { type: 'contacts', ...(text === '' ? {} : { text }), metadata: { contacts } };
}

function readButton(button: JsonObject): MessageContent | undefined {
  const payload = textOf(button.payload);
  const title = textOf(button.text) ?? payload;
  if (title === undefined) return undefined;
  const id = payload ?? title;
  return {
    type: 'interactive',
    text: title,
    metadata: { interactive: { id, title, ...(payload === undefined ? {} : { payload }) } },
  };
}

function readInteractive(interactive: JsonObject): MessageContent | undefined {
  const reply = [interactive.button_reply, interactive.list_reply].find(isObject);
  if (reply !== undefined) {
    const id = textOf(reply.id);
    const title = textOf(reply.title) ?? id;
    const description = textOf(reply.description);
    if (title === undefined) return undefined;
    return {
      type: 'interactive',
      text: title,
      metadata: {
        interactive: { id: id ?? title, title, ...(description === undefined ? {} : { description }) },
      },
    };
  }
  if (isObject(interactive.nfm_reply)) return readFormReply(interactive.nfm_reply);
  if (isObject(interactive.call_permission_reply)) {
    const { call_permission_reply: payload } = interactive;
    const title = `Call permission: ${textOf(payload.response) ?? 'answered'}`;
    return {
      type: 'interactive',
      text: title,
      metadata: { interactive: { id: 'call_permission_reply', title, payload } },
    };
  }
  return undefined;
}

/** The answers of a form come as JSON inside a string; when that is broken its text is all there is, and is kept. */
function readFormReply(reply: JsonObject): MessageContent {
  const id = textOf(reply.name) ?? 'nfm_reply';
  const title = textOf(reply.body) ?? 'Form answered';
  const written = textOf(reply.response_json);
  const answers = written === undefined ? undefined : tryParseJsonText(written);
  const payload = answers ?? written;
  return {
    type: 'interactive',
    text: answers === undefined && written !== undefined ? `${title}\n${written}` : title,
    metadata: { interactive: { id, title, ...(payload === undefined ? {} : { payload }) } },
  };
}

function readOrder(order: JsonValue | undefined): MessageContent | undefined {
  if (!isObject(order)) return undefined;
  const lines = objectsOf(order.product_items).map(item => {
    const product = identifierOf(item.product_retailer_id) ?? 'product';
    const price = numberOf(item.item_price);
    const currency = textOf(item.currency);
    const each =
      price === undefined ? '' : ` at ${[price, currency].filter(part => part !== undefined).join(' ')}`;
    return `${numberOf(item.quantity) ?? 1} × ${product}${each}`;
  });
  const text = ['Order', textOf(order.text), ...lines].filter(part => part !== undefined).join('\n');
  return { type: 'interactive', text, metadata: { order } };
}

function unsupported(message: JsonObject, errorsOfWebhook: readonly JsonObject[]): MessageContent {
  const own = objectsOf(message.errors);
  const error = [...own, ...errorsOfWebhook].map(readGraphError).find(candidate => candidate !== undefined);
  const named = message.type === 'unsupported' ? identifierOf(objectOf(message.unsupported).type) : undefined;
  return {
    type: 'unsupported',
    metadata: {
      unsupported: {
        type: named ?? identifierOf(message.type) ?? 'unknown',
        ...(error?.code === undefined ? {} : { code: String(error.code) }),
        ...(error?.text === undefined ? {} : { details: error.text }),
      },
    },
  };
}

/** What may accompany a message of any type. */
function extrasOf(message: JsonObject): Readonly<Record<string, unknown>> {
  const context = objectOf(message.context);
  const groupId = identifierOf(message.group_id);
  return {
    ...(isObject(message.referral) ? { referral: message.referral } : {}),
    ...(context.forwarded === true || context.frequently_forwarded === true ? { forwarded: true } : {}),
    ...(context.frequently_forwarded === true ? { frequentlyForwarded: true } : {}),
    ...(isObject(context.referred_product) ? { referredProduct: context.referred_product } : {}),
    ...(groupId === undefined ? {} : { groupId }),
  };
}
