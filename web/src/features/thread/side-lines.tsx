import { IconAlertCircle, IconCloudOff, IconPaperclip, IconPin } from '@tabler/icons-react';
import type { Note } from '../../../../src/contract/index.ts';
import { useSession } from '../../app/session.ts';
import type { OutgoingMessage } from '../../realtime/outbox.ts';
import { LinkButton } from '../../ui/controls.tsx';
import { clockTime, exactTime } from '../../ui/time.ts';
import { LinkedText } from './linked-text.tsx';
import { StatusTicks } from './message-status.tsx';
import { OfferedChoices } from './offered-choices.tsx';
import styles from './thread.module.css';

export function NoteLine({ note }: { note: Note }) {
  return (
    <article
      className={styles.note}
      aria-label={`Note by ${note.author?.name ?? 'Concierge'}, ${exactTime(note.createdAt)}`}
    >
      <header>
        <b>
          <bdi>{note.author?.name ?? 'Concierge'}</bdi>
        </b>{' '}
        · note · <time dateTime={note.createdAt}>{clockTime(note.createdAt)}</time>
        {note.isPinned ? <IconPin size={13} aria-label="pinned" /> : null}
      </header>
      <p className={styles.text} dir="auto">
        <LinkedText text={note.content} />
      </p>
    </article>
  );
}

/** A message that only this browser has so far. */
export function OutgoingLine({ outgoing, isRemoved }: { outgoing: OutgoingMessage; isRemoved: boolean }) {
  const { desk } = useSession();
  const { state, body, clientId, reason, words } = outgoing;
  return (
    <article
      className={styles.line}
      data-out
      data-first
      data-waiting={state !== 'refused' || undefined}
      aria-label="You, not sent yet"
    >
      <div className={styles.bubble}>
        {outgoing.files?.map((name, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name, and the list never changes
          <span key={index} className={styles.label}>
            <IconPaperclip size={14} aria-hidden /> <bdi>{name}</bdi>
          </span>
        ))}
        <p className={styles.text} dir="auto">
          {body.type === 'template' ? (words ?? `Template ${body.template?.name ?? ''}`) : body.content}
        </p>
        <OfferedChoices buttons={body.buttons} list={body.list} />
        <span className={styles.foot}>
          <time dateTime={outgoing.createdAt}>{clockTime(outgoing.createdAt)}</time>
          <StatusTicks status={state === 'refused' ? 'failed' : 'pending'} />
        </span>
      </div>
      {state === 'waiting' ? (
        <p className={styles.trouble} data-unknown>
          <IconCloudOff size={13} aria-hidden /> Kept here and sent as soon as there is a connection.{' '}
          <LinkButton onClick={() => desk.outbox.retry(clientId)}>Try now</LinkButton>
        </p>
      ) : null}
      {state === 'refused' ? (
        <p className={styles.trouble}>
          <IconAlertCircle size={13} aria-hidden /> {reason}{' '}
          {isRemoved ? null : (
            <>
              <LinkButton onClick={() => desk.outbox.retry(clientId)}>Try again</LinkButton>
              {' · '}
            </>
          )}
          <LinkButton onClick={() => desk.outbox.remove(clientId)}>Discard</LinkButton>
        </p>
      ) : null}
    </article>
  );
}

export function TypingLine({ writers }: { writers: readonly string[] }) {
  return (
    <div className={styles.typing} aria-live="polite">
      {writers.length > 0 ? (
        <>
          <i aria-hidden>
            <u />
            <u />
            <u />
          </i>
          <span>
            <bdi>{writers.join(', ')}</bdi> {writers.length === 1 ? 'is' : 'are'} writing
          </span>
        </>
      ) : null}
    </div>
  );
}
