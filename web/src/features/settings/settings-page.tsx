import { IconPlugConnected, IconUserCircle, IconUsers } from '@tabler/icons-react';
import { NavLink, Outlet } from 'react-router';
import { useMay } from '../../app/session.ts';
import styles from './settings.module.css';

export function SettingsPage() {
  const maySeeChannels = useMay('channels:read');
  const maySeeUsers = useMay('users:read');
  return (
    <div className={styles.settings}>
      <nav className={styles.nav} aria-label="Settings">
        <div className={styles.title}>Settings</div>
        {maySeeChannels ? (
          <NavLink to="channels">
            <IconPlugConnected size={16} stroke={1.7} aria-hidden /> Channels
          </NavLink>
        ) : null}
        {maySeeUsers ? (
          <NavLink to="team">
            <IconUsers size={16} stroke={1.7} aria-hidden /> Team
          </NavLink>
        ) : null}
        <NavLink to="profile">
          <IconUserCircle size={16} stroke={1.7} aria-hidden /> Your profile
        </NavLink>
      </nav>
      <main className={styles.main}>
        <div className={styles.page}>
          <Outlet />
        </div>
      </main>
    </div>
  );
}
