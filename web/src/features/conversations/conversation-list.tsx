import { IconAlertCircle, IconInbox, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Conversation } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useSession, useStore } from '../../app/session.ts';
import { useShortcut } from '../../app/shortcuts.tsx';
import { customerWrites } from '../../realtime/live-presence.ts';
import { PlaceState, Skeleton } from '../../ui/controls.tsx';
import { useHasKeyboard } from '../../ui/use-has-keyboard.ts';
import { useNow } from '../../ui/use-now.ts';
import type { EmptyWords } from '../views/view-definitions.ts';
import styles from './conversation-list.module.css';
import { ConversationRow } from './conversation-row.tsx';
import type { useConversationList } from './use-conversation-list.ts';

const rowHeight = 84;
const loadWithinRows = 10;
const agesMoveEveryMs = 10_000;

interface ConversationListProps {
  list: ReturnType<typeof useConversationList>;
  selected: number | null;
  empty: EmptyWords;
  isNarrowed: boolean;
  onOpen: (id: number) => void;
  onClearFilters: () => void;
}

export function ConversationList(props: ConversationListProps) {
  const { query, rows } = props.list;
  const hasKeyboard = useHasKeyboard();
  if (rows === null && query.isError)
    return (
      <PlaceState
        isAlert
        icon={<IconAlertCircle size={28} stroke={1.5} />}
        title="The list could not be loaded"
        action={{ label: 'Try again', run: () => void query.refetch() }}
      >
        {sentenceOf(query.error)}
      </PlaceState>
    );
  if (rows === null) return <ListSkeleton />;
  if (rows.length === 0 && !query.hasNextPage)
    return props.isNarrowed ? (
      <PlaceState
        icon={<IconSearch size={28} stroke={1.5} />}
        title="Nothing matches"
        action={{ label: 'Clear search and filters', run: props.onClearFilters }}
      >
        No conversation in this view fits what you asked for.
      </PlaceState>
    ) : (
      <PlaceState icon={<IconInbox size={28} stroke={1.5} />} title={props.empty.title}>
        {(hasKeyboard ? undefined : props.empty.byTouch) ?? props.empty.words}
      </PlaceState>
    );
  return <Rows {...props} rows={rows} />;
}

function Rows({ list, rows, selected, onOpen }: ConversationListProps & { rows: readonly Conversation[] }) {
  const { desk, clock } = useSession();
  const now = useNow(agesMoveEveryMs, clock);
  const typing = useStore(desk.presence.store, presence => presence.typing);
  const scroller = useRef<HTMLDivElement>(null);
  const [cursorId, setCursorId] = useState<number | null>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list.query;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: index => rows[index]?.id ?? index,
  });
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= rows.length - loadWithinRows) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, rows.length]);
  const cursor = rows.findIndex(row => row.id === cursorId);
  const selectedAt = useRef(-1);
  selectedAt.current = rows.findIndex(row => row.id === selected);
  // The one that is chosen comes into sight, also when an address or the end of another one has chosen it.
  useEffect(() => {
    setCursorId(selected);
    if (selected !== null && selectedAt.current >= 0)
      virtual.scrollToIndex(selectedAt.current, { align: 'auto' });
  }, [selected, virtual]);

  const move = (step: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, cursor < 0 ? 0 : cursor + step));
    const row = rows[next];
    if (!row) return;
    setCursorId(row.id);
    virtual.scrollToIndex(next, { align: 'auto' });
    scroller.current?.focus({ preventScroll: true });
  };
  const open = () => {
    if (cursorId !== null && cursor >= 0) onOpen(cursorId);
  };
  useShortcut('j', () => move(1));
  useShortcut('k', () => move(-1));
  // Where the focus is nowhere; in the list the list itself hears them, and another place that scrolls keeps them.
  useShortcut('ArrowDown', () => move(1));
  useShortcut('ArrowUp', () => move(-1));

  return (
    <div
      ref={scroller}
      className={styles.scroll}
      role="listbox"
      aria-label="Conversations"
      tabIndex={0}
      aria-activedescendant={cursor >= 0 ? `conversation-${cursorId}` : undefined}
      onKeyDown={event => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
        const isOnList = event.target === event.currentTarget;
        if (event.key === 'ArrowDown') move(1);
        else if (event.key === 'ArrowUp') move(-1);
        else if (!isOnList) return;
        else if (event.key === 'Enter') open();
        else if (event.key === 'Home') move(-rows.length);
        else if (event.key === 'End') move(rows.length);
        else return;
        event.preventDefault();
      }}
    >
      <div className={styles.rows} role="presentation" style={{ blockSize: virtual.getTotalSize() }}>
        {shown.map(item => {
          const row = rows[item.index];
          if (!row) return null;
          const writers = typing[row.id];
          const writer = writers?.includes(customerWrites) ? row.customer.name : (writers?.[0] ?? null);
          return (
            <div
              key={row.id}
              id={`conversation-${row.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={row.id === selected}
              aria-posinset={item.index + 1}
              aria-setsize={hasNextPage ? -1 : rows.length}
              className={styles.row}
              data-unread={row.unreadCount > 0 || undefined}
              data-cursor={row.id === cursorId || undefined}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={() => onOpen(row.id)}
              onKeyDown={event => {
                if (event.key === 'Enter') onOpen(row.id);
              }}
            >
              <ConversationRow conversation={row} now={now} viewer={desk.viewer} writer={writer} />
            </div>
          );
        })}
      </div>
      {isFetchingNextPage ? <RowSkeleton /> : null}
    </div>
  );
}

function RowSkeleton() {
  return (
    <div className={styles.skeleton}>
      <Skeleton width={32} height={32} />
      <div>
        <Skeleton width="55%" height={13} />
        <Skeleton width="90%" height={12} />
        <Skeleton width="30%" height={14} />
      </div>
    </div>
  );
}

function ListSkeleton() {
  return (
    <div className={styles.scroll} aria-busy="true">
      <span className="visuallyHidden" role="status">
        Loading conversations
      </span>
      {['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(key => (
        <RowSkeleton key={key} />
      ))}
    </div>
  );
}
