import { IconFile, IconMicrophone, IconMovie, IconPhoto, IconRefresh, IconX } from '@tabler/icons-react';
import { formatBytes } from '../../../../src/contract/index.ts';
import { IconButton } from '../../ui/controls.tsx';
import { useLocalUrl } from '../../ui/use-local-url.ts';
import styles from './file-tray.module.css';
import { kindOfFile } from './outgoing-bodies.ts';
import type { Upload } from './uploads.ts';

const icons = {
  image: IconPhoto,
  video: IconMovie,
  audio: IconMicrophone,
  document: IconFile,
  sticker: IconPhoto,
};

interface FileTrayProps {
  uploads: readonly Upload[];
  /** Why the channel does not take it. */
  refusalOf: (upload: Upload) => string | null;
  onRetry: (key: number) => void;
  onRemove: (key: number) => void;
  label?: string;
}

/** What goes out with the next message. */
export function FileTray({ uploads, refusalOf, onRetry, onRemove, label = 'Files to send' }: FileTrayProps) {
  if (uploads.length === 0) return null;
  return (
    <ul className={styles.tray} aria-label={label}>
      {uploads.map(upload => (
        <FileChip
          key={upload.key}
          upload={upload}
          trouble={upload.error ?? refusalOf(upload)}
          onRetry={() => onRetry(upload.key)}
          onRemove={() => onRemove(upload.key)}
        />
      ))}
    </ul>
  );
}

interface FileChipProps {
  upload: Upload;
  trouble: string | null;
  onRetry: () => void;
  onRemove: () => void;
}

function FileChip({ upload, trouble, onRetry, onRemove }: FileChipProps) {
  const { file, isVoice, progress, attachment, error } = upload;
  const kind = kindOfFile(file);
  const Icon = icons[kind];
  const name = isVoice ? 'Voice note' : file.name;
  const isUnderWay = attachment === null && error === null;
  return (
    <li className={styles.file} data-trouble={trouble !== null || undefined}>
      {kind === 'image' ? <Preview file={file} /> : <Icon size={20} stroke={1.6} aria-hidden />}
      <span className={styles.words}>
        <bdi className={styles.name} title={name}>
          {name}
        </bdi>
        {trouble === null ? <small>{formatBytes(file.size)}</small> : <small role="alert">{trouble}</small>}
      </span>
      {isVoice && attachment?.url ? <VoicePreview file={file} /> : null}
      {error === null ? null : (
        <IconButton label={`Upload ${name} again`} onClick={onRetry}>
          <IconRefresh size={14} />
        </IconButton>
      )}
      <IconButton label={`Remove ${name}`} onClick={onRemove}>
        <IconX size={14} />
      </IconButton>
      {isUnderWay ? (
        <progress className={styles.progress} value={progress} aria-label={`Uploading ${name}`} />
      ) : null}
    </li>
  );
}

function Preview({ file }: { file: File }) {
  return <img className={styles.preview} src={useLocalUrl(file)} alt="" />;
}

function VoicePreview({ file }: { file: File }) {
  const url = useLocalUrl(file);
  return (
    // biome-ignore lint/a11y/useMediaCaption: it is the agent's own voice, a moment ago
    <audio className={styles.voice} controls src={url} aria-label="Listen to the voice note" />
  );
}
