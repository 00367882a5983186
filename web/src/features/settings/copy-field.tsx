import { TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Button } from '../../ui/controls.tsx';
import styles from './settings.module.css';

/** Something that belongs into another console. */
export function CopyField({
  label,
  description,
  value,
}: {
  label: string;
  description?: string;
  value: string;
}) {
  const clipboard = useClipboard();
  return (
    <div className={styles.copy}>
      <TextInput
        label={label}
        description={description}
        value={value}
        readOnly
        dir="ltr"
        onFocus={event => event.currentTarget.select()}
      />
      <Button isLarge onClick={() => clipboard.copy(value)} aria-label={`Copy ${label}`}>
        {clipboard.copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
