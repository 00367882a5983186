import { isObject, type JsonObject, objectOf, tryParseJsonText } from '../json.ts';
import { addressOf, type WebAddress } from './web-address.ts';

/** The library's object as plain data without strange text; `undefined` for anything else. */
export function plain(value: unknown): JsonObject | undefined {
  try {
    const text = JSON.stringify(value);
    const read = text === undefined ? undefined : tryParseJsonText(text);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** The chat is where a message stands, whoever wrote it. */
export function chatOf(message: JsonObject): WebAddress | undefined {
  return (
    addressOf(objectOf(message.id).remote) ?? addressOf(message.fromMe === true ? message.to : message.from)
  );
}
