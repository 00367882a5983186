import type { GraphMessage } from './graph-request.ts';
import type { RegisteredTemplate } from './whatsapp-account.ts';
import type { WhatsAppMessage } from './whatsapp-event.ts';

/**
 * The ticks. On the customer's own messages: `sent` has left the phone, `delivered` was acknowledged by the business's
 * webhook, `read` was marked as read by the business. On the business's: what the business has been told.
 */
export type ThreadStatus = 'sent' | 'delivered' | 'read' | 'failed';
export interface ThreadItem {
  readonly id: string;
  /** `in` was written by the customer. */
  readonly direction: 'in' | 'out';
  readonly text: string;
  readonly status: ThreadStatus;
  readonly at: Date;
}

const rank: Readonly<Record<ThreadStatus, number>> = { failed: 0, sent: 1, delivered: 2, read: 3 };
const maximumItems = 500;

/** What the customer's phone shows of one chat. The oldest lines go when there are too many. */
export class WhatsAppThread {
  readonly #items = new Map<string, ThreadItem>();

  get items(): readonly ThreadItem[] {
    return [...this.#items.values()];
  }

  add(item: ThreadItem): void {
    this.#items.set(item.id, item);
    const [oldest] = this.#items.keys();
    if (this.#items.size > maximumItems && oldest !== undefined) this.#items.delete(oldest);
  }

  /** Ticks only get better; `failed` stands only where nothing better is known. */
  tick(id: string, status: ThreadStatus): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    const isBetter = status === 'failed' ? item.status === 'sent' : rank[status] > rank[item.status];
    if (isBetter) this.#items.set(id, { ...item, status });
  }

  /** As a phone does: who has read this has read all above it. */
  tickUpTo(id: string, status: ThreadStatus): void {
    if (!this.#items.has(id)) return;
    for (const item of this.items) {
      if (item.direction === 'in') this.tick(item.id, status);
      if (item.id === id) return;
    }
  }
}

/** The line that a phone shows for a message of the business; nothing for a reaction, which is no line of its own. */
export function lineOfBusiness(
  message: GraphMessage,
  templates: readonly RegisteredTemplate[],
): string | undefined {
  switch (message.type) {
    case 'text':
      return message.text.body;
    case 'reaction':
      return undefined;
    case 'template':
      return lineOfTemplate(message.template, templates);
    case 'interactive':
      return lineOfQuestion(message.interactive);
    case 'image':
      return lineOfFile('image', message.image);
    case 'video':
      return lineOfFile('video', message.video);
    case 'document':
      return lineOfFile('document', message.document);
    default:
      return `[${message.type}]`;
  }
}

/** Its own words where it is known, otherwise its name and what is filled in. */
function lineOfTemplate(
  { name, language, components = [] }: Extract<GraphMessage, { type: 'template' }>['template'],
  templates: readonly RegisteredTemplate[],
): string {
  const template = templates.find(known => known.name === name && known.language === language.code);
  if (template === undefined) {
    const given = components.flatMap(({ parameters = [] }) => parameters);
    const words = given.map(({ type, text, location }) => text ?? location?.name ?? `[${type}]`);
    return [`[${name}]`, words.join(', ')].join(' ').trimEnd();
  }
  const values = components.find(({ type }) => type === 'body')?.parameters ?? [];
  return template.body.replaceAll(
    /\{\{(\d+)\}\}/g,
    (all, number: string) => values[Number(number) - 1]?.text ?? all,
  );
}

function lineOfQuestion({
  body,
  action: { buttons = [], sections = [] } = {},
}: Extract<GraphMessage, { type: 'interactive' }>['interactive']): string {
  const choices = [
    ...buttons.flatMap(({ reply }) => reply?.title ?? []),
    ...sections.flatMap(({ rows = [] }) => rows.map(({ title }) => title)),
  ];
  return [body?.text ?? '[interactive]', ...choices.map(choice => `[${choice}]`)].join(' ');
}

function lineOfFile(
  kind: string,
  { caption, filename }: { readonly caption?: string | undefined; readonly filename?: string | undefined },
): string {
  const words = caption ?? filename;
  return words === undefined ? `[${kind}]` : `[${kind}] ${words}`;
}

/** The same for what the customer sent. Edits and revocations are no lines. */
export function lineOfCustomer(message: WhatsAppMessage): string | undefined {
  const { type } = message;
  if (['reaction', 'edit', 'revoke', 'system'].includes(type)) return undefined;
  const own = message[type];
  const content: Readonly<Record<string, unknown>> =
    typeof own === 'object' && own !== null ? { ...own } : {};
  if (type === 'text' && typeof content.body === 'string') return content.body;
  if (type === 'button' && typeof content.text === 'string') return content.text;
  return typeof content.caption === 'string' ? `[${type}] ${content.caption}` : `[${type}]`;
}
