import { errorReply } from '../graph/graph-error.ts';
import type { ProviderReply } from '../provider-reply.ts';
import type { RegisteredTemplate, WhatsAppState } from './whatsapp-account.ts';

/** A page of the account's templates, as Graph lists them. */
export function templatesPage(state: WhatsAppState, query: Record<string, unknown>): ProviderReply {
  const all = state.account.templates ?? [];
  const limit = Math.min(Number(query.limit ?? 25) || 25, 1000);
  const from = query.after === undefined ? 0 : Number(query.after);
  if (!Number.isInteger(from) || from < 0)
    return errorReply({ status: 400, code: 100, message: '(#100) Invalid cursor.' });
  const to = from + limit;
  const isLast = to >= all.length;
  return {
    status: 200,
    body: {
      data: all
        .slice(from, to)
        .map((template, index) => ({ id: String(from + index + 1), ...listed(template) })),
      paging: {
        cursors: { before: String(from), after: String(to) },
        ...(isLast ? {} : { next: 'https://graph.facebook.com/not-to-be-followed' }),
      },
    },
  };
}

function listed({
  name,
  language,
  body,
  status,
  category,
  header,
  footer,
  buttons = [],
}: RegisteredTemplate) {
  return {
    name,
    language,
    status: status ?? 'APPROVED',
    category: category ?? 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [
      ...(header === undefined ? [] : [{ type: 'HEADER', ...header }]),
      { type: 'BODY', text: body },
      ...(footer === undefined ? [] : [{ type: 'FOOTER', text: footer }]),
      ...(buttons.length === 0 ? [] : [{ type: 'BUTTONS', buttons }]),
    ],
  };
}
