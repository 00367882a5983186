import { PasswordInput, Select, Switch } from '@mantine/core';
import { useState } from 'react';
import { changePassword } from '../../../../src/contract/index.ts';
import { type Preferences, usePreferences } from '../../app/preferences.ts';
import { useSession } from '../../app/session.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/controls.tsx';
import styles from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';

const themes: readonly { value: Preferences['theme']; label: string }[] = [
  { value: 'auto', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export function ProfilePage() {
  const { me } = useSession();
  const preferences = usePreferences();
  return (
    <>
      <header className={styles.head}>
        <Avatar name={me.user.name} url={me.user.avatarUrl} size={44} />
        <div>
          <h1>
            <bdi>{me.user.name}</bdi>
          </h1>
          <p>
            <bdi>{me.user.email}</bdi> · {me.user.role} at <bdi>{me.tenant.name}</bdi>
          </p>
        </div>
      </header>
      <section className={styles.card}>
        <h2>This browser</h2>
        <div className={styles.form}>
          <Select
            label="Theme"
            allowDeselect={false}
            data={[...themes]}
            value={preferences.theme}
            onChange={value =>
              preferences.set({ theme: themes.find(theme => theme.value === value)?.value ?? 'auto' })
            }
          />
          <Switch
            label="Keyboard shortcuts"
            description="Single keys such as R to reply or E to resolve. Ctrl K and ⌘ K work either way."
            checked={preferences.shortcuts}
            onChange={event => preferences.set({ shortcuts: event.currentTarget.checked })}
          />
          <Switch
            label="Mails as they were laid out"
            description="Otherwise their words are shown, and the layout when you ask for it."
            checked={preferences.mailLayout}
            onChange={event => preferences.set({ mailLayout: event.currentTarget.checked })}
          />
        </div>
      </section>
      <PasswordCard />
    </>
  );
}

const shortestPassword = 10;

function PasswordCard() {
  const { api, me } = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [isDone, setIsDone] = useState(false);
  const submit = useSubmit(['currentPassword', 'newPassword'], async () => {
    setIsDone(false);
    api.adopt(await api.call(changePassword, { body: { currentPassword: current, newPassword: next } }));
    setCurrent('');
    setNext('');
    setIsDone(true);
  });
  return (
    <section className={styles.card}>
      <h2>Password</h2>
      <p className={styles.help}>A new password signs you out everywhere else.</p>
      <form className={styles.form} onSubmit={submit.onSubmit}>
        <input type="text" autoComplete="username" value={me.user.email} readOnly hidden />
        <PasswordInput
          label="Present password"
          value={current}
          onChange={event => setCurrent(event.currentTarget.value)}
          error={submit.problemOf('currentPassword')}
          autoComplete="current-password"
        />
        <PasswordInput
          label="New password"
          description="At least 10 characters."
          value={next}
          onChange={event => setNext(event.currentTarget.value)}
          error={submit.problemOf('newPassword')}
          autoComplete="new-password"
        />
        {submit.problem ? (
          <p className={styles.problem} role="alert">
            {submit.problem}
          </p>
        ) : null}
        {isDone ? (
          <p className={styles.done} role="status">
            The new password holds.
          </p>
        ) : null}
        <div className={styles.end}>
          <Button
            type="submit"
            look="primary"
            isLarge
            disabled={submit.isBusy || current === '' || next.length < shortestPassword}
          >
            Change the password
          </Button>
        </div>
      </form>
    </section>
  );
}
