import type { MessageTemplate, SendMessageBody, TemplateHeader } from '../../../../src/contract/index.ts';
import type { PlaceDraft, TemplateDraft } from '../composer/drafts.ts';

type Body = Omit<SendMessageBody, 'clientId'>;
export type FileHeader = 'image' | 'video' | 'document';

/** A piece of a template's text: words, or a placeholder that nothing stands for yet. */
export interface TextPart {
  readonly text: string;
  readonly isGap: boolean;
}

const placeholder = /\{\{\s*(\w+)\s*\}\}/g;

/** The text with its values in it, and where values are still missing. */
export function partsOf(text: string, valueFor: (name: string) => string | undefined): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  const put = (words: string, isGap = false) => {
    if (words !== '') parts.push({ text: words, isGap });
  };
  for (const match of text.matchAll(placeholder)) {
    put(text.slice(from, match.index));
    const value = valueFor(match[1] ?? '');
    put(value?.trim() ? value : match[0], !value?.trim());
    from = match.index + match[0].length;
  }
  put(text.slice(from));
  return parts;
}

export const bodyParts = ({ body, variables }: MessageTemplate, draft: TemplateDraft): TextPart[] =>
  partsOf(body, name => draft.variables[variables.indexOf(name)]);

/** A header has one placeholder, whatever it is called. */
export const headerParts = (text: string, draft: TemplateDraft): TextPart[] =>
  partsOf(text, () => draft.header);

export const wordsOf = (parts: readonly TextPart[]): string => parts.map(part => part.text).join('');

export function fileHeaderOf({ header }: MessageTemplate): FileHeader | null {
  return header && (header.kind === 'image' || header.kind === 'video' || header.kind === 'document')
    ? header.kind
    : null;
}

const isGiven = ({ kind, hasVariable }: MessageTemplate['buttons'][number]) =>
  hasVariable && (kind === 'reply' || kind === 'url');

/** The buttons that want a value, with their places. */
export function openButtons({ buttons }: MessageTemplate) {
  return buttons.flatMap((button, index) => (isGiven(button) ? [{ ...button, index }] : []));
}

const statusWords: Readonly<Record<Exclude<MessageTemplate['status'], 'approved'>, string>> = {
  pending: 'Waits to be approved',
  rejected: 'Was rejected',
  paused: 'Is paused',
  disabled: 'Is switched off',
};

/** Why it cannot be sent; `null`: it can. */
export function whyNotSendable(template: MessageTemplate): string | null {
  const { status, reason } = template;
  if (status !== 'approved') return `${statusWords[status]}${reason ? `: ${reason}` : ''}.`;
  if (template.buttons.some(button => button.hasVariable && !isGiven(button)))
    return 'One of its buttons wants a value that cannot be given here.';
  return null;
}

export function isSame(template: MessageTemplate, { name, language }: TemplateDraft): boolean {
  return template.name === name && template.language === language;
}

/** An empty form for this template. */
export function draftFor({ name, language, variables }: MessageTemplate): TemplateDraft {
  return { name, language, variables: variables.map(() => '') };
}

export type Field = 'header' | `place ${keyof PlaceDraft}` | `variable ${number}` | `button ${number}`;

export const placeFields = ['name', 'address', 'latitude', 'longitude'] as const;
export const noPlace: PlaceDraft = { name: '', address: '', latitude: '', longitude: '' };
const furthest = { latitude: 90, longitude: 180 };

/** Degrees; `undefined` for anything else. A comma does for a point. */
export function degreesOf(kind: keyof typeof furthest, text: string): number | undefined {
  if (!/^[-+]?\d{1,3}([.,]\d+)?$/.test(text.trim())) return undefined;
  const degrees = Number(text.trim().replace(',', '.'));
  return Math.abs(degrees) <= furthest[kind] ? degrees : undefined;
}

const isPlaceFieldGiven = (field: keyof PlaceDraft, { [field]: text }: PlaceDraft) =>
  field === 'latitude' || field === 'longitude' ? degreesOf(field, text) !== undefined : text.trim() !== '';

/** The fields that nothing fitting was written into yet, from top to bottom. A file is looked at where it is uploaded. */
export function missingFields(template: MessageTemplate, draft: TemplateDraft): Field[] {
  const missing: Field[] = [];
  if (template.header?.hasVariable && !draft.header?.trim()) missing.push('header');
  if (template.header?.kind === 'location')
    for (const field of placeFields)
      if (!isPlaceFieldGiven(field, draft.place ?? noPlace)) missing.push(`place ${field}`);
  for (const index of template.variables.keys())
    if (!draft.variables[index]?.trim()) missing.push(`variable ${index}`);
  for (const { index } of openButtons(template))
    if (!draft.buttons?.[index]?.trim()) missing.push(`button ${index}`);
  return missing;
}

/** What is sent when nothing is missing. */
export function templateBody(
  template: MessageTemplate,
  draft: TemplateDraft,
  attachmentId: number | undefined,
): Body {
  const { name, language, variables } = template;
  const buttons = openButtons(template).map(({ index, kind }) => ({
    index,
    kind: kind === 'url' ? ('url' as const) : ('reply' as const),
    value: draft.buttons?.[index]?.trim() ?? '',
  }));
  return {
    type: 'template',
    template: {
      name,
      language,
      header: headerOf(template, draft, attachmentId),
      buttons: buttons.length > 0 ? buttons : undefined,
    },
    variables:
      variables.length > 0 ? variables.map((_, index) => draft.variables[index]?.trim() ?? '') : undefined,
  };
}

function headerOf(
  { header }: MessageTemplate,
  { header: text = '', place = noPlace }: TemplateDraft,
  attachmentId: number | undefined,
): TemplateHeader | undefined {
  if (attachmentId !== undefined) return { attachmentId };
  if (header?.kind === 'location')
    return {
      location: {
        latitude: degreesOf('latitude', place.latitude) ?? 0,
        longitude: degreesOf('longitude', place.longitude) ?? 0,
        name: place.name.trim(),
        address: place.address.trim(),
      },
    };
  return header?.hasVariable ? { text: text.trim() } : undefined;
}

/** `de_AT` as people say it; codes that nobody knows stay as they are. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(undefined, { type: 'language' }).of(code.replaceAll('_', '-')) ?? code;
  } catch {
    return code;
  }
}

/** Every word of the search stands somewhere in name, text, language or category. */
export function isFound({ name, body, language, category }: MessageTemplate, search: string): boolean {
  const text = [name, body, language, languageName(language), category].join(' ').toLocaleLowerCase();
  return search
    .toLocaleLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}
