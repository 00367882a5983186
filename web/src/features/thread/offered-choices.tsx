import { IconList } from '@tabler/icons-react';
import styles from './offered-choices.module.css';

interface Choice {
  readonly title: string;
  readonly description: string | null;
}

function choicesOf(value: unknown): Choice[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    const { title, description } = (typeof item === 'object' && item !== null ? item : {}) as Record<
      string,
      unknown
    >;
    if (typeof title !== 'string' || title === '') return [];
    return [{ title, description: typeof description === 'string' ? description : null }];
  });
}

/** The answers that the customer was offered under a message. */
export function OfferedChoices({ buttons, list }: { buttons: unknown; list: unknown }) {
  const { button, choices: listed } = (typeof list === 'object' && list !== null ? list : {}) as Record<
    string,
    unknown
  >;
  const choices = [...choicesOf(buttons), ...choicesOf(listed)];
  if (choices.length === 0) return null;
  return (
    <>
      {typeof button === 'string' ? (
        <span className={styles.opener}>
          <IconList size={14} aria-hidden /> <bdi>{button}</bdi>
        </span>
      ) : null}
      <ul className={styles.offered} aria-label="Answers to tap">
        {choices.map(({ title, description }) => (
          <li key={title}>
            <bdi>{title}</bdi>
            {description ? <small dir="auto">{description}</small> : null}
          </li>
        ))}
      </ul>
    </>
  );
}
