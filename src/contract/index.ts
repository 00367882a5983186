import * as attachments from './attachments.ts';
import * as channels from './channels.ts';
import * as conversations from './conversations.ts';
import * as events from './events.ts';
import * as external from './external.ts';
import * as messages from './messages.ts';
import type { Operation } from './operation.ts';
import * as people from './people.ts';
import * as templates from './templates.ts';

export * from './attachments.ts';
export * from './channels.ts';
export * from './conversations.ts';
export * from './events.ts';
export * from './external.ts';
export * from './file-rules.ts';
export * from './messages.ts';
export * from './operation.ts';
export * from './people.ts';
export * from './permissions.ts';
export * from './primitives.ts';
export * from './templates.ts';

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'access' in value && 'path' in value;
}

/** Every route of the API, for OpenAPI, for the server's check that none is missing, and for the isolation matrix. */
export const operations: readonly Operation[] = [
  people,
  conversations,
  messages,
  attachments,
  channels,
  templates,
  events,
  external,
].flatMap(group => Object.values(group).filter(isOperation));
