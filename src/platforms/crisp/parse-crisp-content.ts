import type { MediaRef, MessageContent } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, type JsonValue, objectOf, objectsOf, textOf } from '../json.ts';

/**
 * What a message says. `undefined` for what is said to nobody outside: notes of the operators among themselves, and
 * events. Never throws: what is not known becomes `unsupported` with its type.
 */
export function readContent(message: JsonObject): MessageContent | undefined {
  const type = textOf(message.type)?.trim() ?? (typeof message.content === 'string' ? 'text' : 'unknown');
  if (type === 'note' || type === 'event') return undefined;
  return readers.get(type)?.(message.content) ?? { type: 'unsupported', metadata: { unsupported: { type } } };
}

type Reader = (content: JsonValue | undefined) => MessageContent | undefined;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['text', readText],
  ['file', content => readFile(content, 'document')],
  ['animation', content => readFile(content, 'image')],
  ['audio', content => readFile(content, 'audio', { voice: true })],
  ['picker', readPicker],
  ['field', content => linesOf([objectOf(content).text])],
  ['carousel', readCarousel],
]);

function readText(content: JsonValue | undefined): MessageContent | undefined {
  const text = textOf(content);
  return text === undefined ? undefined : { type: 'text', text };
}

/** Files lie open at the address that the message names. */
function readFile(
  content: JsonValue | undefined,
  usual: MediaRef['type'],
  extras?: { readonly voice: true },
): MessageContent {
  const file = objectOf(content);
  const url = textOf(file.url)?.trim();
  const mimeType = textOf(file.type)?.trim();
  const filename = textOf(file.name)?.trim();
  const media: MediaRef = {
    type: kindOf(mimeType) ?? usual,
    ...(url === undefined ? { unavailable: 'Crisp did not pass on the file.' } : { url }),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(filename === undefined ? {} : { filename }),
    ...extras,
  };
  return { type: media.type, media: [media] };
}

function kindOf(mimeType: string | undefined): MediaRef['type'] | undefined {
  const family = mimeType?.split('/')[0]?.toLowerCase();
  if (family === 'image' || family === 'video' || family === 'audio') return family;
  return family === 'text' || family === 'application' ? 'document' : undefined;
}

/** A question with answers to choose from, as whoever reads the thread should see it. */
function readPicker(content: JsonValue | undefined): MessageContent | undefined {
  const { text, choices } = objectOf(content);
  const answers = objectsOf(choices).map(choice => titleOf(choice));
  return linesOf([text, ...answers.map(answer => (answer === undefined ? null : `• ${answer}`))]);
}

function readCarousel(content: JsonValue | undefined): MessageContent | undefined {
  const { text, targets } = objectOf(content);
  const cards = objectsOf(targets).flatMap(({ title, description, actions }) => [
    title,
    description,
    ...objectsOf(actions).map(action => action.url),
  ]);
  return linesOf([text, ...cards]);
}

function linesOf(lines: readonly (JsonValue | undefined)[]): MessageContent | undefined {
  return readText(lines.flatMap(line => textOf(line)?.trim() ?? []).join('\n'));
}

function titleOf(choice: JsonObject): string | undefined {
  return textOf(choice.label)?.trim() ?? textOf(choice.value)?.trim();
}

export interface Answer {
  readonly id: string;
  readonly title: string;
}

/** What was chosen of a picker's answers; `undefined` while nothing is, and for anything that is no picker. */
export function readChoice(content: JsonValue | undefined): Answer | undefined {
  const chosen = objectsOf(objectOf(content).choices).filter(choice => choice.selected === true);
  const titles = chosen.flatMap(choice => titleOf(choice) ?? []);
  if (titles.length === 0) return undefined;
  const ids = chosen.flatMap(choice => textOf(choice.value)?.trim() ?? titleOf(choice) ?? []);
  return { id: ids.join(', '), title: titles.join(', ') };
}

/** What was filled into a field. */
export function readFilledField(content: JsonValue | undefined): Answer | undefined {
  const field = objectOf(content);
  const title = textOf(field.value)?.trim();
  return title === undefined ? undefined : { id: identifierOf(field.id) ?? title, title };
}
