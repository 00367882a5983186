import { PasswordInput, Textarea, TextInput } from '@mantine/core';
import { LinkButton } from '../../ui/controls.tsx';
import type { Field } from './channel-kinds.ts';
import styles from './setting-fields.module.css';

type Values = Readonly<Record<string, string>>;

interface SettingFieldsProps {
  fields: readonly Field[];
  values: Values;
  onChange: (values: Values) => void;
  problemOf: (field: string) => string | undefined;
  /** Of a channel that exists: a secret that is left empty stays as it is, and an optional one can be taken away. */
  removal?: {
    readonly removed: ReadonlySet<string>;
    readonly onRemoved: (field: string, isRemoved: boolean) => void;
  };
}

export function SettingFields({ fields, values, onChange, problemOf, removal }: SettingFieldsProps) {
  return fields.map(field => {
    const { name, label, isRequired, isSecret } = field;
    const Input = field.isList ? Textarea : isSecret ? PasswordInput : TextInput;
    const isRemoved = removal?.removed.has(name) ?? false;
    return (
      <div key={name} className={styles.field}>
        <Input
          label={isRequired || removal ? label : `${label} (optional)`}
          description={isRemoved ? field.help : helpOf(field, removal !== undefined)}
          placeholder={
            removal && isSecret ? (isRemoved ? 'Removed when you save' : 'As it is') : field.placeholder
          }
          value={isRemoved ? '' : (values[name] ?? '')}
          onChange={event => onChange({ ...values, [name]: event.currentTarget.value })}
          error={problemOf(name)}
          disabled={isRemoved}
          autoComplete="off"
          spellCheck={false}
        />
        {removal && isSecret && !isRequired ? (
          <LinkButton onClick={() => removal.onRemoved(name, !isRemoved)}>
            {isRemoved ? 'Keep it' : `Remove it${field.otherwise ? ` (${field.otherwise})` : ''}`}
          </LinkButton>
        ) : null}
      </div>
    );
  });
}

function helpOf({ help, isSecret, otherwise }: Field, isChange: boolean): string {
  if (isChange) return isSecret ? `${help} Left empty, it stays as it is.` : help;
  return otherwise ? `${help} Leave it empty to ${otherwise}.` : help;
}

/** What was filled in, as the platform's settings want it. */
export function settingsOf(fields: readonly Field[], values: Values): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const { name, isList } of fields) {
    const value = (values[name] ?? '').trim();
    if (value) settings[name] = isList ? value.split(/[\s,]+/).filter(Boolean) : value;
  }
  return settings;
}
