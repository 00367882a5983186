import type { GraphFault } from '../graph/graph-error.ts';
import type { GraphMessage } from './graph-request.ts';
import { variableCountOf, type WhatsAppState } from './whatsapp-account.ts';

type AskedTemplate = Extract<GraphMessage, { type: 'template' }>['template'];

export const nobodyThere: GraphFault = {
  status: 400,
  code: 131026,
  message: '(#131026) Message undeliverable',
};

/** The template must be registered in this language and get as many variables as it has. */
export function templateFault(state: WhatsAppState, asked: AskedTemplate): GraphFault | undefined {
  const template = state.template(asked.name, asked.language.code);
  if (template === undefined)
    return {
      status: 404,
      code: 132001,
      message: '(#132001) Template name does not exist in the translation',
      details: `template name (${asked.name}) does not exist in ${asked.language.code}`,
    };
  const given = asked.components?.find(({ type }) => type === 'body')?.parameters?.length ?? 0;
  const expected = variableCountOf(template);
  if (given === expected) return undefined;
  return {
    status: 400,
    code: 132000,
    message: '(#132000) Number of parameters does not match the expected number of params',
    details: `body: number of localizable_params (${given}) does not match the expected number of params (${expected})`,
  };
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
