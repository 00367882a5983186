import type { SendMessageBody, TemplateHeader } from '../../contract/messages.ts';
import type { MessageTemplate } from '../../contract/templates.ts';
import { ValidationError } from '../../kit/errors.ts';
import type { OutboundContent, OutboundFile } from '../../platforms/adapter.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';
import { findTemplate } from '../channels/index.ts';
import type { ChosenFile } from './check-message.ts';

type AskedTemplate = NonNullable<SendMessageBody['template']>;
type SentTemplate = Extract<OutboundContent, { type: 'template' }>;

/** As it is kept with its message: all that is sent, but for the file. */
export type TemplateMetadata = Omit<SentTemplate, 'type' | 'header'> & {
  readonly header?: (TemplateHeader & { readonly name?: string }) | undefined;
};

/** The template as the platform told of it. Throws ValidationError when the platform could only refuse. */
export async function knownTemplate(
  tx: TenantTx,
  channelId: number,
  { template, variables = [] }: SendMessageBody,
  files: readonly ChosenFile[],
): Promise<MessageTemplate | undefined> {
  const known = template && (await findTemplate(tx, channelId, template.name, template.language));
  if (!known) return undefined;
  if (known.status !== 'approved')
    throw new ValidationError(
      `template: the platform does not send it, it is ${known.status}${known.reason ? ` (${known.reason})` : ''}. Choose another one.`,
    );
  if (variables.length !== known.variables.length)
    throw new ValidationError(
      `variables: this template has ${known.variables.length} of them (${known.variables.join(', ')}), and ${variables.length} were given.`,
    );
  checkButtons(template, known);
  const wanted = wantedHeader(known);
  if (wanted !== givenHeader(template.header, files))
    throw new ValidationError(
      wanted === 'nothing'
        ? 'template.header: leave it out. The header of this template has nothing to be filled in.'
        : `template.header: this template wants ${headerWords[wanted]}.`,
    );
  return known;
}

/** Each button with a placeholder wants its value, and no other takes one. */
function checkButtons({ buttons = [] }: AskedTemplate, known: MessageTemplate): void {
  for (const [position, { index, kind }] of buttons.entries()) {
    const button = known.buttons[index];
    const takes =
      button && (button.kind === 'url' ? button.hasVariable && kind === 'url' : kind === button.kind);
    if (!takes)
      throw new ValidationError(
        `template.buttons.${position}: the button at ${index} of this template takes no value of the kind ${kind}.`,
      );
  }
  const missing = known.buttons.findIndex(
    ({ hasVariable, kind }, index) =>
      hasVariable && kind === 'url' && !buttons.some(given => given.index === index),
  );
  if (missing !== -1)
    throw new ValidationError(
      `template.buttons: the button at ${missing} (“${known.buttons[missing]?.title}”) wants {index: ${missing}, kind: "url", value}.`,
    );
}

const headerWords = {
  text: '{text} for the placeholder in its header',
  image: '{attachmentId} of an image',
  video: '{attachmentId} of a video',
  document: '{attachmentId} of a document',
  location: '{location: {latitude, longitude, name, address}}',
} as const;

function wantedHeader({ header }: MessageTemplate): keyof typeof headerWords | 'nothing' {
  if (!header) return 'nothing';
  return header.kind !== 'text' || header.hasVariable ? header.kind : 'nothing';
}

function givenHeader(header: AskedTemplate['header'], [file]: readonly ChosenFile[]): string {
  if (!header) return 'nothing';
  if ('attachmentId' in header) return file?.kind ?? 'nothing';
  return 'text' in header ? 'text' : 'location';
}

const placeholder = /\{\{\s*(\w+)\s*\}\}/;
const isNamed = (name: string | undefined) => name !== undefined && !/^\d+$/.test(name);

/** Its words with the values in them; those of a template that we do not know are its name and values. */
export function wordsOf(
  { name }: AskedTemplate,
  variables: readonly string[] = [],
  known: MessageTemplate | undefined,
): string {
  if (!known) return [name, ...variables].join(' · ');
  const values = new Map(known.variables.map((variable, index) => [variable, variables[index]]));
  return known.body.replace(
    new RegExp(placeholder, 'g'),
    (whole, variable: string) => values.get(variable) ?? whole,
  );
}

/** Platforms want to be told the names of placeholders that have some. */
export function templateMetadata(
  { header, ...template }: AskedTemplate,
  variables: readonly string[],
  known: MessageTemplate | undefined,
): TemplateMetadata {
  const name = placeholder.exec(known?.header?.text ?? '')?.[1];
  return {
    ...template,
    variables,
    ...(known?.variables.some(isNamed) && { variableNames: known.variables }),
    ...(header && { header: 'text' in header && isNamed(name) ? { ...header, name } : header }),
  };
}

/** What is sent of it; `file` stands in its header. */
export function templateContent(
  { header, ...template }: TemplateMetadata,
  file: OutboundFile | undefined,
): SentTemplate {
  if (header === undefined) return { type: 'template', ...template };
  if (!('attachmentId' in header)) return { type: 'template', ...template, header };
  return { type: 'template', ...template, ...(file && { header: { file } }) };
}
