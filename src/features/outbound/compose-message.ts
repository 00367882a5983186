import type { Abilities } from '../../contract/channels.ts';
import type { Message, SendMessageBody } from '../../contract/messages.ts';
import type { MessageTemplate } from '../../contract/templates.ts';
import { violatedConstraint } from '../../db/session.ts';
import { Conflict, NotFound } from '../../kit/errors.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import { eventDraft } from '../../tenancy/outbox.ts';
import type { TenantScope, TenantTx } from '../../tenancy/tenants.ts';
import { attachUploads, lockUploads } from '../attachments/index.ts';
import { type ChannelRow, sendingAbilitiesOf } from '../channels/index.ts';

import {
  type ConversationRow,
  conversationPatch,
  type LockedConversation,
  lastMessageOf,
  lockConversation,
  type MessageRow,
  messageOf,
  selectConversation,
} from '../conversations/index.ts';
import { type ChosenFile, checkMessage, checkWords, chooseFiles } from './check-message.ts';
import { knownTemplate, templateMetadata, wordsOf } from './known-template.ts';

export interface Author {
  readonly userId: number | null;
  readonly name: string | null;
}
export interface Composed {
  readonly messageId: number;
  /** False: this clientId was here before, and the message is that one. */
  readonly isNew: boolean;
}

/**
 * Writes a message and queues it. An agent's answer opens a new conversation, answers the waiting customer and counts as
 * read. The same clientId again finds the first message. Throws NotFound, ValidationError, Conflict.
 */
export async function composeMessage(
  scope: TenantScope,
  author: Author,
  conversationId: number,
  body: SendMessageBody,
): Promise<Composed> {
  try {
    return await scope.transaction(async tx => {
      const conversation = await lockConversation(tx, conversationId);
      const known = body.clientId && (await findByClientId(tx, conversationId, body.clientId));
      if (known) return { messageId: known, isNew: false };
      const channel = await requireChannel(tx, conversation.channel_id);
      const abilities = sendingAbilitiesOf(channel);
      checkMessage(body, conversation, abilities);
      await requireReplyTarget(tx, conversationId, body.replyToId);
      const files = await chosenUploads(tx, author, body, abilities);
      if (body.type === 'text') checkWords(body, files, abilities);
      return { messageId: await write(tx, author, conversation, channel, body, files), isNew: true };
    });
  } catch (error) {
    // Two tries with one clientId at once: the index let one of them in.
    if (violatedConstraint(error) !== 'messages_client_id' || !body.clientId) throw error;
    const first = await findByClientId(scope.db, conversationId, body.clientId);
    if (first === undefined) throw error;
    return { messageId: first, isNew: false };
  }
}

async function findByClientId(db: Pick<TenantTx, 'query'>, conversationId: number, clientId: string) {
  const [row] = await db.query<{ id: number }>(
    'SELECT id FROM messages WHERE conversation_id = $1 AND client_id = $2',
    [conversationId, clientId],
  );
  return row?.id;
}

/** Held until the commit: whoever removes the channel waits, and then finds what this leaves to be sent. */
async function requireChannel(tx: TenantTx, channelId: number): Promise<ChannelRow> {
  const [channel] = await tx.query<ChannelRow>(
    'SELECT * FROM channels WHERE id = $1 AND removed_at IS NULL FOR SHARE',
    [channelId],
  );
  if (!channel) throw new Conflict('This channel was removed; nothing can be sent on it.', 'channel_removed');
  return channel;
}

async function requireReplyTarget(
  tx: TenantTx,
  conversationId: number,
  replyToId: number | undefined,
): Promise<void> {
  if (replyToId === undefined) return;
  const [target] = await tx.query('SELECT id FROM messages WHERE id = $1 AND conversation_id = $2', [
    replyToId,
    conversationId,
  ]);
  if (!target) throw new NotFound('replyToId: there is no such message in this conversation.');
}

/** The uploads that go with the message, each as the kind it goes out as; a template's header takes one. */
async function chosenUploads(
  tx: TenantTx,
  author: Author,
  body: SendMessageBody,
  abilities: Abilities,
): Promise<readonly ChosenFile[]> {
  const header = body.template?.header;
  const isHeader = header !== undefined && 'attachmentId' in header;
  const ids = isHeader ? [header.attachmentId] : (body.attachments ?? []);
  if (ids.length === 0) return [];
  const fieldOf = (index: number) => (isHeader ? 'template.header.attachmentId' : `attachments.${index}`);
  return chooseFiles(await lockUploads(tx, ids, author.userId, fieldOf), abilities, fieldOf);
}

/** The head of a mail, as the thread shows it; its subject is the conversation's. */
async function headOf(
  tx: TenantTx,
  conversationId: number,
  { cc = [], bcc = [] }: SendMessageBody,
): Promise<Message['email']> {
  const [row] = await tx.query<{ subject: string | null; to: string[] }>(
    `SELECT c.subject, ARRAY(SELECT i.value FROM customer_identities i
       WHERE i.channel_contact_id = c.channel_contact_id AND i.kind = 'email' ORDER BY i.id DESC LIMIT 1) AS "to"
     FROM conversations c WHERE c.id = $1`,
    [conversationId],
  );
  return { subject: row?.subject ?? '', to: row?.to ?? [], cc, bcc };
}

/** What the sender needs beside the words, and what the thread shows of it. */
function metadataOf(
  body: SendMessageBody,
  email: Message['email'],
  known: MessageTemplate | undefined,
): object {
  const { template, variables = [], buttons, list } = body;
  if (email) return { email };
  if (template) return { template: templateMetadata(template, variables, known) };
  if (buttons) return { buttons };
  return list ? { list } : {};
}

async function write(
  tx: TenantTx,
  author: Author,
  conversation: LockedConversation,
  channel: ChannelRow,
  body: SendMessageBody,
  files: readonly ChosenFile[],
): Promise<number> {
  // A channel whose clients read by our own API needs no provider: the message is sent once it is committed.
  const { send, sendsByLine, abilities } = requireAdapter(channel.platform);
  const hasProvider = send !== undefined || sendsByLine === true;
  const template = await knownTemplate(tx, channel.id, body, files);
  const [row] = await tx.query<MessageRow>(
    `INSERT INTO messages (conversation_id, channel_id, direction, type, content, user_id, sender_type, status, reply_to_id,
       client_id, sent_at, metadata)
     VALUES ($1, $2, 'outbound', $3, $4, $5, $6, $7, $8, $9, clock_timestamp(), $10)
     RETURNING *, (SELECT name FROM users WHERE id = user_id) AS user_name`,
    [
      conversation.id,
      conversation.channel_id,
      body.type === 'text' && files[0] ? files[0].kind : body.type,
      body.content ?? (body.template ? wordsOf(body.template, body.variables, template) : null),
      author.userId,
      author.userId === null ? 'bot' : 'user',
      hasProvider ? 'pending' : 'sent',
      body.replyToId ?? null,
      body.clientId ?? null,
      metadataOf(body, abilities.copies ? await headOf(tx, conversation.id, body) : null, template),
    ],
  );
  const { id } = row as MessageRow;
  const message = messageOf(row as MessageRow, await attachUploads(tx, files, id));
  if (hasProvider)
    await tx.query(
      `INSERT INTO message_sends (message_id, conversation_id, channel_id, kind) VALUES ($1, $2, $3, 'message')`,
      [message.id, conversation.id, conversation.channel_id],
    );
  const [changed] = await tx.query<ConversationRow>(
    `UPDATE conversations c SET
       message_count = message_count + 1, last_message_id = $2, last_message_at = greatest(last_message_at, $3),
       first_response_at = coalesce(first_response_at, $3), waiting_since = NULL, unread_count = 0,
       status = CASE WHEN status IN ('new','snoozed','pending') THEN 'open' ELSE status END,
       snoozed_until = NULL, updated_at = clock_timestamp()
     WHERE id = $1 RETURNING ${selectConversation('c')}`,
    [conversation.id, message.id, message.sentAt],
  );
  tx.emit(
    eventDraft('message.created', `conversation:${conversation.id}`, {
      message,
      conversation: { ...conversationPatch(changed as ConversationRow), lastMessage: lastMessageOf(message) },
    }),
  );
  return message.id;
}
