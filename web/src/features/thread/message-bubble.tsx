import { Menu } from '@mantine/core';
import { IconArrowBackUp, IconMoodPlus } from '@tabler/icons-react';
import { memo } from 'react';
import { type Abilities, type Message, reactToMessage } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useMay, useSession } from '../../app/session.ts';
import { IconButton } from '../../ui/controls.tsx';
import { clockTime, exactTime } from '../../ui/time.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { isReadOnly } from '../channels/read-only.ts';
import { MessageContent } from './message-content.tsx';
import { StatusTicks } from './message-status.tsx';
import styles from './thread.module.css';
import { isInTrouble, Trouble, type WaysOut } from './trouble.tsx';
import { namedByPlatform, writerOf } from './writer.ts';

const emojis = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

interface MessageBubbleProps {
  message: Message;
  isFirst: boolean;
  quoted: Message | undefined;
  customerName: string;
  /** Of the conversation. */
  subject: string | null;
  viewer: number;
  waysOut: WaysOut;
  onReply: (message: Message) => void;
  onShow: (id: number) => void;
}

export const MessageBubble = memo(function MessageBubble(props: MessageBubbleProps) {
  const { message, isFirst, quoted, customerName, waysOut } = props;
  const isOut = message.direction === 'outbound';
  const writer = writerOf(message, customerName);
  const isToBeNamed = isOut ? message.sender?.id !== props.viewer : namedByPlatform(message) !== null;
  const hasReactions = message.reactions.length > 0;
  return (
    <article
      id={`message-${message.id}`}
      className={styles.line}
      data-out={isOut || undefined}
      data-first={isFirst || undefined}
      data-reacted={hasReactions || undefined}
      aria-label={`${writer}, ${exactTime(message.sentAt)}`}
    >
      <div className={styles.bubble}>
        {isFirst && isToBeNamed ? <bdi className={styles.writer}>{writer}</bdi> : null}
        {message.replyToId !== null ? (
          <Quote
            message={quoted}
            customerName={customerName}
            onShow={() => props.onShow(message.replyToId ?? 0)}
          />
        ) : null}
        <MessageContent message={message} subject={props.subject} />
        <span className={styles.foot}>
          {message.editedAt && !message.deletedAt ? (
            <span title={`Edited ${exactTime(message.editedAt)}`}>edited</span>
          ) : null}
          <time dateTime={message.sentAt} title={exactTime(message.sentAt)}>
            {clockTime(message.sentAt)}
          </time>
          {isOut ? <StatusTicks status={message.status} /> : null}
        </span>
        {hasReactions ? (
          <span className={styles.reactions}>
            {message.reactions.map(reaction => (
              <span
                key={`${reaction.emoji} ${reaction.by} ${reaction.createdAt}`}
                title={reaction.by === 'customer' ? customerName : 'You'}
              >
                {reaction.emoji}
              </span>
            ))}
          </span>
        ) : null}
      </div>
      {message.deletedAt ? null : (
        <BubbleActions message={message} abilities={waysOut.channel?.abilities} onReply={props.onReply} />
      )}
      {isInTrouble(message) ? <Trouble message={message} {...waysOut} /> : null}
    </article>
  );
});

function Quote({
  message,
  customerName,
  onShow,
}: {
  message: Message | undefined;
  customerName: string;
  onShow: () => void;
}) {
  if (!message) return <span className={styles.quote}>An earlier message</span>;
  return (
    <button type="button" className={styles.quote} onClick={onShow}>
      <bdi>{writerOf(message, customerName, 'We')}</bdi>
      <span dir="auto">{message.deletedAt ? 'Deleted message' : (message.content ?? message.type)}</span>
    </button>
  );
}

function BubbleActions({
  message,
  abilities,
  onReply,
}: Pick<MessageBubbleProps, 'message' | 'onReply'> & { abilities: Abilities | undefined }) {
  const { api, desk } = useSession();
  const toasts = useToasts();
  const maySend = useMay('messages:send');
  if (!maySend || !abilities || isReadOnly(abilities)) return null;
  const mine = message.reactions.find(reaction => reaction.by === 'user')?.emoji;
  const react = (emoji: string) =>
    desk
      .fetch(
        () =>
          api.call(reactToMessage, {
            params: { id: message.id },
            body: { emoji: emoji === mine ? '' : emoji },
          }),
        answer => ({ messages: [answer] }),
      )
      .catch(error => toasts.warn(sentenceOf(error)));
  return (
    <span className={styles.actions}>
      {abilities.reply ? (
        <IconButton label="Reply to this message" onClick={() => onReply(message)}>
          <IconArrowBackUp size={15} />
        </IconButton>
      ) : null}
      {abilities.react && message.direction === 'inbound' ? (
        <Menu position="top">
          <Menu.Target>
            <IconButton label="React">
              <IconMoodPlus size={15} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown className={styles.emojis}>
            {emojis.map(emoji => (
              <Menu.Item
                key={emoji}
                onClick={() => void react(emoji)}
                aria-label={emoji === mine ? `Take back ${emoji}` : emoji}
              >
                {emoji}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      ) : null}
    </span>
  );
}
