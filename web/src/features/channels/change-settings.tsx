import { useState } from 'react';
import { type Channel, updateChannel } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import { useToasts } from '../../ui/toasts.tsx';
import styles from '../settings/settings.module.css';
import { useSubmit } from '../settings/use-submit.ts';
import type { ChannelKind } from './channel-kinds.ts';
import { shortfallOf } from './channel-state.ts';
import { FormFoot } from './form-foot.tsx';
import { SettingFields, settingsOf } from './setting-fields.tsx';

interface ChangeSettingsProps {
  channel: Channel;
  kind: ChannelKind;
  onCancel: () => void;
  onDone: () => void;
}

/** A new token or another address, while history and what waits to be sent stay. */
export function ChangeSettings({ channel, kind, onCancel, onDone }: ChangeSettingsProps) {
  const { api } = useSession();
  const toasts = useToasts();
  const [before] = useState(() => openValues(channel, kind));
  const [values, setValues] = useState(before);
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const textOf = (name: string) => (values[name] ?? '').trim();
  const isKept = ({ name }: { name: string }) => !removed.has(name) && textOf(name) === (before[name] ?? '');
  const changed = kind.fields.filter(field => !isKept(field));
  const submit = useSubmit(
    kind.fields.map(field => field.name),
    async () => {
      const gone = changed.filter(({ name }) => removed.has(name) || textOf(name) === '');
      const given = changed.filter(field => !gone.includes(field));
      const nothing = Object.fromEntries(gone.map(({ name }) => [name, null]));
      const body = { settings: { ...settingsOf(given, values), ...nothing } };
      const shortfall = shortfallOf(await api.call(updateChannel, { params: { id: channel.id }, body }));
      if (shortfall !== null) toasts.warn(`${channel.name} is saved. ${shortfall}`);
      onDone();
    },
  );
  const hasAll = kind.fields.every(
    ({ name, isRequired, isSecret }) => !isRequired || isSecret || textOf(name) !== '',
  );
  return (
    <form className={styles.form} onSubmit={submit.onSubmit} autoComplete="off">
      <SettingFields
        fields={kind.fields}
        values={values}
        onChange={setValues}
        problemOf={submit.problemOf}
        removal={{
          removed,
          onRemoved: (name, isRemoved) =>
            setRemoved(held => new Set(isRemoved ? [...held, name] : [...held].filter(one => one !== name))),
        }}
      />
      <FormFoot
        submit={submit}
        isReady={changed.length > 0 && hasAll}
        act="Save and connect"
        leave="Cancel"
        onLeave={onCancel}
      >
        Conversations, the webhook address and messages that wait are kept.
      </FormFoot>
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
