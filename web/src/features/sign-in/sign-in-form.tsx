import { PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import type { ApiClient } from '../../api/client.ts';
import { Button } from '../../ui/controls.tsx';
import styles from './sign-in.module.css';

interface SignInFormProps {
  api: ApiClient;
  tenant: string;
  email: string;
  /** Somebody who comes back only proves that it is them. */
  isReturn?: boolean;
  onSignedIn: (tenant: string, email: string) => Promise<void>;
}

export function SignInForm({
  api,
  tenant: givenTenant,
  email: givenEmail,
  isReturn,
  onSignedIn,
}: SignInFormProps) {
  const [tenant, setTenant] = useState(givenTenant);
  const [email, setEmail] = useState(givenEmail);
  const [password, setPassword] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setProblem(null);
    try {
      await api.signIn({ tenant: tenant.trim() || undefined, email: email.trim(), password });
      await onSignedIn(tenant.trim(), email.trim());
    } catch (error) {
      setProblem(sentenceOf(error));
      setIsBusy(false);
    }
  };

  return (
    <form className={styles.form} onSubmit={event => void submit(event)}>
      {isReturn ? null : (
        <TextInput
          label="Workspace"
          description="The short name of your company here."
          value={tenant}
          onChange={event => setTenant(event.currentTarget.value)}
          autoComplete="organization"
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
      <TextInput
        label="E-mail"
        type="email"
        required
        withAsterisk={false}
        readOnly={isReturn}
        value={email}
        onChange={event => setEmail(event.currentTarget.value)}
        autoComplete="username"
        data-autofocus={email === '' || undefined}
        autoFocus={email === ''}
      />
      <PasswordInput
        label="Password"
        required
        withAsterisk={false}
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
        autoComplete="current-password"
        data-autofocus={email !== '' || undefined}
        autoFocus={email !== ''}
      />
      {problem ? (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      ) : null}
      <Button type="submit" look="primary" isLarge disabled={isBusy || !email || !password}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
}
