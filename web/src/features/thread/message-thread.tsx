import { IconAlertCircle, IconArrowDown, IconMessage } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Channel, Conversation, Message } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession, useStore } from '../../app/session.ts';
import { customerWrites } from '../../realtime/live-presence.ts';
import { Button, PlaceState, Skeleton } from '../../ui/controls.tsx';
import { dayOf, exactTime } from '../../ui/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { replyWindowOf } from '../composer/reply-window.ts';
import { MessageBubble } from './message-bubble.tsx';
import { NoteLine, OutgoingLine, TypingLine } from './side-lines.tsx';
import { systemWords } from './system-words.ts';
import styles from './thread.module.css';
import type { WaysOut } from './trouble.tsx';
import { useReading } from './use-reading.ts';
import { useThread } from './use-thread.ts';
import { useThreadScroll } from './use-thread-scroll.ts';

const daysMoveEveryMs = 60_000;
const noWriters: readonly string[] = [];

interface MessageThreadProps {
  conversation: Conversation;
  channel: Channel | undefined;
  isRemoved: boolean;
  onReply: (message: Message) => void;
  onTemplates: () => void;
}

export function MessageThread(props: MessageThreadProps) {
  const { conversation, channel, isRemoved, onReply, onTemplates } = props;
  const { desk, clock } = useSession();
  const now = useNow(daysMoveEveryMs, clock);
  const { query, items, messages } = useThread(conversation.id);
  const scroll = useThreadScroll({
    items,
    hasOlder: query.hasNextPage && !query.isFetchingNextPage && !query.isFetchNextPageError,
    loadOlder: () => void query.fetchNextPage(),
  });
  useReading(conversation, messages, scroll.isAtEnd && items !== null);
  const isWindowClosed = replyWindowOf(conversation, channel, now)?.isOpen === false;
  const lastWritten = messages.findLast(message => message.direction === 'inbound')?.sentAt;
  const lastWrittenAt = lastWritten === undefined ? null : Date.parse(lastWritten);
  const waysOut = useMemo<WaysOut>(
    () => ({ channel, isRemoved, isWindowClosed, lastWrittenAt, openTemplates: onTemplates }),
    [channel, isRemoved, isWindowClosed, lastWrittenAt, onTemplates],
  );
  const byId = useMemo(() => new Map(messages.map(message => [message.id, message])), [messages]);
  const typing = useStore(desk.presence.store, presence => presence.typing[conversation.id]) ?? noWriters;
  const writers = typing.map(writer => (writer === customerWrites ? conversation.customer.name : writer));

  if (items === null && query.isError)
    return (
      <PlaceState
        isAlert
        icon={<IconAlertCircle size={28} stroke={1.5} />}
        title="The messages could not be loaded"
        action={{ label: 'Try again', run: () => void query.refetch() }}
      >
        {sentenceOf(query.error)}
      </PlaceState>
    );
  return (
    <div className={styles.holder}>
      <section
        ref={scroll.box}
        className={styles.scroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Messages"
        onScroll={scroll.onScroll}
      >
        <div ref={scroll.content} className={styles.content}>
          {items === null ? <ThreadSkeleton /> : null}
          {query.hasNextPage ? (
            <div className={styles.older}>
              {query.isFetchNextPageError ? (
                <Button onClick={() => void query.fetchNextPage()}>
                  Older messages could not be loaded. Try again
                </Button>
              ) : (
                'Loading older messages…'
              )}
            </div>
          ) : null}
          {items?.length === 0 ? (
            <PlaceState icon={<IconMessage size={28} stroke={1.5} />} title="No messages yet">
              Messages and notes show here.
            </PlaceState>
          ) : null}
          {items?.map(item => {
            if (item.kind === 'day')
              return (
                <div key={item.key} className={styles.day} title={exactTime(item.at)}>
                  {dayOf(item.at, now)}
                </div>
              );
            if (item.kind === 'system')
              return (
                <div key={item.key} className={styles.system} title={exactTime(item.at)}>
                  <bdi>{systemWords(item.message, desk.viewer, now)}</bdi>
                </div>
              );
            if (item.kind === 'note') return <NoteLine key={item.key} note={item.note} />;
            if (item.kind === 'outgoing')
              return <OutgoingLine key={item.key} outgoing={item.outgoing} isRemoved={isRemoved} />;
            const { message } = item;
            return (
              <MessageBubble
                key={item.key}
                message={message}
                isFirst={item.isFirst}
                quoted={message.replyToId === null ? undefined : byId.get(message.replyToId)}
                customerName={conversation.customer.name}
                subject={conversation.subject}
                viewer={desk.viewer}
                waysOut={waysOut}
                onReply={onReply}
                onShow={scroll.show}
              />
            );
          })}
        </div>
      </section>
      {scroll.unseen > 0 ? (
        <Button look="primary" className={styles.pill} onClick={scroll.toEnd}>
          <IconArrowDown size={15} aria-hidden />
          {scroll.unseen === 1 ? 'New message' : `${scroll.unseen} new messages`}
        </Button>
      ) : null}
      <TypingLine writers={writers} />
    </div>
  );
}

function ThreadSkeleton() {
  return (
    <div className={styles.skeletons} aria-busy="true">
      <span className="visuallyHidden" role="status">
        Loading messages
      </span>
      <Skeleton width={260} height={52} />
      <Skeleton width={320} height={70} />
      <Skeleton width={220} height={52} />
      <Skeleton width={300} height={52} />
    </div>
  );
}
