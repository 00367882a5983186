import type { Abilities, FileKind } from '../../contract/channels.ts';
import { outgoingKind, takesWords } from '../../contract/file-rules.ts';
import type { Message, SendMessageBody } from '../../contract/messages.ts';
import { Conflict, ValidationError } from '../../kit/errors.ts';
import type { LockedConversation } from '../conversations/index.ts';

type Attachment = Message['attachments'][number];
/** An upload, and as which kind of file it goes out. */
export interface ChosenFile {
  readonly id: number;
  readonly kind: FileKind;
}

/**
 * What can be known now; the worker checks window, block and channel again when it sends. Throws ValidationError,
 * Conflict.
 */
export function checkMessage(
  body: SendMessageBody,
  conversation: LockedConversation,
  abilities: Abilities,
): void {
  if (conversation.status === 'archived')
    throw new Conflict('An archived conversation is closed.', 'archived');
  if (!abilities.send.includes(body.type))
    throw new ValidationError(`type: this channel cannot send ${body.type} messages.`);
  if (body.replyToId !== undefined && !abilities.reply)
    throw new ValidationError('replyToId: this channel cannot quote messages.');
  if ((body.cc || body.bcc) && !abilities.copies)
    throw new ValidationError(`${body.cc ? 'cc' : 'bcc'}: this channel sends no copies.`);
  checkLength(body, abilities);
  if (body.buttons) checkChoices('buttons', body.buttons, abilities.buttons);
  if (body.list) checkChoices('list.choices', body.list.choices, abilities.list);
}

function checkLength(body: SendMessageBody, abilities: Abilities): void {
  if (body.attachments && abilities.maximumFiles === 0)
    throw new ValidationError('attachments: this channel sends no files.');
  if (!body.content) return;
  const limit = body.attachments
    ? abilities.maximumCaptionLength
    : body.buttons
      ? (abilities.buttons?.maximumTextLength ?? 0)
      : body.list
        ? (abilities.list?.maximumTextLength ?? 0)
        : abilities.maximumTextLength;
  if (body.attachments && limit === 0)
    throw new ValidationError('content: files go without words on this channel. Send the words before them.');
  const length = abilities.textUnit === 'bytes' ? Buffer.byteLength(body.content) : body.content.length;
  if (length > limit)
    throw new ValidationError(`content: this channel takes ${limit} ${abilities.textUnit} at most.`);
}

function checkChoices(
  path: string,
  choices: readonly { id: string; title: string; description?: string | undefined }[],
  rule: NonNullable<Abilities['buttons']> | Abilities['list'],
): void {
  if (!rule) throw new ValidationError(`${path}: this channel has none.`);
  if (choices.length > rule.maximum)
    throw new ValidationError(`${path}: this channel shows ${rule.maximum} at most.`);
  if (new Set(choices.map(({ id }) => id)).size < choices.length)
    throw new ValidationError(`${path}: two have the same id, so that nobody could tell which was tapped.`);
  const longest = 'maximumDescriptionLength' in rule ? rule.maximumDescriptionLength : 0;
  for (const [index, { title, description }] of choices.entries()) {
    if (title.length > rule.maximumTitleLength)
      throw new ValidationError(
        `${path}.${index}.title: this channel shows ${rule.maximumTitleLength} characters at most.`,
      );
    if (description !== undefined && description.length > longest)
      throw new ValidationError(
        `${path}.${index}.description: this channel shows ${longest} characters at most.`,
      );
  }
}

/** Throws ValidationError for words that would be lost. */
export function checkWords(
  { content }: SendMessageBody,
  files: readonly ChosenFile[],
  abilities: Abilities,
): void {
  if (!content || files.length === 0) return;
  if (
    !takesWords(
      abilities,
      files.map(file => file.kind),
    )
  )
    throw new ValidationError(
      'content: sound goes without words on this channel. Send the words in a message before it.',
    );
}

/**
 * As which kind each file goes out: its own, or as a document where the platform does not show its type. Throws
 * ValidationError with what the platform would take; `fieldOf` names the field of each file.
 */
export function chooseFiles(
  files: readonly Attachment[],
  abilities: Abilities,
  fieldOf: (index: number) => string,
): ChosenFile[] {
  if (files.length > abilities.maximumFiles)
    throw new ValidationError(
      abilities.maximumFiles === 0
        ? `${fieldOf(0)}: this channel sends no files.`
        : `attachments: this channel takes ${abilities.maximumFiles} in one message at most. Send the others after it.`,
    );
  return files.map((file, index) => {
    const outgoing = outgoingKind(abilities, file);
    if ('refusal' in outgoing)
      throw new ValidationError(`${fieldOf(index)}: this channel ${outgoing.refusal}.`);
    return { id: file.id, kind: outgoing.kind };
  });
}
