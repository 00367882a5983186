import {
  IconFile,
  IconHandClick,
  IconMapPin,
  IconMicrophone,
  IconMovie,
  IconPhoto,
  IconQuestionMark,
  IconSticker,
  IconTemplate,
  IconUser,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Message } from '../../../../src/contract/index.ts';
import { spanOf } from '../../ui/time.ts';
import { LinkedText } from './linked-text.tsx';
import styles from './thread.module.css';

type Attachment = Message['attachments'][number];

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

/** What a message says, by its type. */
export function MessageContent({ message }: { message: Message }) {
  const { metadata, content } = message;
  if (message.deletedAt) return <em className={styles.deleted}>This message was deleted</em>;
  return (
    <>
      {message.email?.subject ? <b className={styles.subject}>{message.email.subject}</b> : null}
      {message.attachments.map(attachment => (
        <AttachmentView key={attachment.id} attachment={attachment} />
      ))}
      <Special message={message} />
      {content && message.type !== 'unsupported' && !isOnCard(message) ? (
        <p className={styles.text} dir="auto">
          <LinkedText text={content} />
        </p>
      ) : null}
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
      return (
        <Label icon={<IconHandClick size={14} />}>
          {content ? 'Chose' : (text(fieldsOf(metadata.interactive).title) ?? 'Chose an option')}
        </Label>
      );
    case 'template':
      return <Label icon={<IconTemplate size={14} />}>Template</Label>;
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

const fileIcons = {
  image: IconPhoto,
  video: IconMovie,
  audio: IconMicrophone,
  document: IconFile,
  sticker: IconSticker,
};
const widestImage = 260;
const tallestImage = 240;

/** Images keep their size while they load, so that nothing jumps. */
function boxOf({ width, height, type }: Attachment) {
  if (type === 'sticker') return { inlineSize: 120, blockSize: 120 };
  if (!width || !height) return { inlineSize: 230, blockSize: 132 };
  const scale = Math.min(1, widestImage / width, tallestImage / height);
  return { inlineSize: Math.round(width * scale), blockSize: Math.round(height * scale) };
}

const fileNames = {
  image: 'Photo',
  video: 'Video',
  audio: 'Recording',
  document: 'Document',
  sticker: 'Sticker',
};

/** A file that is still on its way to us, or never comes. */
function MissingFile({
  type,
  filename,
  state,
  error,
}: Pick<Attachment, 'type' | 'filename' | 'state' | 'error'>) {
  const Icon = fileIcons[type];
  return (
    <span className={styles.missing} role={state === 'waiting' ? 'status' : undefined}>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span>
        {fileNames[type]}
        {filename ? (
          <>
            {' '}
            <bdi>{filename}</bdi>
          </>
        ) : null}
        {state === 'waiting' ? ' is on its way…' : <>. {error ?? 'It cannot be had any more.'}</>}
      </span>
    </span>
  );
}

/** Links name the address by which the world sees us; this page may be open under another. */
function here(link: string): string {
  const { pathname, search } = new URL(link, location.href);
  return pathname + search;
}

function AttachmentView({ attachment }: { attachment: Attachment }) {
  const { type, filename, size, duration } = attachment;
  const name = filename ?? fileNames[type];
  if (attachment.url === null) return <MissingFile {...attachment} />;
  const url = here(attachment.url);
  const thumbnailUrl = attachment.thumbnailUrl && here(attachment.thumbnailUrl);
  if (type === 'image' || type === 'sticker')
    return (
      <a
        href={url}
        target="_blank"
        rel="noreferrer noopener"
        className={styles.image}
        style={boxOf(attachment)}
      >
        <img src={thumbnailUrl ?? url} alt={filename ?? fileNames[type]} loading="lazy" />
      </a>
    );
  if (type === 'audio')
    return (
      // biome-ignore lint/a11y/useMediaCaption: customers' recordings have no captions
      <audio
        controls
        preload="none"
        src={url}
        aria-label={`${attachment.isVoice ? 'Voice message' : name}${duration ? `, ${spanOf(duration * 1000)}` : ''}`}
      />
    );
  if (type === 'video')
    return (
      // biome-ignore lint/a11y/useMediaCaption: customers' recordings have no captions
      <video
        controls
        preload="none"
        src={url}
        poster={thumbnailUrl ?? undefined}
        style={boxOf(attachment)}
        aria-label={name}
      />
    );
  return (
    <a className={styles.card} href={url} download={filename ?? true}>
      <IconFile size={18} stroke={1.7} aria-hidden />
      <span>
        <bdi>{name}</bdi>
        {size ? <small>{sizeOf(size)}</small> : null}
      </span>
    </a>
  );
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.max(1, Math.round(bytes / 1000))} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
