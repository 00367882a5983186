import { Pill, PillsInput } from '@mantine/core';
import { type KeyboardEvent, type Ref, useState } from 'react';
import { isComposing } from '../../ui/is-composing.ts';
import styles from './copies.module.css';
import { addressesIn, isAddress, withAddresses } from './copies.ts';

interface AddressFieldProps {
  ref?: Ref<HTMLInputElement>;
  label: string;
  addresses: readonly string[];
  onChange: (addresses: readonly string[]) => void;
}

/** Addresses as chips. What is no address stays in sight, and says so. */
export function AddressField({ ref, label, addresses, onChange }: AddressFieldProps) {
  const [text, setText] = useState('');
  const wrong = addresses.filter(address => !isAddress(address));
  const take = (typed: string) => {
    const found = addressesIn(typed);
    if (found.length > 0) onChange(withAddresses(addresses, found));
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === 'Backspace' && text === '' && addresses.length > 0) onChange(addresses.slice(0, -1));
    else if (['Enter', ',', ';', ' '].includes(event.key)) {
      event.preventDefault();
      take(text);
    }
  };
  return (
    <div className={styles.row}>
      <span className={styles.label} aria-hidden>
        {label}
      </span>
      <PillsInput size="xs" variant="unstyled" className={styles.field} error={wrong.length > 0}>
        <Pill.Group gap={4}>
          {addresses.map(address => (
            <Pill
              key={address}
              size="sm"
              withRemoveButton
              data-wrong={wrong.includes(address) || undefined}
              className={styles.pill}
              onRemove={() => onChange(addresses.filter(other => other !== address))}
              removeButtonProps={{
                'aria-label': `Remove ${address}`,
                'aria-hidden': false,
                tabIndex: 0,
              }}
            >
              <bdi>{address}</bdi>
            </Pill>
          ))}
          <PillsInput.Field
            ref={ref}
            inputMode="email"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-label={label}
            aria-invalid={wrong.length > 0 || undefined}
            className={styles.input}
            value={text}
            onChange={event => setText(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={() => take(text)}
            onPaste={event => {
              const pasted = event.clipboardData.getData('text');
              if (!/[,;\n]/.test(pasted)) return;
              event.preventDefault();
              take(`${text}${pasted}`);
            }}
          />
        </Pill.Group>
      </PillsInput>
      {wrong.length > 0 ? (
        <p className={styles.wrong} role="alert">
          <bdi>{wrong.join(', ')}</bdi>{' '}
          {wrong.length === 1 ? 'is no e-mail address.' : 'are no e-mail addresses.'}
        </p>
      ) : null}
    </div>
  );
}
