import {
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  type SentReceipt,
} from '../adapter.ts';
import { identifierOf } from '../json.ts';
import { verdictOfAnswer } from './tidio-errors.ts';
import { pathPartOf } from './tidio-payload.ts';
import { isSuccess, postToTidio } from './tidio-request.ts';
import type { TidioSettings } from './tidio-settings.ts';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendTidio(
  { threadKey, content }: OutboundMessage,
  settings: TidioSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const ticketId = pathPartOf(threadKey);
  if (ticketId === undefined)
    throw new Rejected(
      'message',
      'chat_read_only',
      'Tidio lets no other program answer in its live chat. Answer this conversation in Tidio; tickets can be answered from here.',
    );
  if (settings.operatorId === undefined)
    throw new Rejected(
      'message',
      'no_operator',
      'This channel does not know who answers tickets: set "operatorId" in its settings.',
    );
  if (content.type !== 'text')
    throw new Rejected(
      'message',
      'unsupported',
      `A Tidio ticket cannot be answered with a message of the type ${content.type}. Send a text instead.`,
    );
  const reply = {
    author_type: 'operator',
    operator_id: settings.operatorId,
    message_type: 'public',
    content: content.text,
  };
  const answer = await postToTidio(`/tickets/${ticketId}/reply`, reply, settings, io);
  if (!isSuccess(answer)) throw verdictOfAnswer(answer);
  const externalId = identifierOf(answer.body?.id);
  if (externalId === undefined)
    throw new OutcomeUnknown('Tidio accepted the message but did not name it; it may have been sent.');
  return { externalId, aliases: [] };
}
