import { Drawer, TextInput } from '@mantine/core';
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks';
import { IconMenu2, IconMessages, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Navigate, useNavigate, useParams, useSearchParams } from 'react-router';
import { useChannels, useCounts, useTeams } from '../../api/resources.ts';
import { useSession } from '../../app/session.ts';
import { useShortcut } from '../../app/shortcuts.tsx';
import { Chip, IconButton, Kbd, PlaceState } from '../../ui/controls.tsx';
import { useHasKeyboard } from '../../ui/use-has-keyboard.ts';
import listStyles from '../conversations/conversation-list.module.css';
import { ConversationList } from '../conversations/conversation-list.tsx';
import { FilterChips, FilterPopover } from '../conversations/filter-popover.tsx';
import { combined, countOf, type OwnFilters, ownFiltersOf, searchOf } from '../conversations/list-filters.ts';
import { useConversationList } from '../conversations/use-conversation-list.ts';
import { ConversationPane } from '../thread/conversation-pane.tsx';
import { countOfView, type View, viewOf } from '../views/view-definitions.ts';
import { ViewsNav } from '../views/views-nav.tsx';
import styles from './inbox.module.css';

const searchAfterMs = 250;

export function InboxPage() {
  const params = useParams();
  const teams = useTeams().data;
  const channels = useChannels().data;
  const view = viewOf(params.view ?? 'mine', {
    team: id => teams?.find(team => team.id === id)?.name,
    channel: id => channels?.find(channel => channel.id === id)?.name,
  });
  if (!view) return <Navigate to="/inbox/mine" replace />;
  const id = /^\d+$/.test(params.id ?? '') ? Number(params.id) : null;
  return <Inbox view={view} selected={id} />;
}

function Inbox({ view, selected }: { view: View; selected: number | null }) {
  const { desk } = useSession();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const own = useMemo(() => ownFiltersOf(search), [search]);
  const setOwn = (filters: OwnFilters) => setSearch(searchOf(filters), { replace: true });
  const filtersKey = JSON.stringify([view.filters, own]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that is in both
  const filters = useMemo(() => combined(view.filters, own), [filtersKey]);
  const list = useConversationList(filters);
  const counts = useCounts().data;
  const isNarrowed = own.q !== undefined || countOf(own) > 0;
  const loadedCount = list.query.hasNextPage ? undefined : list.rows?.length;
  const count = isNarrowed ? loadedCount : (countOfView(counts, view.key) ?? loadedCount);
  const [isNavOpen, setIsNavOpen] = useState(false);
  const hasKeyboard = useHasKeyboard();
  const isNavInDrawer = useMediaQuery('(max-width: 899px)', undefined, { getInitialValueInEffect: false });

  useEffect(() => {
    desk.view(selected);
    return () => desk.view(null);
  }, [desk, selected]);

  const suffix = search.size > 0 ? `?${search}` : '';
  const open = (id: number) => void navigate(`/inbox/${view.key}/${id}${suffix}`);
  const close = () => void navigate(`/inbox/${view.key}${suffix}`);
  /** The row below, or the one above the last: where to go on when this one is done. */
  const advance = () => {
    const rows = list.rows ?? [];
    const at = rows.findIndex(row => row.id === selected);
    const next = rows[at + 1] ?? rows[at - 1];
    if (at >= 0 && next) open(next.id);
    else close();
  };
  useShortcut('Escape', selected === null ? null : close);

  return (
    <div className={styles.inbox} data-pane={selected === null ? 'list' : 'thread'}>
      {isNavInDrawer ? (
        <Drawer opened={isNavOpen} onClose={() => setIsNavOpen(false)} size={260} title="Inbox" padding="xs">
          <ViewsNav isTitled={false} onChosen={() => setIsNavOpen(false)} />
        </Drawer>
      ) : (
        <div className={styles.nav}>
          <ViewsNav />
        </div>
      )}
      <main className={styles.main}>
        <h1 className="visuallyHidden">Inbox</h1>
        <section className={`${listStyles.column} ${styles.list}`} aria-label={`${view.name} conversations`}>
          <div className={listStyles.bar}>
            <IconButton label="Views" className={listStyles.menuButton} onClick={() => setIsNavOpen(true)}>
              <IconMenu2 size={17} stroke={1.7} />
            </IconButton>
            <h2>
              <bdi>{view.name}</bdi>
            </h2>
            {count === undefined ? null : <Chip>{count.toLocaleString()}</Chip>}
            <span className={listStyles.space} />
            <FilterPopover filters={own} onChange={setOwn} />
          </div>
          <SearchBox key={view.key} q={own.q ?? ''} onSearch={q => setOwn({ ...own, q: q || undefined })} />
          <FilterChips filters={own} onChange={setOwn} />
          <ConversationList
            list={list}
            selected={selected}
            empty={view.empty}
            isNarrowed={isNarrowed}
            onOpen={open}
            onClearFilters={() => setOwn({})}
          />
        </section>
        <div className={styles.pane}>
          {selected === null ? (
            <PlaceState icon={<IconMessages size={32} stroke={1.4} />} title="Choose a conversation">
              {hasKeyboard ? (
                <>
                  <Kbd>J</Kbd> and <Kbd>K</Kbd> walk through the list, <Kbd>Enter</Kbd> opens, <Kbd>?</Kbd>{' '}
                  shows every shortcut.
                </>
              ) : (
                'It opens here.'
              )}
            </PlaceState>
          ) : (
            <ConversationPane key={selected} id={selected} onClose={close} onDone={advance} />
          )}
        </div>
      </main>
    </div>
  );
}

function SearchBox({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const later = useDebouncedCallback(onSearch, searchAfterMs);
  useEffect(() => setText(held => (held.trim() === q ? held : q)), [q]);
  useShortcut('/', () => input.current?.focus());
  const set = (value: string) => {
    setText(value);
    later(value.trim());
  };
  return (
    <TextInput
      ref={input}
      className={listStyles.search}
      size="xs"
      type="search"
      aria-label="Search by name, phone, e-mail or subject"
      placeholder="Search by name, phone, e-mail"
      value={text}
      onChange={event => set(event.currentTarget.value)}
      onKeyDown={event => {
        if (event.key !== 'Escape') return;
        if (text) set('');
        else input.current?.blur();
      }}
      leftSection={<IconSearch size={15} stroke={1.7} aria-hidden />}
      rightSection={
        text ? (
          <IconButton label="Clear search" onClick={() => set('')}>
            <IconX size={14} />
          </IconButton>
        ) : (
          <Kbd>/</Kbd>
        )
      }
    />
  );
}
