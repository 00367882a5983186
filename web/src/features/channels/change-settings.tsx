import { useState } from 'react';
import { type Channel, updateChannel } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { Button } from '../../ui/controls.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import styles from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';
import type { ChannelKind } from './channel-kinds.ts';
import { SettingFields, settingsOf } from './setting-fields.tsx';

interface ChangeSettingsProps {
  channel: Channel;
  kind: ChannelKind;
  onDone: () => void;
}

/** A new token or another address, while history and what waits to be sent stay. */
export function ChangeSettings({ channel, kind, onDone }: ChangeSettingsProps) {
  const { api } = useSession();
  const toasts = useToasts();
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => openValues(channel, kind));
  const before = openValues(channel, kind);
  const submit = useSubmit(
    kind.fields.map(field => field.name),
    async () => {
      const changed = kind.fields.filter(({ name }) => values[name] !== before[name]);
      const cleared = changed.filter(({ name, isRequired }) => !isRequired && !values[name]?.trim());
      const nothing = Object.fromEntries(cleared.map(({ name }) => [name, null]));
      const body = { settings: { ...settingsOf(changed, values), ...nothing } };
      const { health, healthMessage } = await api.call(updateChannel, { params: { id: channel.id }, body });
      if (health !== 'ok' && healthMessage) toasts.warn(healthMessage);
      onDone();
    },
  );
  const isChanged = kind.fields.some(({ name }) => (values[name] ?? '') !== (before[name] ?? ''));
  return (
    <form className={styles.form} onSubmit={submit.onSubmit} autoComplete="off">
      <SettingFields
        fields={kind.fields}
        values={values}
        onChange={setValues}
        problemOf={submit.problemOf}
        isChange
      />
      {submit.problem ? (
        <p className={styles.problem} role="alert">
          {submit.problem}
        </p>
      ) : null}
      <p className={styles.help}>
        What you leave as it is stays. Conversations, the webhook address and messages that wait are kept.
      </p>
      <Button type="submit" look="primary" isLarge disabled={!isChanged || submit.isBusy}>
        {submit.isBusy ? 'Connecting…' : 'Save and connect'}
      </Button>
    </form>
  );
}

/** Settings that are no secrets can be read back. */
function openValues({ settings }: Channel, { fields }: ChannelKind): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = settings[name];
      if (typeof value === 'string') return [[name, value]];
      return Array.isArray(value) ? [[name, value.join('\n')]] : [];
    }),
  );
}
