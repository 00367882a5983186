import { Menu, Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createUser, type User, updateUser } from '../../../../src/contract/index.ts';
import { sentenceOf } from '../../api/api-error.ts';
import { useUsers } from '../../api/resources.ts';
import { useMay, useSession } from '../../app/session.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, Chip, IconButton, PlaceState, Skeleton } from '../../ui/controls.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import styles from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';
import { TeamsCard } from './teams-card.tsx';

type Role = 'admin' | 'lead' | 'agent';
const roles: readonly { value: Role; label: string }[] = [
  { value: 'agent', label: 'Agent: answers customers' },
  { value: 'lead', label: 'Lead: answers, and connects channels' },
  { value: 'admin', label: 'Admin: everything, also the team' },
];

function roleOf(value: string | null): Role | undefined {
  return roles.find(role => role.value === value)?.value;
}

export function TeamPage() {
  const query = useUsers();
  const mayWrite = useMay('users:write');
  const [isAdding, setIsAdding] = useState(false);
  return (
    <>
      <header className={styles.head}>
        <div>
          <h1>Team</h1>
          <p>Who answers your customers, and what each may do.</p>
        </div>
        {mayWrite ? (
          <Button look="primary" isLarge onClick={() => setIsAdding(true)}>
            <IconPlus size={15} aria-hidden /> Add a colleague
          </Button>
        ) : null}
      </header>
      {query.isError ? (
        <PlaceState
          isAlert
          title="The team could not be loaded"
          action={{ label: 'Try again', run: () => void query.refetch() }}
        >
          {sentenceOf(query.error)}
        </PlaceState>
      ) : (
        <section
          className={`${styles.card} ${styles.rows}`}
          aria-label="Colleagues"
          aria-busy={query.isPending}
        >
          {query.isPending ? <Skeleton width="100%" height={160} /> : null}
          {query.data?.map(user => (
            <UserRow key={user.id} user={user} mayWrite={mayWrite} />
          ))}
        </section>
      )}
      <TeamsCard />
      <Modal
        opened={isAdding}
        onClose={() => setIsAdding(false)}
        title="Add a colleague"
        closeOnClickOutside={false}
      >
        <AddUser onDone={() => setIsAdding(false)} />
      </Modal>
    </>
  );
}

function UserRow({ user, mayWrite }: { user: User; mayWrite: boolean }) {
  const { api, me } = useSession();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [isAsking, setIsAsking] = useState(false);
  const isSelf = user.id === me.user.id;
  const change = async (body: { role?: Role; isActive?: boolean }) => {
    try {
      await api.call(updateUser, { params: { id: user.id }, body });
      await queries.invalidateQueries({ queryKey: ['users'] });
    } catch (error) {
      toasts.warn(sentenceOf(error));
    }
  };
  return (
    <div className={styles.row}>
      <Avatar name={user.name} url={user.avatarUrl} />
      <div className={styles.grow}>
        <b>
          <bdi>{user.name}</bdi>
        </b>{' '}
        {isSelf ? <Chip tone="accent">you</Chip> : null}{' '}
        {user.isActive ? null : <Chip tone="bad">deactivated</Chip>}
        <p>
          <bdi>{user.email}</bdi>
          {user.teams.length > 0 ? ` · ${user.teams.map(team => team.name).join(', ')}` : null}
        </p>
      </div>
      {mayWrite && !isSelf ? (
        <Select
          aria-label={`Role of ${user.name}`}
          size="xs"
          w={120}
          allowDeselect={false}
          comboboxProps={{ width: 260, position: 'bottom-end' }}
          data={roles.map(role => ({ value: role.value, label: role.label.split(':')[0] ?? role.value }))}
          value={user.role}
          onChange={value => void change({ role: roleOf(value) })}
        />
      ) : (
        <Chip>{user.role}</Chip>
      )}
      {mayWrite && !isSelf ? (
        <Menu position="bottom-end" width={190}>
          <Menu.Target>
            <IconButton label={`Actions for ${user.name}`}>
              <IconDots size={17} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {user.isActive ? (
              <Menu.Item color="var(--bad)" onClick={() => setIsAsking(true)}>
                Deactivate…
              </Menu.Item>
            ) : (
              <Menu.Item onClick={() => void change({ isActive: true })}>Activate again</Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      ) : null}
      <Modal opened={isAsking} onClose={() => setIsAsking(false)} title={`Deactivate ${user.name}?`}>
        <p>
          <bdi>{user.name}</bdi> is signed out everywhere and cannot sign in until activated again. What they
          wrote stays.
        </p>
        <div className={styles.end}>
          <Button isLarge data-autofocus onClick={() => setIsAsking(false)}>
            Cancel
          </Button>
          <Button
            isLarge
            look="danger"
            onClick={() => void change({ isActive: false }).then(() => setIsAsking(false))}
          >
            Deactivate
          </Button>
        </div>
      </Modal>
    </div>
  );
}

function AddUser({ onDone }: { onDone: () => void }) {
  const { api } = useSession();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const submit = useSubmit(['name', 'email', 'password'], async () => {
    await api.call(createUser, { body: { name: name.trim(), email: email.trim(), password, role } });
    await queries.invalidateQueries({ queryKey: ['users'] });
    onDone();
  });
  return (
    <form className={styles.form} onSubmit={submit.onSubmit} autoComplete="off">
      <TextInput
        label="Name"
        value={name}
        maxLength={200}
        onChange={event => setName(event.currentTarget.value)}
        error={submit.problemOf('name')}
        data-autofocus
      />
      <TextInput
        label="E-mail"
        type="email"
        value={email}
        onChange={event => setEmail(event.currentTarget.value)}
        error={submit.problemOf('email')}
        autoComplete="off"
      />
      <PasswordInput
        label="First password"
        description="At least 10 characters. Tell it to them; they can change it in their profile."
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
        error={submit.problemOf('password')}
        autoComplete="new-password"
      />
      <Select
        label="Role"
        allowDeselect={false}
        data={[...roles]}
        value={role}
        onChange={value => setRole(roleOf(value) ?? 'agent')}
      />
      {submit.problem ? (
        <p className={styles.problem} role="alert">
          {submit.problem}
        </p>
      ) : null}
      <Button
        type="submit"
        look="primary"
        isLarge
        disabled={submit.isBusy || !name.trim() || !email.trim() || password.length < 10}
      >
        Add
      </Button>
    </form>
  );
}
