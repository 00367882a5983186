import {
  IconArrowLeft,
  IconCheck,
  IconLayoutSidebarRight,
  IconRotate2,
  IconUserPlus,
} from '@tabler/icons-react';
import type { Conversation } from '../../../../src/contract/index.ts';
import { useMay, useSession, useStore } from '../../app/session.ts';
import { useShortcut } from '../../app/shortcuts.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/controls.tsx';
import { platformName } from '../../ui/platform-mark.tsx';
import { useConversationActions } from '../conversations/conversation-actions.ts';
import { statusNames } from '../conversations/filter-popover.tsx';
import styles from './pane.module.css';
import { SnoozeMenu } from './snooze-menu.tsx';

interface ThreadHeaderProps {
  conversation: Conversation;
  onClose: () => void;
  onDone: () => void;
  /** `null`: the details stand beside the thread already. */
  onDetails: (() => void) | null;
}

const noViewers: readonly { id: number; name: string }[] = [];

export function ThreadHeader({ conversation, onClose, onDone, onDetails }: ThreadHeaderProps) {
  const { desk, me } = useSession();
  const actions = useConversationActions();
  const mayWrite = useMay('conversations:write');
  const viewers = useStore(desk.presence.store, presence => presence.viewing[conversation.id]) ?? noViewers;
  const { customer, platform, channel, status } = conversation;
  const isDone = status === 'resolved' || status === 'archived';
  const isMine = conversation.assignedTo?.id === me.user.id;

  const resolve = () => {
    onDone();
    void actions.resolve(conversation);
  };
  const assignToMe = () => void actions.assign(conversation, { id: me.user.id, name: me.user.name });
  useShortcut('e', mayWrite && !isDone ? resolve : null);
  useShortcut('a', mayWrite && !isMine ? assignToMe : null);

  return (
    <header className={styles.bar}>
      <IconButton label="Back to the list" className={styles.back} onClick={onClose}>
        <IconArrowLeft size={18} className={styles.flip} />
      </IconButton>
      <Avatar name={customer.name} url={customer.avatarUrl} size={28} />
      <div className={styles.who}>
        <h2>
          <bdi>{customer.name}</bdi>
        </h2>
        <p>
          {[...new Set([platformName(platform), channel.name])].map((part, index) => (
            <span key={part}>
              {index > 0 ? ' · ' : null}
              <bdi>{part}</bdi>
            </span>
          ))}
          {status === 'new' || status === 'open' ? null : ` · ${statusNames[status].toLowerCase()}`}
        </p>
      </div>
      <span className={styles.space} />
      {viewers.length > 0 ? (
        <div
          className={styles.viewers}
          role="status"
          title={`${viewers.map(viewer => viewer.name).join(', ')} also looking`}
        >
          <span className={styles.faces}>
            {viewers.slice(0, 3).map(viewer => (
              <Avatar key={viewer.id} name={viewer.name} size={22} />
            ))}
          </span>
          <span className={styles.wide}>
            {viewers.length === 1 ? (
              <>
                <bdi>{viewers[0]?.name.split(' ')[0]}</bdi> is here
              </>
            ) : (
              `${viewers.length} others are here`
            )}
          </span>
        </div>
      ) : null}
      {mayWrite && !isMine ? (
        <Button onClick={assignToMe} title="Assign to me (A)" aria-label="Assign to me">
          <IconUserPlus size={15} aria-hidden />
          <span className={styles.widest}>Assign to me</span>
        </Button>
      ) : null}
      {mayWrite && !isDone ? <SnoozeMenu conversation={conversation} onDone={onDone} /> : null}
      {mayWrite && isDone ? (
        <Button onClick={() => void actions.reopen(conversation)} aria-label="Reopen">
          <IconRotate2 size={15} aria-hidden />
          <span className={styles.wide}>Reopen</span>
        </Button>
      ) : null}
      {mayWrite && !isDone ? (
        <Button look="primary" onClick={resolve} title="Resolve (E)" aria-label="Resolve">
          <IconCheck size={15} aria-hidden />
          <span className={styles.wide}>Resolve</span>
        </Button>
      ) : null}
      {onDetails ? (
        <IconButton label="Details" onClick={onDetails}>
          <IconLayoutSidebarRight size={18} stroke={1.7} className={styles.flip} />
        </IconButton>
      ) : null}
    </header>
  );
}
