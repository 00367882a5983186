import type { Message } from '../../../../src/contract/index.ts';

type Written = Pick<Message, 'direction' | 'senderType' | 'sender' | 'metadata'>;

/** Whom the platform names: who of a group wrote, or who of the team answered in the platform's own app. */
export function namedByPlatform({ metadata }: Written): string | null {
  const { name, username, id } = (metadata.sender ?? {}) as Record<string, unknown>;
  return [name, username, id].find((word): word is string => typeof word === 'string' && word !== '') ?? null;
}

/**
 * By what name a message's writer is shown. `customer`: whom the conversation is with, which may be a group; `us`: what
 * our side is called where nobody is named.
 */
export function writerOf(message: Written, customer: string, us?: string): string {
  const named = namedByPlatform(message);
  if (message.direction === 'inbound') return named ?? customer;
  return message.sender?.name ?? named ?? us ?? (message.senderType === 'bot' ? 'Bot' : 'Outside Concierge');
}
