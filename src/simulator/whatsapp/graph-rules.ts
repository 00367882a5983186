import type { GraphFault } from '../graph/graph-error.ts';
import type { GraphMessage } from './graph-request.ts';
import { type RegisteredTemplate, variableCountOf, type WhatsAppState } from './whatsapp-account.ts';

type AskedTemplate = Extract<GraphMessage, { type: 'template' }>['template'];

export const nobodyThere: GraphFault = {
  status: 400,
  code: 131026,
  message: '(#131026) Message undeliverable',
};

/** The template must be registered in this language, and get the header and as many variables as it has. */
export function templateFault(state: WhatsAppState, asked: AskedTemplate): GraphFault | undefined {
  const template = state.template(asked.name, asked.language.code);
  if (template === undefined)
    return {
      status: 404,
      code: 132001,
      message: '(#132001) Template name does not exist in the translation',
      details: `template name (${asked.name}) does not exist in ${asked.language.code}`,
    };
  const parametersOf = (component: string) =>
    asked.components?.find(({ type }) => type === component)?.parameters ?? [];
  const wanted = headerParameterOf(template);
  const [head] = parametersOf('header');
  if (head?.type !== wanted || (wanted === 'location' && head?.location === undefined))
    return {
      status: 400,
      code: 132012,
      message: '(#132012) Parameter format does not match format in the created template',
      details: `header: Format mismatch, expected ${wanted ?? 'nothing'}, received ${head?.type ?? 'nothing'}`,
    };
  const given = parametersOf('body').length;
  const expected = variableCountOf(template);
  if (given === expected) return undefined;
  return {
    status: 400,
    code: 132000,
    message: '(#132000) Number of parameters does not match the expected number of params',
    details: `body: number of localizable_params (${given}) does not match the expected number of params (${expected})`,
  };
}

function headerParameterOf({ header }: RegisteredTemplate): string | undefined {
  if (header === undefined || (header.format === 'TEXT' && !header.text?.includes('{{'))) return undefined;
  return header.format.toLowerCase();
}

/** Free text goes only within 24 hours of the customer's last message. */
export function windowFault(
  state: WhatsAppState,
  addresses: readonly (string | undefined)[],
  now: Date,
): GraphFault | undefined {
  if (state.isWindowOpen(addresses, now)) return undefined;
  return {
    status: 400,
    code: 131047,
    message: '(#131047) Re-engagement message',
    details: 'More than 24 hours have passed since the customer last replied to this number.',
  };
}

export function unknownMessage(id: string): GraphFault {
  return {
    status: 400,
    code: 131009,
    message: '(#131009) Parameter value is not valid',
    details: `There is no message ${id} in this chat.`,
  };
}

/** The file that a message names by id must have been uploaded for this number. */
export function unknownFileOf(body: GraphMessage, isKnown: (id: string) => boolean): GraphFault | undefined {
  const named = new Map<string, unknown>(Object.entries(body)).get(body.type);
  const id = (named as { id?: unknown } | undefined)?.id;
  if (typeof id !== 'string' || body.type === 'template' || isKnown(id)) return undefined;
  return {
    status: 400,
    code: 131009,
    message: '(#131009) Parameter value is not valid',
    details: `There is no media ${id} of this number.`,
  };
}
