import { PasswordInput, Textarea, TextInput } from '@mantine/core';
import type { Field } from './channel-kinds.ts';

type Values = Readonly<Record<string, string>>;

interface SettingFieldsProps {
  fields: readonly Field[];
  values: Values;
  onChange: (values: Values) => void;
  problemOf: (field: string) => string | undefined;
  /** What is left empty stays as it is. */
  isChange?: boolean;
}

export function SettingFields({ fields, values, onChange, problemOf, isChange }: SettingFieldsProps) {
  return fields.map(field => {
    const Input = field.isList ? Textarea : field.isSecret ? PasswordInput : TextInput;
    return (
      <Input
        key={field.name}
        label={field.isRequired || isChange ? field.label : `${field.label} (optional)`}
        description={field.help}
        placeholder={isChange ? 'As it is' : field.placeholder}
        value={values[field.name] ?? ''}
        onChange={event => onChange({ ...values, [field.name]: event.currentTarget.value })}
        error={problemOf(field.name)}
        autoComplete="off"
        spellCheck={false}
      />
    );
  });
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
