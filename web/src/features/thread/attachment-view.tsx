import { IconFile, IconMicrophone, IconMovie, IconPhoto, IconSticker } from '@tabler/icons-react';
import { formatBytes, type Message } from '../../../../src/contract/index.ts';
import { spanOf } from '../../ui/time.ts';
import styles from './thread.module.css';

type Attachment = Message['attachments'][number];

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
export function MissingFile({
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

export function AttachmentView({ attachment }: { attachment: Attachment }) {
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
        {size ? <small>{formatBytes(size)}</small> : null}
      </span>
    </a>
  );
}
