import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { LinkButton } from '../../ui/controls.tsx';
import { AddressField } from './address-field.tsx';
import styles from './copies.module.css';
import type { Copies } from './drafts.ts';

interface CopiesRowProps {
  copies: Copies;
  onChange: (copies: Copies) => void;
}

const names = { cc: 'Cc', bcc: 'Bcc' };

/** Who else the mail goes to: two words, until somebody wants more. */
export function CopiesRow({ copies, onChange }: CopiesRowProps) {
  const [open, setOpen] = useState({ cc: false, bcc: false });
  const field = useRef<HTMLInputElement>(null);
  const rows = (['cc', 'bcc'] as const).filter(name => open[name] || copies[name].length > 0);
  const closed = (['cc', 'bcc'] as const).filter(name => !rows.includes(name));
  const show = (name: keyof Copies) => {
    flushSync(() => setOpen(held => ({ ...held, [name]: true })));
    field.current?.focus();
  };
  return (
    <div className={styles.copies}>
      <div className={styles.rows}>
        {rows.map(name => (
          <AddressField
            key={name}
            ref={node => {
              if (node) field.current = node;
            }}
            label={names[name]}
            addresses={copies[name]}
            onChange={addresses => {
              setOpen(held => ({ ...held, [name]: true }));
              onChange({ ...copies, [name]: addresses });
            }}
          />
        ))}
      </div>
      {closed.map(name => (
        <LinkButton
          key={name}
          className={styles.more}
          aria-label={`Add ${names[name]}`}
          onClick={() => show(name)}
        >
          {names[name]}
        </LinkButton>
      ))}
    </div>
  );
}
