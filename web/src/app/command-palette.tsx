import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { listConversations } from '../../../src/contract/index.ts';
import { fixedViews } from '../features/views/view-definitions.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Kbd } from '../ui/controls.tsx';
import { isComposing } from '../ui/is-composing.ts';
import { shortName } from '../ui/person-name.ts';
import { platformName } from '../ui/platform-mark.tsx';
import { usePreferences } from './preferences.ts';
import { useSession } from './session.ts';
import styles from './shell.module.css';

interface Command {
  id: string;
  name: string;
  remark?: string;
  keys?: string;
  person?: string;
  run: () => void;
}

interface CommandPaletteProps {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onHelp: () => void;
}

const searchAfterMs = 180;
const foundAtMost = 8;

export function CommandPalette({ isOpen, onOpen, onHelp }: CommandPaletteProps) {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== 'k' ||
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      onOpen(true);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onOpen]);
  return (
    <Modal
      opened={isOpen}
      onClose={() => onOpen(false)}
      withCloseButton={false}
      size="lg"
      yOffset="12vh"
      centered={false}
      padding="sm"
      attributes={{ content: { 'aria-label': 'Commands' } }}
    >
      <Palette onClose={() => onOpen(false)} onHelp={onHelp} />
    </Modal>
  );
}

/** The commands that work everywhere; those of a conversation have their keys there. */
function useCommands(onHelp: () => void): Command[] {
  const navigate = useNavigate();
  const preferences = usePreferences();
  const { signOut } = useSession();
  return useMemo(() => {
    const keys: Record<string, string> = { mine: 'G M', unassigned: 'G U', all: 'G A' };
    const views = Object.entries(fixedViews).map(([key, view]) => ({
      id: key,
      name: `Go to ${view.name}`,
      keys: keys[key],
      run: () => navigate(`/inbox/${key}`),
    }));
    const themes = (['light', 'dark', 'auto'] as const)
      .filter(theme => theme !== preferences.theme)
      .map(theme => ({
        id: theme,
        name: theme === 'auto' ? 'Theme: as the system' : `Theme: ${theme}`,
        run: () => preferences.set({ theme }),
      }));
    return [
      ...views,
      { id: 'channels', name: 'Settings: channels', run: () => navigate('/settings/channels') },
      { id: 'team', name: 'Settings: team', run: () => navigate('/settings/team') },
      { id: 'profile', name: 'Settings: your profile', run: () => navigate('/settings/profile') },
      ...themes,
      { id: 'help', name: 'Keyboard shortcuts', keys: '?', run: onHelp },
      { id: 'sign-out', name: 'Sign out', run: signOut },
    ];
  }, [navigate, preferences, signOut, onHelp]);
}

/** Until the answer to the words is there, `found` is what remains of the last one: those whose name has them. */
function useFound(q: string, words: string): { found: Command[]; remark: string } {
  const { api, desk } = useSession();
  const navigate = useNavigate();
  const query = useQuery({
    queryKey: ['palette', q],
    enabled: q !== '',
    staleTime: 5000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      desk.fetch(
        () => api.call(listConversations, { query: { q, limit: foundAtMost }, signal }),
        answer => ({ conversations: answer.items }),
      ),
  });
  const items = q === '' || words === '' ? [] : (query.data?.items ?? []);
  const isAnswer = q === words && query.isSuccess && !query.isPlaceholderData;
  const fitting = items.filter(
    ({ customer }) => isAnswer || customer.name.toLocaleLowerCase().includes(words),
  );
  const found = fitting.map(item => ({
    id: `conversation-${item.id}`,
    name: shortName(item.customer.name),
    person: item.customer.name,
    remark: `${platformName(item.platform)} · ${item.lastMessage?.preview ?? item.subject ?? ''}`,
    run: () => navigate(`/inbox/all/${item.id}`),
  }));
  const remark = isAnswer ? 'Nothing found.' : 'Searching…';
  return { found, remark: query.isError ? 'The search did not work. Type on to try again.' : remark };
}

function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [text, setText] = useState('');
  /** `null`: the first of the list, whichever it is. */
  const [chosenId, setChosenId] = useState<string | null>(null);
  const words = text.trim().toLocaleLowerCase();
  const [q] = useDebouncedValue(words, searchAfterMs);
  const commands = useCommands(onHelp).filter(command => command.name.toLocaleLowerCase().includes(words));
  const { found, remark } = useFound(q, words);
  const all = [...commands, ...found];
  const chosen = Math.max(
    0,
    all.findIndex(({ id }) => id === chosenId),
  );
  const choose = (index: number) =>
    setChosenId(all[Math.min(Math.max(0, index), all.length - 1)]?.id ?? null);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === 'ArrowDown') choose(chosen + 1);
    else if (event.key === 'ArrowUp') choose(chosen - 1);
    else if (event.key === 'Enter') run(all[chosen]);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    document.getElementById(`command-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div className={styles.palette}>
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded={all.length > 0}
        aria-controls="commands"
        aria-activedescendant={all.length > 0 ? `command-${chosen}` : undefined}
        aria-label="Search for a command or a customer"
        placeholder="A command, or a customer’s name"
        leftSection={<IconSearch size={15} aria-hidden />}
        value={text}
        onChange={event => {
          setText(event.currentTarget.value);
          setChosenId(null);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="commands" role="listbox" aria-label="Commands and conversations" className={styles.options}>
        {all.map((command, index) => (
          <div
            key={command.id}
            id={`command-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={styles.option}
            onMouseMove={() => choose(index)}
            onClick={() => run(command)}
            onKeyDown={onKeyDown}
          >
            {command.person ? <Avatar name={command.person} size={22} /> : null}
            <span className={styles.words}>
              <bdi title={command.person}>{command.name}</bdi>{' '}
              {command.remark ? <small dir="auto">{command.remark}</small> : null}
            </span>
            {command.keys ? <Kbd>{command.keys}</Kbd> : null}
          </div>
        ))}
      </div>
      <p className={styles.quiet} role="status">
        {all.length === 0 ? remark : null}
      </p>
    </div>
  );
}
