import { Input } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { type Channel, formatBytes, outgoingKind } from '../../../../src/contract/index.ts';
import { Button } from '../../ui/controls.tsx';
import { FileTray } from '../composer/file-tray.tsx';
import { kindOfFile } from '../composer/outgoing-bodies.ts';
import type { Upload } from '../composer/uploads.ts';
import type { Files } from '../composer/use-files.ts';
import type { FileHeader } from './template-values.ts';
import styles from './templates.module.css';

const names: Readonly<Record<FileHeader, string>> = {
  image: 'image',
  video: 'video',
  document: 'document',
};
const articles: Readonly<Record<FileHeader, string>> = { image: 'an', video: 'a', document: 'a' };

/** Why the file cannot stand in a header of this kind; `null`: it can. */
export function whyNotInHeader(
  kind: FileHeader,
  { abilities }: Pick<Channel, 'abilities'>,
  { file, attachment }: Pick<Upload, 'file' | 'attachment'>,
): string | null {
  const facts = attachment ?? { type: kindOfFile(file), mimeType: file.type || null, size: file.size };
  const outgoing = outgoingKind(abilities, facts);
  if (!('refusal' in outgoing) && outgoing.kind === kind) return null;
  const rule = abilities.files[kind];
  const types = rule?.mimeTypes.filter(type => !type.includes('*')).map(type => type.split('/')[1]) ?? [];
  const limits = [types.join(', '), rule && `up to ${formatBytes(rule.maximumBytes)}`].filter(Boolean);
  return `The header takes ${articles[kind]} ${names[kind]}${limits.length > 0 ? `: ${limits.join(', ')}` : ''}.`;
}

/** Why a template with this file cannot go out yet; `null`: it can. */
export function headerFault(
  kind: FileHeader,
  channel: Pick<Channel, 'abilities'>,
  upload: Upload | undefined,
): string | null {
  if (!upload) return `Choose ${articles[kind]} ${names[kind]}.`;
  if (upload.error !== null) return 'It is not uploaded. Try again, or choose another file.';
  const refusal = whyNotInHeader(kind, channel, upload);
  if (refusal) return refusal;
  return upload.attachment ? null : 'It is still being uploaded.';
}

interface HeaderFileProps {
  kind: FileHeader;
  channel: Pick<Channel, 'abilities'>;
  files: Files;
  problem: string | null;
}

/** The file that stands above the template's text. */
export function HeaderFile({ kind, channel, files, problem }: HeaderFileProps) {
  const input = useRef<HTMLInputElement>(null);
  const [upload] = files.uploads;
  const types = channel.abilities.files[kind]?.mimeTypes.filter(type => type !== '*/*') ?? [];
  const choose = ([file]: readonly File[]) => {
    if (!file) return;
    for (const other of files.uploads) files.remove(other.key);
    files.add([file]);
  };
  // What is wrong with the file itself stands beside it already.
  const isTold = upload !== undefined && whyNotInHeader(kind, channel, upload) !== null;
  return (
    <Input.Wrapper
      label={`Header: ${names[kind]}`}
      labelElement="div"
      error={isTold ? undefined : problem}
      errorProps={{ role: 'alert' }}
    >
      <div className={styles.headerFile}>
        <FileTray
          label="File of the header"
          uploads={upload ? [upload] : []}
          refusalOf={held => whyNotInHeader(kind, channel, held)}
          onRetry={files.retry}
          onRemove={files.remove}
        />
        <Button data-field="header" onClick={() => input.current?.click()}>
          <IconUpload size={15} aria-hidden />{' '}
          {upload ? 'Choose another file' : `Choose ${articles[kind]} ${names[kind]}`}
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          accept={types.length > 0 ? types.join(',') : undefined}
          onChange={event => {
            choose([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </div>
    </Input.Wrapper>
  );
}
