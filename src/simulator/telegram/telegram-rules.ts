import type { FormFile } from '../request-form.ts';
import { badRequest, type TelegramFault } from './telegram-error.ts';

type Parameters = Readonly<Record<string, unknown>>;

const MB = 1024 * 1024;
const reactions: ReadonlySet<string> = new Set([
  '👍',
  '👎',
  '\u2764',
  '🔥',
  '🥰',
  '👏',
  '😁',
  '🤔',
  '🤯',
  '😱',
  '😢',
  '🎉',
  '🤩',
  '🤮',
  '💩',
  '🙏',
]);

/** What the Bot API refuses of a message or a reaction; `undefined`: it is taken. */
export function requestFault(
  method: string,
  parameters: Parameters,
  file: FormFile | undefined,
): TelegramFault | undefined {
  if (!/^-?\d{1,16}$/.test(String(parameters.chat_id))) return badRequest('chat not found');
  if (method === 'setMessageReaction') return reactionFault(parameters);
  return textFault(method, parameters) ?? fileFault(method, parameters, file) ?? keyboardFault(parameters);
}

function reactionFault({ message_id: id, reaction }: Parameters): TelegramFault | undefined {
  if (!Number.isSafeInteger(Number(id))) return badRequest('message to react not found');
  const given = Array.isArray(reaction) ? reaction : [];
  if (given.length > 1) return badRequest('REACTIONS_TOO_MANY');
  return given.every(({ type, emoji }) => type === 'emoji' && reactions.has(emoji))
    ? undefined
    : badRequest('REACTION_INVALID');
}

function textFault(method: string, { text, caption }: Parameters): TelegramFault | undefined {
  if (method === 'sendMessage') {
    if (typeof text !== 'string' || text.trim() === '') return badRequest('message text is empty');
    return [...text].length > 4096 ? badRequest('message is too long') : undefined;
  }
  return typeof caption === 'string' && [...caption].length > 1024
    ? badRequest('message caption is too long')
    : undefined;
}

const fileMethods: ReadonlyMap<string, number> = new Map([
  ['sendPhoto', 10 * MB],
  ['sendVideo', 50 * MB],
  ['sendAnimation', 50 * MB],
  ['sendAudio', 50 * MB],
  ['sendVoice', 50 * MB],
  ['sendDocument', 50 * MB],
]);

/** A file is in the form under the name of the method, or given by an id or an address. */
function fileFault(
  method: string,
  parameters: Parameters,
  file: FormFile | undefined,
): TelegramFault | undefined {
  const maximum = fileMethods.get(method);
  if (maximum === undefined) return undefined;
  const field = method.slice('send'.length).toLowerCase();
  const isGiven = file?.field === field || typeof parameters[field] === 'string';
  if (!isGiven) return badRequest(`there is no ${field} in the request`);
  if (file === undefined || file.bytes.length <= maximum) return undefined;
  return { code: 413, description: 'Request Entity Too Large' };
}

const mostDataBytes = 64;

function keyboardFault({ reply_markup: markup }: Parameters): TelegramFault | undefined {
  const rows = (markup as { inline_keyboard?: unknown } | undefined)?.inline_keyboard;
  const buttons = Array.isArray(rows) ? rows.flat() : [];
  return buttons.every(({ callback_data: data }) => Buffer.byteLength(String(data)) <= mostDataBytes)
    ? undefined
    : badRequest('BUTTON_DATA_INVALID');
}
