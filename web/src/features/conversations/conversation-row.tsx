import {
  IconAlertCircle,
  IconAlertTriangle,
  IconArrowBackUp,
  IconClock,
  IconFlag,
  IconFlame,
  IconHelpCircle,
  IconMoon,
} from '@tabler/icons-react';
import { memo } from 'react';
import type { Conversation } from '../../../../src/contract/index.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Chip } from '../../ui/controls.tsx';
import { shortName } from '../../ui/person-name.ts';
import { platformName } from '../../ui/platform-mark.tsx';
import { agoOf, exactTime, momentOf } from '../../ui/time.ts';
import styles from './conversation-list.module.css';
import { promiseOf } from './promise.ts';

interface ConversationRowProps {
  conversation: Conversation;
  now: number;
  viewer: number;
  writer: string | null;
}

const mostTags = 2;

/** Who, where, what, how urgent: one glance. */
export const ConversationRow = memo(function ConversationRow({
  conversation,
  now,
  viewer,
  writer,
}: ConversationRowProps) {
  const { customer, lastMessage, lastMessageAt, unreadCount, tags, status, snoozedUntil, assignedTo } =
    conversation;
  const shortened = shortName(customer.name);
  const promise = status === 'resolved' || status === 'snoozed' ? null : promiseOf(conversation, now);
  return (
    <>
      <Avatar name={customer.name} url={customer.avatarUrl} platform={conversation.platform} />
      <div className={styles.body}>
        <div className={styles.top}>
          <bdi className={styles.name} title={shortened === customer.name ? undefined : customer.name}>
            {shortened}
          </bdi>
          <span className="visuallyHidden">, {platformName(conversation.platform)},</span>
          <time dateTime={lastMessageAt} title={exactTime(lastMessageAt)}>
            {agoOf(lastMessageAt, now)}
          </time>
        </div>
        <p className={styles.snippet} dir="auto">
          {writer ? (
            <em>
              <bdi>{shortName(writer)}</bdi> is writing…
            </em>
          ) : (
            <>
              {lastMessage?.direction === 'outbound' ? (
                <IconArrowBackUp size={13} aria-label="We wrote:" className={styles.sentMark} />
              ) : null}
              <bdi>{lastMessage?.preview || conversation.subject || 'No message yet'}</bdi>
            </>
          )}
        </p>
        <div className={styles.meta}>
          {lastMessage?.status === 'failed' ? (
            <Chip tone="bad" title="The last answer did not go out">
              <IconAlertCircle size={12} aria-hidden />
              Not sent
            </Chip>
          ) : null}
          {lastMessage?.status === 'unknown' ? (
            <Chip tone="warn" title="Nobody knows whether the last answer went out">
              <IconHelpCircle size={12} aria-hidden />
              Not confirmed
            </Chip>
          ) : null}
          {conversation.priority === 'urgent' || conversation.priority === 'high' ? (
            <Chip
              tone={conversation.priority === 'urgent' ? 'bad' : 'warn'}
              title={`${conversation.priority} priority`}
            >
              {conversation.priority === 'urgent' ? (
                <IconFlame size={12} aria-hidden />
              ) : (
                <IconFlag size={12} aria-hidden />
              )}
              <span className="visuallyHidden">{conversation.priority} priority</span>
            </Chip>
          ) : null}
          {promise ? (
            <Chip
              tone={promise.tone}
              title={conversation.sla ? `Due ${exactTime(conversation.sla.dueAt)}` : undefined}
            >
              {promise.tone === 'bad' ? (
                <IconAlertTriangle size={11} aria-hidden />
              ) : (
                <IconClock size={11} aria-hidden />
              )}
              <bdi>{promise.text}</bdi>
            </Chip>
          ) : null}
          {status === 'snoozed' ? (
            <Chip>
              <IconMoon size={11} aria-hidden />
              {snoozedUntil ? `until ${momentOf(snoozedUntil, now)}` : 'snoozed'}
            </Chip>
          ) : null}
          {status === 'pending' ? <Chip>pending</Chip> : null}
          <span className={styles.tags}>
            {tags.length === 0 && !promise ? (
              <bdi className={styles.channel}>{conversation.channel.name}</bdi>
            ) : null}
            {tags.slice(0, mostTags).map(tag => (
              <Chip key={tag.id} title={tag.name}>
                <bdi className={styles.tag}>{tag.name}</bdi>
              </Chip>
            ))}
            {tags.length > mostTags ? <Chip>+{tags.length - mostTags}</Chip> : null}
          </span>
          <span className={styles.end}>
            {assignedTo && assignedTo.id !== viewer ? (
              <span title={`Assigned to ${assignedTo.name}`}>
                <Avatar name={assignedTo.name} size={18} />
                <span className="visuallyHidden">Assigned to {assignedTo.name}</span>
              </span>
            ) : null}
            {unreadCount > 0 ? (
              <span className={styles.count}>
                {unreadCount > 99 ? '99+' : unreadCount}
                <span className="visuallyHidden"> unread</span>
              </span>
            ) : null}
          </span>
        </div>
      </div>
    </>
  );
});
