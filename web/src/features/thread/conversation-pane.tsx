import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconAlertCircle } from '@tabler/icons-react';
import { useCallback, useRef, useState } from 'react';
import type { Conversation, Message } from '../../../../src/contract/index.ts';
import { ApiError, sentenceOf } from '../../api/api-error.ts';
import { useChannels } from '../../api/resources.ts';
import { PlaceState, Skeleton } from '../../ui/controls.tsx';
import { Composer, type ComposerHandle } from '../composer/composer.tsx';
import { useConversation } from '../conversations/use-conversation.ts';
import { DetailsPane } from '../details/details-pane.tsx';
import { MessageThread } from './message-thread.tsx';
import styles from './pane.module.css';
import { ThreadHeader } from './thread-header.tsx';

interface ConversationPaneProps {
  id: number;
  onClose: () => void;
  /** The conversation is done with: go on to the next. */
  onDone: () => void;
}

export function ConversationPane({ id, onClose, onDone }: ConversationPaneProps) {
  const { conversation, error, retry } = useConversation(id);
  if (conversation) return <Loaded conversation={conversation} onClose={onClose} onDone={onDone} />;
  if (!error) return <PaneSkeleton />;
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <PlaceState
      isAlert
      icon={<IconAlertCircle size={28} stroke={1.5} />}
      title={isGone ? 'There is no such conversation' : 'The conversation could not be loaded'}
      action={isGone ? { label: 'Back to the list', run: onClose } : { label: 'Try again', run: retry }}
    >
      {isGone ? 'It may have been moved where you cannot see it.' : sentenceOf(error)}
    </PlaceState>
  );
}

function useDetailsInDrawer(): boolean {
  return useMediaQuery('(max-width: 1199px)', undefined, { getInitialValueInEffect: false });
}

function Loaded({
  conversation,
  onClose,
  onDone,
}: {
  conversation: Conversation;
  onClose: () => void;
  onDone: () => void;
}) {
  const channels = useChannels().data;
  const channel = channels?.find(item => item.id === conversation.channel.id);
  /** Conversations outlive their channel. */
  const isRemoved = channels !== undefined && channel === undefined;
  const isDetailsInDrawer = useDetailsInDrawer();
  const [isDetailsOpen, setIsDetailsOpen] = useState(false);
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const reply = useCallback((message: Message) => {
    setReplyTo(message);
    composer.current?.focus('reply');
  }, []);
  const openTemplates = useCallback(() => composer.current?.openTemplates(), []);
  return (
    <div className={styles.pane}>
      <section className={styles.thread} aria-label={`Conversation with ${conversation.customer.name}`}>
        <ThreadHeader
          conversation={conversation}
          onClose={onClose}
          onDone={onDone}
          onDetails={isDetailsInDrawer ? () => setIsDetailsOpen(true) : null}
        />
        {conversation.subject ? (
          <h3 className={styles.subject} title={conversation.subject}>
            <bdi>{conversation.subject}</bdi>
          </h3>
        ) : null}
        <MessageThread
          conversation={conversation}
          channel={channel}
          isRemoved={isRemoved}
          onReply={reply}
          onTemplates={openTemplates}
        />
        <Composer
          ref={composer}
          conversation={conversation}
          channel={channel}
          isRemoved={isRemoved}
          replyTo={replyTo}
          onReplyTo={setReplyTo}
        />
      </section>
      {isDetailsInDrawer ? (
        <Drawer
          opened={isDetailsOpen}
          onClose={() => setIsDetailsOpen(false)}
          position="right"
          size={320}
          title="Details"
          padding={0}
          classNames={{ header: styles.drawerHeader }}
        >
          <DetailsPane conversation={conversation} />
        </Drawer>
      ) : (
        <aside className={styles.details} aria-label="Details">
          <DetailsPane conversation={conversation} />
        </aside>
      )}
    </div>
  );
}

function PaneSkeleton() {
  const isDetailsInDrawer = useDetailsInDrawer();
  return (
    <div className={styles.pane} aria-busy="true">
      <div className={styles.thread}>
        <span className="visuallyHidden" role="status">
          Loading the conversation
        </span>
        <div className={styles.bar}>
          <Skeleton width={28} height={28} />
          <Skeleton width={160} height={16} />
        </div>
        <div className={styles.ghost}>
          <Skeleton width={260} height={52} />
          <Skeleton width={300} height={52} />
          <Skeleton width={320} height={70} />
          <Skeleton width="100%" height={78} />
        </div>
      </div>
      {isDetailsInDrawer ? null : (
        <div className={`${styles.details} ${styles.ghostDetails}`}>
          <Skeleton width="100%" height={116} />
          <Skeleton width="100%" height={180} />
          <Skeleton width="100%" height={280} />
        </div>
      )}
    </div>
  );
}
