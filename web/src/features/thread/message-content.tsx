import {
  IconHandClick,
  IconMapPin,
  IconPhoto,
  IconQuestionMark,
  IconTemplate,
  IconUser,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Message } from '../../../../src/contract/index.ts';
import { AttachmentView, MissingFile } from './attachment-view.tsx';
import { LinkedText } from './linked-text.tsx';
import { mailOf } from './mail.ts';
import { MailView } from './mail-view.tsx';
import { OfferedChoices } from './offered-choices.tsx';
import styles from './thread.module.css';

type Fields = Record<string, unknown>;

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function fieldsOf(value: unknown): Fields {
  return (typeof value === 'object' && value !== null ? value : {}) as Fields;
}

/** A place without words of its own is written out by the platform, as its card does. */
function isOnCard({ type, content, metadata }: Message): boolean {
  const { name, address } = fieldsOf(metadata.location);
  return type === 'location' && content === [text(name), text(address)].filter(Boolean).join(', ');
}

interface MessageContentProps {
  message: Message;
  /** What the conversation is about, where that is said. */
  subject: string | null;
}

/** What a message says, by its type. */
export function MessageContent({ message, subject }: MessageContentProps) {
  const { metadata, content } = message;
  if (message.deletedAt) return <em className={styles.deleted}>This message was deleted</em>;
  const mail = mailOf(message);
  if (mail)
    return (
      <MailView message={message} mail={mail} subject={subject}>
        <Special message={message} />
      </MailView>
    );
  return (
    <>
      {message.attachments.map(attachment => (
        <AttachmentView key={attachment.id} attachment={attachment} />
      ))}
      <Special message={message} />
      {content && message.type !== 'unsupported' && !isOnCard(message) ? (
        <p className={styles.text} dir="auto">
          <LinkedText text={content} />
        </p>
      ) : null}
      <OfferedChoices buttons={metadata.buttons} list={metadata.list} />
      {metadata.referral ? <Label icon={<IconHandClick size={14} />}>Came from an ad</Label> : null}
    </>
  );
}

function Special({ message }: { message: Message }): ReactNode {
  const { metadata, content } = message;
  switch (message.type) {
    case 'location':
      return <Location location={fieldsOf(metadata.location)} />;
    case 'contacts':
      return <Contacts metadata={metadata} />;
    case 'interactive':
      return message.direction === 'outbound' ? null : (
        <Label icon={<IconHandClick size={14} />}>
          {content ? 'Chose' : (text(fieldsOf(metadata.interactive).title) ?? 'Chose an option')}
        </Label>
      );
    case 'template':
      return (
        <Label icon={<IconTemplate size={14} />}>
          Template <bdi>{text(fieldsOf(metadata.template).name)}</bdi>
        </Label>
      );
    case 'story':
      return <Label icon={<IconPhoto size={14} />}>Replied to your story</Label>;
    case 'unsupported':
      return (
        <Label icon={<IconQuestionMark size={14} />}>
          {content ?? 'A kind of message that cannot be shown here yet'}
        </Label>
      );
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return message.attachments.length === 0 ? (
        <MissingFile type={message.type} filename={null} state="unavailable" error={null} />
      ) : null;
    default:
      return null;
  }
}

function Label({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span className={styles.label}>
      {icon}
      <bdi>{children}</bdi>
    </span>
  );
}

function Location({ location }: { location: Fields }) {
  const { latitude, longitude } = location;
  const name = text(location.name);
  const address = text(location.address);
  const place = name ?? address ?? 'Location';
  if (typeof latitude !== 'number' || typeof longitude !== 'number')
    return <Label icon={<IconMapPin size={14} />}>{place}</Label>;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <a className={styles.card} href={href} target="_blank" rel="noreferrer noopener">
      <IconMapPin size={18} stroke={1.7} aria-hidden />
      <span>
        <bdi>{place}</bdi>
        {name && address ? (
          <small>
            <bdi>{address}</bdi>
          </small>
        ) : null}
        <small>
          {latitude.toFixed(5)}, {longitude.toFixed(5)}
        </small>
      </span>
    </a>
  );
}

function Contacts({ metadata }: { metadata: Message['metadata'] }) {
  const contacts: unknown[] = Array.isArray(metadata.contacts) ? metadata.contacts : [];
  return contacts.map((contact, index) => {
    const fields = fieldsOf(contact);
    const name = text(fields.name) ?? text(fieldsOf(fields.name).formatted_name) ?? 'A contact';
    const phones: unknown[] = Array.isArray(fields.phones) ? fields.phones : [];
    const phone =
      text(fields.phone) ?? phones.map(item => text(item) ?? text(fieldsOf(item).phone)).find(Boolean);
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: shared contacts have no id and never change
      <span key={index} className={styles.card}>
        <IconUser size={18} stroke={1.7} aria-hidden />
        <span>
          <bdi>{name}</bdi>
          {phone ? (
            <small>
              <bdi>{phone}</bdi>
            </small>
          ) : null}
        </span>
      </span>
    );
  });
}
