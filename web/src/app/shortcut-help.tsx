import { Modal } from '@mantine/core';
import { Kbd, LinkButton } from '../ui/controls.tsx';
import { usePreferences } from './preferences.ts';
import styles from './shell.module.css';

const shortcuts: readonly [string, readonly string[]][] = [
  ['Next conversation', ['J', '↓']],
  ['Previous conversation', ['K', '↑']],
  ['Open it', ['Enter']],
  ['Back to the list', ['Esc']],
  ['Reply', ['R']],
  ['Note', ['N']],
  ['Resolve', ['E']],
  ['Assign to me', ['A']],
  ['Snooze', ['S']],
  ['Search', ['/']],
  ['Go to Mine', ['G', 'M']],
  ['Go to Unassigned', ['G', 'U']],
  ['Go to All open', ['G', 'A']],
  ['Commands', ['Ctrl K', '⌘ K']],
  ['Send', ['Enter']],
  ['New line', ['Shift Enter']],
  ['This help', ['?']],
];

export function ShortcutHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const preferences = usePreferences();
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keyboard shortcuts" size="lg">
      <dl className={styles.keys}>
        {shortcuts.map(([name, keys]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {keys.map(key => (
                <span key={key}>
                  {' '}
                  <Kbd>{key}</Kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className={styles.after}>
        {preferences.shortcuts
          ? 'Single keys work whenever you are not typing.'
          : 'Single keys are switched off.'}{' '}
        <LinkButton onClick={() => preferences.set({ shortcuts: !preferences.shortcuts })}>
          {preferences.shortcuts ? 'Switch them off' : 'Switch them on'}
        </LinkButton>
      </p>
    </Modal>
  );
}
