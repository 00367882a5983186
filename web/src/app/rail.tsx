import { Menu } from '@mantine/core';
import {
  IconCommand,
  IconDeviceMobileMessage,
  IconInbox,
  IconKeyboard,
  IconLogout,
  IconSettings,
  IconUser,
} from '@tabler/icons-react';
import { NavLink, useNavigate } from 'react-router';
import { useCounts } from '../api/resources.ts';
import { Avatar } from '../ui/avatar.tsx';
import { useSession } from './session.ts';
import styles from './shell.module.css';

interface RailProps {
  onHelp: () => void;
  onPalette: () => void;
  /** `null`: there is no customer to play. */
  onTryIt: (() => void) | null;
  isTryItOpen: boolean;
}

export function Rail({ onHelp, onPalette, onTryIt, isTryItOpen }: RailProps) {
  const { me, signOut } = useSession();
  const navigate = useNavigate();
  const unassigned = useCounts().data?.unassigned ?? 0;
  return (
    <nav className={styles.rail} aria-label="Main">
      <div className={styles.logo} aria-hidden>
        {me.tenant.name.slice(0, 1).toLocaleUpperCase()}
      </div>
      <NavLink
        to="/inbox"
        className={styles.place}
        aria-label={unassigned > 0 ? `Inbox, ${unassigned} unassigned` : 'Inbox'}
        title="Inbox"
      >
        <IconInbox size={19} stroke={1.7} aria-hidden />
        {unassigned > 0 ? <span className={styles.news} /> : null}
      </NavLink>
      {onTryIt ? (
        <button
          type="button"
          className={styles.place}
          aria-label="Try it: play a customer"
          title="Try it: play a customer"
          aria-pressed={isTryItOpen}
          onClick={onTryIt}
        >
          <IconDeviceMobileMessage size={19} stroke={1.7} aria-hidden />
        </button>
      ) : null}
      <span className={styles.space} />
      <button
        type="button"
        className={`${styles.place} ${styles.roomy}`}
        aria-label="Commands"
        title="Commands (Ctrl K)"
        onClick={onPalette}
      >
        <IconCommand size={19} stroke={1.7} aria-hidden />
      </button>
      <NavLink to="/settings" className={styles.place} aria-label="Settings" title="Settings">
        <IconSettings size={19} stroke={1.7} aria-hidden />
      </NavLink>
      <Menu position="right-end" width={200}>
        <Menu.Target>
          <button
            type="button"
            className={styles.me}
            aria-label={`${me.user.name}: profile, shortcuts, sign out`}
          >
            <Avatar name={me.user.name} url={me.user.avatarUrl} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <bdi>{me.user.name}</bdi>
            <br />
            <bdi>{me.tenant.name}</bdi>
          </Menu.Label>
          <Menu.Item leftSection={<IconUser size={15} />} onClick={() => navigate('/settings/profile')}>
            Your profile
          </Menu.Item>
          <Menu.Item leftSection={<IconKeyboard size={15} />} onClick={onHelp}>
            Keyboard shortcuts
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={15} />} onClick={signOut}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
