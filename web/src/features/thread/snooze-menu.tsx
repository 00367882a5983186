import { Menu, Modal, TextInput } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { IconBellRinging, IconClock } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Conversation } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { useShortcut } from '../../app/shortcuts.tsx';
import { Button } from '../../ui/controls.tsx';
import { clockTime } from '../../ui/time.ts';
import { useConversationActions } from '../conversations/conversation-actions.ts';
import styles from './pane.module.css';
import { fieldValue, snoozeChoices } from './snooze-times.ts';

interface SnoozeMenuProps {
  conversation: Conversation;
  onDone: () => void;
}

export function SnoozeMenu({ conversation, onDone }: SnoozeMenuProps) {
  const { clock } = useSession();
  const actions = useConversationActions();
  const [isOpen, setIsOpen] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  useShortcut('s', () => setIsOpen(true));
  // The menu hears Escape itself only once the focus has come into it.
  useWindowEvent('keydown', event => {
    if (isOpen && event.key === 'Escape') setIsOpen(false);
  });
  const now = new Date(clock());
  const snooze = (until: Date) => {
    onDone();
    void actions.snooze(conversation, until);
  };
  return (
    <>
      <Menu opened={isOpen} onChange={setIsOpen} position="bottom-end" width={200}>
        <Menu.Target>
          <Button title="Snooze (S)" aria-label="Snooze">
            <IconClock size={15} aria-hidden />
            <span className={styles.wide}>Snooze</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {conversation.status === 'snoozed' ? (
            <Menu.Item
              leftSection={<IconBellRinging size={15} />}
              onClick={() => void actions.reopen(conversation)}
            >
              Wake it now
            </Menu.Item>
          ) : null}
          {isOpen
            ? snoozeChoices(now).map(choice => (
                <Menu.Item
                  key={choice.name}
                  onClick={() => snooze(choice.until)}
                  rightSection={<span className={styles.time}>{clockTime(choice.until.toISOString())}</span>}
                >
                  {choice.name}
                </Menu.Item>
              ))
            : null}
          <Menu.Item onClick={() => setIsAsking(true)}>Another time…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isAsking} onClose={() => setIsAsking(false)} title="Snooze until" size="sm">
        <CustomTime
          onChosen={until => {
            setIsAsking(false);
            snooze(until);
          }}
        />
      </Modal>
    </>
  );
}

function CustomTime({ onChosen }: { onChosen: (until: Date) => void }) {
  const { clock } = useSession();
  const [value, setValue] = useState(() => fieldValue(new Date(clock() + 24 * 3_600_000)));
  const date = new Date(value);
  const isPast = !(date.getTime() > clock());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPast) onChosen(date);
  };
  return (
    <form onSubmit={submit} className={styles.custom}>
      <TextInput
        type="datetime-local"
        label="Date and time"
        description="It comes back then, or as soon as the customer writes."
        value={value}
        min={fieldValue(new Date(clock()))}
        onChange={event => setValue(event.currentTarget.value)}
        error={value && isPast ? 'This time has passed.' : undefined}
        data-autofocus
      />
      <Button type="submit" look="primary" isLarge disabled={isPast}>
        Snooze
      </Button>
    </form>
  );
}
