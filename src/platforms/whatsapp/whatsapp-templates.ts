import type { MessageTemplate } from '../../contract/templates.ts';
import type { PlatformIo } from '../adapter.ts';
import { type JsonObject, objectOf, objectsOf, textOf } from '../json.ts';
import { callGraph } from '../meta/graph-account.ts';
import { graphUrl } from '../meta/graph-request.ts';
import { whatsappVerdicts } from './whatsapp-errors.ts';
import type { WhatsAppSettings } from './whatsapp-settings.ts';

const fields = 'name,language,status,category,rejected_reason,components,parameter_format';
const pageSize = 200;
/** WhatsApp lets a business account have 6,000. */
const mostPages = 30;

/** Every template of the business account. Throws Rejected or Unavailable. */
export async function listWhatsAppTemplates(
  { accessToken: token, businessAccountId, apiUrl }: WhatsAppSettings,
  io: PlatformIo,
): Promise<readonly MessageTemplate[]> {
  const access = { io, receiver: 'WhatsApp', verdicts: whatsappVerdicts, token };
  const found: MessageTemplate[] = [];
  let after: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const query = new URLSearchParams({
      fields,
      limit: String(pageSize),
      ...(after !== undefined && { after }),
    });
    // Never the address of the next page as it is given: it holds the token, and may lead anywhere.
    const url = `${graphUrl(apiUrl, io)}/${businessAccountId}/message_templates?${query}`;
    const body = await callGraph(access, 'GET', url);
    found.push(...objectsOf(body.data).flatMap(template => readTemplate(template) ?? []));
    const { cursors, next } = objectOf(body.paging);
    after = next === undefined ? undefined : textOf(objectOf(cursors).after);
    if (after === undefined) break;
  }
  return found;
}

const statuses: Readonly<Record<string, MessageTemplate['status']>> = {
  APPROVED: 'approved',
  REINSTATED: 'approved',
  UNPAUSED: 'approved',
  PENDING: 'pending',
  IN_APPEAL: 'pending',
  REJECTED: 'rejected',
  PAUSED: 'paused',
  FLAGGED: 'approved',
  LOCKED: 'paused',
};
/** What nobody knows yet is not sent. */
export const templateStatusOf = (status: unknown): MessageTemplate['status'] =>
  statuses[String(status)] ?? 'disabled';

export function readTemplate(template: JsonObject): MessageTemplate | undefined {
  const name = textOf(template.name);
  const language = textOf(template.language);
  if (name === undefined || language === undefined) return undefined;
  const components = objectsOf(template.components);
  const component = (type: string) => components.find(candidate => textOf(candidate.type) === type);
  const body = textOf(component('BODY')?.text) ?? '';
  const reason = textOf(template.rejected_reason);
  return {
    name,
    language,
    status: templateStatusOf(template.status),
    category: textOf(template.category) ?? null,
    reason: reason === undefined || reason === 'NONE' ? null : reason.toLowerCase().replaceAll('_', ' '),
    header: headerOf(component('HEADER')),
    body,
    variables: variablesOf(body),
    footer: textOf(component('FOOTER')?.text) ?? null,
    buttons: objectsOf(component('BUTTONS')?.buttons).map(buttonOf),
  };
}

const headerKinds: Readonly<Record<string, NonNullable<MessageTemplate['header']>['kind']>> = {
  TEXT: 'text',
  IMAGE: 'image',
  VIDEO: 'video',
  DOCUMENT: 'document',
  LOCATION: 'location',
};

function headerOf(header: JsonObject | undefined): MessageTemplate['header'] {
  const kind = headerKinds[textOf(header?.format) ?? ''];
  if (kind === undefined) return null;
  const text = kind === 'text' ? (textOf(header?.text) ?? '') : null;
  return { kind, text, hasVariable: text !== null && variablesOf(text).length > 0 };
}

function buttonOf(button: JsonObject): MessageTemplate['buttons'][number] {
  const title = textOf(button.text) ?? '';
  switch (textOf(button.type)) {
    // What it gives back may be chosen; without that it is its title.
    case 'QUICK_REPLY':
      return { kind: 'reply', title, hasVariable: false };
    case 'URL':
      return { kind: 'url', title, hasVariable: variablesOf(textOf(button.url) ?? '').length > 0 };
    case 'PHONE_NUMBER':
      return { kind: 'phone', title, hasVariable: false };
    default:
      return { kind: 'other', title, hasVariable: false };
  }
}

/** What stands between the braces: `1`, `2` … in the order of their numbers, names in the order of the text. */
export function variablesOf(text: string): string[] {
  const found = [...new Set([...text.matchAll(/\{\{\s*(\w{1,60})\s*\}\}/g)].map(match => match[1] ?? ''))];
  const isNumbered = found.every(name => /^\d+$/.test(name));
  return isNumbered ? found.sort((one, other) => Number(one) - Number(other)) : found;
}
