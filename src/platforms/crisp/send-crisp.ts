import {
  type OutboundFile,
  type OutboundMessage,
  type PlatformIo,
  Rejected,
  type SentReceipt,
} from '../adapter.ts';
import { objectOf } from '../json.ts';
import { verdictOfAnswer } from './crisp-errors.ts';
import {
  correlatorProperty,
  externalIdOf,
  fingerprintFor,
  fingerprintOf,
  sessionOf,
} from './crisp-payload.ts';
import { isSuccess, postToCrisp } from './crisp-request.ts';
import type { CrispSettings } from './crisp-settings.ts';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendCrisp(
  message: OutboundMessage,
  settings: CrispSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const session = sessionOf(message.to.find(({ kind }) => kind === 'crisp_session')?.value);
  if (session === undefined)
    throw new Rejected('message', 'no_address', 'We know no Crisp conversation with this customer.');
  // The message is known by it from now on: by every further try, and by what Crisp tells of it.
  const fingerprint = fingerprintFor(message.correlator);
  const answer = await postToCrisp(
    `/conversation/${session}/message`,
    {
      from: 'operator',
      origin: 'chat',
      fingerprint,
      properties: { [correlatorProperty]: message.correlator },
      ...contentOf(message, fingerprint),
    },
    settings,
    io,
  );
  if (!isSuccess(answer)) throw verdictOfAnswer(answer);
  const given = fingerprintOf(objectOf(answer.body?.data).fingerprint);
  return { externalId: externalIdOf(session, given ?? String(fingerprint)), aliases: [] };
}

function contentOf({ content }: OutboundMessage, fingerprint: number): object {
  switch (content.type) {
    case 'text':
      return { type: 'text', content: content.text };
    case 'media': {
      // One file in each message: the abilities say so.
      const [{ filename: name, url, mimeType: type }] = content.files as readonly [OutboundFile];
      return { type: 'file', content: { name, url, type } };
    }
    case 'buttons':
      return {
        type: 'picker',
        content: {
          id: String(fingerprint),
          text: content.text,
          choices: content.choices.map(({ id, title }) => ({ value: id, label: title, selected: false })),
          required: false,
        },
      };
    case 'list':
    case 'template':
    case 'reaction':
      throw new Rejected(
        'message',
        'unsupported',
        `Crisp has no messages of the type ${content.type}. Send a text instead.`,
      );
  }
}
