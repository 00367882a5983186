import { type ReactNode, useState } from 'react';
import type { Message } from '../../../../src/contract/index.ts';
import { usePreferences } from '../../app/preferences.ts';
import { LinkButton } from '../../ui/controls.tsx';
import { AttachmentView } from './attachment-view.tsx';
import styles from './mail.module.css';
import { isSameSubject, type Mail } from './mail.ts';
import { MailHead } from './mail-head.tsx';
import { MailLayout } from './mail-layout.tsx';
import { MailText } from './mail-text.tsx';

interface MailViewProps {
  message: Message;
  mail: Mail;
  /** Of the conversation; what is the same is not said again. */
  subject: string | null;
  /** What else its type wants to be shown. */
  children: ReactNode;
}

/** What a mail says: its head, and its words or its layout. */
export function MailView({ message, mail, subject, children }: MailViewProps) {
  const preferences = usePreferences();
  const [chosen, setChosen] = useState<boolean | null>(null);
  /** Files that the layout shows in their places. */
  const [inPlace, setInPlace] = useState<readonly number[]>([]);
  const hasLayout = message.metadata.hasLayout === true;
  const text = message.content ?? '';
  const isLaidOut = hasLayout && (text === '' || (chosen ?? preferences.mailLayout));
  const own = message.email?.subject ?? '';
  return (
    <>
      <MailHead mail={mail} isOut={message.direction === 'outbound'} />
      {own !== '' && !isSameSubject(own, subject ?? '') ? (
        <b className={styles.subject} dir="auto">
          {own}
        </b>
      ) : null}
      {isLaidOut ? (
        <MailLayout messageId={message.id} onShown={setInPlace} />
      ) : (
        <MailText text={text} quotedFrom={mail.quotedFrom} />
      )}
      {children}
      {message.attachments
        .filter(({ id }) => !isLaidOut || !inPlace.includes(id))
        .map(attachment => (
          <AttachmentView key={attachment.id} attachment={attachment} />
        ))}
      {mail.isCut ? <p className={styles.remark}>The mail is longer: only its beginning is kept.</p> : null}
      {hasLayout && text !== '' ? (
        <LinkButton className={styles.switch} onClick={() => setChosen(!isLaidOut)}>
          {isLaidOut ? 'Show as text' : 'Show as laid out'}
        </LinkButton>
      ) : null}
    </>
  );
}
