import { PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { LinkButton } from '../../ui/controls.tsx';
import { Segments } from '../../ui/segments.tsx';
import settings from '../settings/settings.module.css';
import styles from './email-fields.module.css';
import { emailPresets, type ServerAddress, type SignIn } from './email-presets.ts';
import { type EmailValues, presetOf, withPort, withPreset } from './email-values.ts';

interface EmailFieldsProps {
  values: EmailValues;
  onChange: (values: EmailValues) => void;
  problemOf: (field: string) => string | undefined;
}

const plain = { autoComplete: 'off', spellCheck: false, autoCapitalize: 'none' } as const;
const signInNames: Readonly<Record<SignIn, string>> = { password: 'Password', oauth: 'OAuth' };

/** Who writes, as customers see it. */
export function SenderFields({ values, onChange, problemOf }: EmailFieldsProps) {
  return (
    <>
      <TextInput
        {...plain}
        label="E-mail address"
        description="What customers write to, and what they see as the sender."
        placeholder="help@shop.example"
        type="email"
        value={values.address}
        onChange={event => onChange({ ...values, address: event.currentTarget.value })}
        error={problemOf('address')}
      />
      <TextInput
        label="Sender’s name (optional)"
        description="Stands beside the address."
        autoComplete="off"
        value={values.name}
        onChange={event => onChange({ ...values, name: event.currentTarget.value })}
        error={problemOf('name')}
      />
    </>
  );
}

/** Where the mail is, and how one gets in. */
export function AccessFields({ values, onChange, problemOf }: EmailFieldsProps) {
  const preset = presetOf(values);
  const { signIn } = values;
  return (
    <>
      <Select
        label="Mail service"
        allowDeselect={false}
        data={emailPresets.map(({ key, title }) => ({ value: key, label: title }))}
        value={preset.key}
        onChange={key =>
          onChange(withPreset(values, emailPresets.find(known => known.key === key) ?? preset))
        }
      />
      <div className={styles.signIn}>
        {preset.signIns.length > 1 ? (
          <Segments
            label="Sign in with"
            options={preset.signIns.map(value => ({ value, label: signInNames[value] }))}
            value={signIn}
            onChange={value => onChange({ ...values, signIn: value })}
          />
        ) : null}
        <p className={settings.help}>{preset.help[signIn]}</p>
      </div>
      {signIn === 'password' ? (
        <PasswordFields values={values} onChange={onChange} problemOf={problemOf} />
      ) : (
        <OAuthFields values={values} onChange={onChange} problemOf={problemOf} />
      )}
      <Servers key={preset.key} values={values} onChange={onChange} problemOf={problemOf} />
    </>
  );
}

function UserField({ values, onChange, problemOf }: EmailFieldsProps) {
  return (
    <TextInput
      {...plain}
      label="User (optional)"
      description="Left empty: the address."
      value={values.user}
      onChange={event => onChange({ ...values, user: event.currentTarget.value })}
      error={problemOf('imap.user')}
    />
  );
}

function PasswordFields({ values, onChange, problemOf }: EmailFieldsProps) {
  const { hasOwnSmtp } = values;
  return (
    <>
      <UserField values={values} onChange={onChange} problemOf={problemOf} />
      <PasswordInput
        label="Password"
        autoComplete="off"
        value={values.password}
        onChange={event => onChange({ ...values, password: event.currentTarget.value })}
        error={problemOf('imap.password') ?? (hasOwnSmtp ? undefined : problemOf('smtp.password'))}
      />
      <Switch
        label="Another user for sending"
        checked={hasOwnSmtp}
        onChange={event => onChange({ ...values, hasOwnSmtp: event.currentTarget.checked })}
      />
      {hasOwnSmtp ? (
        <>
          <TextInput
            {...plain}
            label="User for sending (optional)"
            description="Left empty: the same one."
            value={values.smtpUser}
            onChange={event => onChange({ ...values, smtpUser: event.currentTarget.value })}
            error={problemOf('smtp.user')}
          />
          <PasswordInput
            label="Password for sending"
            autoComplete="off"
            value={values.smtpPassword}
            onChange={event => onChange({ ...values, smtpPassword: event.currentTarget.value })}
            error={problemOf('smtp.password')}
          />
        </>
      ) : null}
    </>
  );
}

function OAuthFields({ values, onChange, problemOf }: EmailFieldsProps) {
  const field = (name: 'clientId' | 'tokenUrl' | 'clientSecret' | 'refreshToken') => ({
    ...plain,
    value: values[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...values, [name]: event.currentTarget.value }),
    error: problemOf(`oauth.${name}`),
  });
  return (
    <>
      <UserField values={values} onChange={onChange} problemOf={problemOf} />
      <TextInput label="Client id" {...field('clientId')} />
      <PasswordInput label="Client secret" {...field('clientSecret')} />
      <PasswordInput
        label="Refresh token"
        description="Made once, by signing in as this mailbox. Concierge keeps it fresh."
        {...field('refreshToken')}
      />
      <TextInput label="Token address" placeholder="https://…" {...field('tokenUrl')} />
    </>
  );
}

const serverNames = { imap: 'Receiving (IMAP)', smtp: 'Sending (SMTP)' };

/** Of a service that is known, nobody wants to read them. */
function Servers({ values, onChange, problemOf }: EmailFieldsProps) {
  const [isOpen, setIsOpen] = useState(presetOf(values).imap.host === '');
  const hasProblem = ['imap.host', 'imap.port', 'smtp.host', 'smtp.port'].some(field => problemOf(field));
  if (!isOpen && !hasProblem)
    return (
      <p className={settings.help}>
        <bdi>
          {values.imap.host}:{values.imap.port}, {values.smtp.host}:{values.smtp.port}
        </bdi>{' '}
        <LinkButton onClick={() => setIsOpen(true)}>Change the servers</LinkButton>
      </p>
    );
  return (['imap', 'smtp'] as const).map(name => (
    <ServerFields
      key={name}
      name={name}
      server={values[name]}
      onChange={server => onChange({ ...values, [name]: server })}
      problemOf={problemOf}
    />
  ));
}

interface ServerFieldsProps {
  name: 'imap' | 'smtp';
  server: ServerAddress;
  onChange: (server: ServerAddress) => void;
  problemOf: EmailFieldsProps['problemOf'];
}

function ServerFields({ name, server, onChange, problemOf }: ServerFieldsProps) {
  return (
    <fieldset className={styles.server}>
      <legend>{serverNames[name]}</legend>
      <TextInput
        {...plain}
        label="Server"
        placeholder={`${name}.shop.example`}
        value={server.host}
        onChange={event => onChange({ ...server, host: event.currentTarget.value })}
        error={problemOf(`${name}.host`)}
      />
      <TextInput
        {...plain}
        label="Port"
        inputMode="numeric"
        maxLength={5}
        value={server.port}
        onChange={event => onChange(withPort(server, event.currentTarget.value.replaceAll(/\D/g, '')))}
        error={problemOf(`${name}.port`)}
      />
      <Select
        label="Encryption"
        allowDeselect={false}
        data={[
          { value: 'tls', label: 'TLS' },
          { value: 'starttls', label: 'STARTTLS' },
        ]}
        value={server.secure ? 'tls' : 'starttls'}
        onChange={value => onChange({ ...server, secure: value === 'tls' })}
      />
    </fieldset>
  );
}

/** What makes a mailbox better, and what it works without. */
export function MoreFields({ values, onChange, problemOf }: EmailFieldsProps) {
  return (
    <>
      <TextInput
        {...plain}
        label="Name of the mail server in Authentication-Results (optional)"
        description="With it Concierge can tell who really wrote; without it nobody is verified. The health of the channel names it once mail has come in."
        placeholder="mx.shop.example"
        value={values.authservId}
        onChange={event => onChange({ ...values, authservId: event.currentTarget.value })}
        error={problemOf('authservId')}
      />
      <Switch
        label="Answers come back to address+something"
        description="They find their conversation even when a mail program drops the usual headers. Only where the mail service delivers such addresses."
        checked={values.plusAddressing}
        onChange={event => onChange({ ...values, plusAddressing: event.currentTarget.checked })}
      />
    </>
  );
}
