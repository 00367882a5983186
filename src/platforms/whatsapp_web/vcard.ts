import type { MessageContent } from '../inbound-fact.ts';
import { type JsonObject, type JsonValue, textOf } from '../json.ts';

const maximumCards = 100;
const maximumLines = 500;

/** Shared contacts, in the form in which the message contract keeps them. `undefined` when there is none. */
export function readCards(value: JsonValue | undefined): MessageContent | undefined {
  const written = (Array.isArray(value) ? value : []).slice(0, maximumCards);
  const cards = written.flatMap(text => {
    const known = textOf(text);
    return known === undefined ? [] : [cardOf(known)];
  });
  if (cards.length === 0) return undefined;
  const text = cards
    .map(({ title }) => title)
    .filter(title => title !== '')
    .join('\n');
  return {
    type: 'contacts',
    ...(text === '' ? {} : { text }),
    metadata: { contacts: cards.map(({ card }) => card) },
  };
}

interface Line {
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
}

function cardOf(written: string): { readonly title: string; readonly card: JsonObject } {
  const lines = linesOf(written);
  const valuesOf = (name: string) => lines.filter(line => line.name === name);
  // A name is written as family;given;…
  const [family, given] = partsOf(valuesOf('N')[0]);
  const formatted = partsOf(valuesOf('FN')[0]).join(';') || [given, family].filter(Boolean).join(' ');
  const organisation = partsOf(valuesOf('ORG')[0]).filter(Boolean).join(', ');
  const phones = valuesOf('TEL').map(({ parameters, value }) => {
    const waId = /(?:^|;)waid=(\d{6,20})/i.exec(parameters)?.[1];
    return { phone: unescaped(value), ...(waId === undefined ? {} : { wa_id: waId }) };
  });
  const emails = valuesOf('EMAIL').map(({ value }) => ({ email: unescaped(value) }));
  const name: JsonObject = formatted === '' ? {} : { formatted_name: formatted };
  return {
    title: [formatted, ...phones.map(({ phone }) => phone)].filter(Boolean).join(' '),
    card: {
      name,
      phones,
      ...(emails.length === 0 ? {} : { emails }),
      ...(organisation === '' ? {} : { org: { company: organisation } }),
    },
  };
}

/** A line may go on in the next one, which then begins with a space; `item1.` in front of a name groups lines. */
function linesOf(written: string): readonly Line[] {
  return written
    .replaceAll(/\r?\n[ \t]/g, '')
    .split(/\r?\n/, maximumLines)
    .flatMap(line => {
      const [, name, parameters = '', value = ''] =
        /^(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:]*)?):(.*)$/.exec(line) ?? [];
      if (name === undefined || value.trim() === '') return [];
      return [{ name: name.toUpperCase(), parameters, value: value.trim() }];
    });
}

function partsOf(line: Line | undefined): readonly string[] {
  return (line?.value ?? '').split(/(?<!\\);/).map(part => unescaped(part.trim()));
}

function unescaped(value: string): string {
  return value.replaceAll(/\\n/gi, ' ').replaceAll(/\\([,;\\])/g, '$1');
}
