import { IconArrowBackUp, IconList } from '@tabler/icons-react';
import type { ChoicesDraft } from './drafts.ts';
import styles from './preview.module.css';

/** The message with its answers, as the customer will see it. */
export function ChoicesPreview({ text, choices }: { text: string; choices: ChoicesDraft }) {
  const { kind, button, items } = choices;
  return (
    <section className={styles.preview} aria-label="Preview">
      <div className={styles.bubble}>
        <p dir="auto">{text.trim() === '' ? <mark>What you ask</mark> : text}</p>
      </div>
      {kind === 'list' ? (
        <>
          <div className={styles.key}>
            <IconList size={14} aria-hidden /> <bdi>{button.trim() || '…'}</bdi>
          </div>
          <ul className={styles.sheet}>
            {items.map(({ id, title, description }, index) => (
              <li key={id}>
                <bdi>{title.trim() || `Answer ${index + 1}`}</bdi>
                {description.trim() === '' ? null : <small dir="auto">{description}</small>}
              </li>
            ))}
          </ul>
        </>
      ) : (
        items.map(({ id, title }, index) => (
          <div key={id} className={styles.key}>
            <IconArrowBackUp size={14} aria-hidden /> <bdi>{title.trim() || `Answer ${index + 1}`}</bdi>
          </div>
        ))
      )}
    </section>
  );
}
