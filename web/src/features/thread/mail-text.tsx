import { IconDots } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { LinkedText } from './linked-text.tsx';
import styles from './mail.module.css';
import thread from './thread.module.css';

/** The words of a mail; what was said before, and only quoted, is folded away. */
export function MailText({ text, quotedFrom }: { text: string; quotedFrom: number | null }) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const own = quotedFrom === null ? text : text.slice(0, quotedFrom).trimEnd();
  const quoted = quotedFrom === null ? '' : text.slice(quotedFrom).trim();
  return (
    <>
      {own === '' ? null : (
        <p className={thread.text} dir="auto">
          <LinkedText text={own} />
        </p>
      )}
      {quoted === '' ? null : (
        <>
          <button
            type="button"
            className={styles.fold}
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label="What was quoted"
            title={isOpen ? 'Hide what was quoted' : 'Show what was quoted'}
            onClick={() => setIsOpen(open => !open)}
          >
            <IconDots size={16} aria-hidden />
          </button>
          <p id={id} className={`${thread.text} ${styles.quoted}`} dir="auto" hidden={!isOpen}>
            {isOpen ? <LinkedText text={quoted} /> : null}
          </p>
        </>
      )}
    </>
  );
}
