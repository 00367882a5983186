import {
  type Abilities,
  type Channel,
  type FileFacts,
  type FileKind,
  outgoingKind,
  type SendMessageBody,
  takesWords,
} from '../../../../src/contract/index.ts';
import { platformName } from '../../ui/platform-mark.tsx';
import { choicesBody } from './choices.ts';
import type { ChoicesDraft, Copies } from './drafts.ts';
import type { Upload } from './uploads.ts';

type Body = Omit<SendMessageBody, 'clientId'>;
interface ReadyFile extends FileFacts {
  readonly id: number;
}

/** UTF-16 units, or bytes where the platform counts those. */
export function lengthOf(text: string, { textUnit }: Pick<Abilities, 'textUnit'>): number {
  return textUnit === 'bytes' ? new TextEncoder().encode(text).length : text.length;
}

/**
 * The messages that words and files become on this platform, in their order: the words go with the first file where they
 * can, else before it; files that do not fit into one message follow in others.
 */
export function bodiesOf(
  text: string,
  files: readonly ReadyFile[],
  abilities: Pick<Abilities, 'maximumCaptionLength' | 'maximumFiles' | 'textUnit' | 'files'>,
  replyToId: number | undefined,
): Body[] {
  if (files.length === 0) return [{ type: 'text', content: text, replyToId }];
  const kinds = files.slice(0, abilities.maximumFiles).flatMap(file => {
    const outgoing = outgoingKind(abilities, file);
    return 'kind' in outgoing ? [outgoing.kind] : [];
  });
  const fits = lengthOf(text, abilities) <= abilities.maximumCaptionLength;
  const isCaption = text !== '' && fits && takesWords(abilities, kinds);
  const bodies: Body[] = text !== '' && !isCaption ? [{ type: 'text', content: text }] : [];
  for (let first = 0; first < files.length; first += abilities.maximumFiles) {
    const attachments = files.slice(first, first + abilities.maximumFiles).map(({ id }) => id);
    bodies.push({ type: 'text', attachments, ...(first === 0 && isCaption && { content: text }) });
  }
  const [head, ...rest] = bodies;
  return head ? [{ ...head, replyToId }, ...rest] : [];
}

/** The same message with answers to tap, and to others as well. */
export function withExtras(body: Body, choices: ChoicesDraft | undefined, { cc, bcc }: Copies): Body {
  return {
    ...body,
    ...(choices && choicesBody(choices)),
    ...(cc.length > 0 && { cc: [...cc] }),
    ...(bcc.length > 0 && { bcc: [...bcc] }),
  };
}

export function kindOfFile({ type }: File): FileKind {
  const [family] = type.split('/');
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document';
}

/** Why this channel does not take the file; `null`: it does. */
export function whyNotTaken(
  { platform, abilities }: Pick<Channel, 'platform' | 'abilities'>,
  { file, attachment }: Pick<Upload, 'file' | 'attachment'>,
): string | null {
  const facts = attachment ?? { type: kindOfFile(file), mimeType: file.type || null, size: file.size };
  const outgoing = outgoingKind(abilities, facts);
  return 'refusal' in outgoing ? `${platformName(platform)} ${outgoing.refusal}.` : null;
}

/** Before the channel is known: words go out as they are. */
export const textOnly = {
  files: {},
  maximumCaptionLength: 0,
  maximumFiles: 1,
  textUnit: 'characters',
} as const;

/** Of the files that go with one of the messages. */
export function namesOf(
  { attachments = [] }: { attachments?: number[] | undefined },
  uploads: readonly Upload[],
) {
  const named = uploads.filter(({ attachment }) => attachment && attachments.includes(attachment.id));
  return named.length === 0 ? undefined : named.map(({ file }) => file.name);
}
