import type { Abilities, FileKind } from './channels.ts';

/** What is to be known of a file to tell whether a channel takes it. */
export interface FileFacts {
  readonly type: FileKind;
  readonly mimeType: string | null;
  /** Bytes. */
  readonly size: number | null;
}
/** As which kind a file goes out, or why it does not: the rest of a sentence that begins with the channel. */
export type OutgoingKind = { readonly kind: FileKind } | { readonly refusal: string };

/** A file goes as its own kind, or as a document where the platform does not show its type or takes larger documents. */
export function outgoingKind({ files }: Pick<Abilities, 'files'>, file: FileFacts): OutgoingKind {
  const mimeType = file.mimeType ?? 'application/octet-stream';
  const size = file.size ?? 0;
  const candidates: readonly FileKind[] = file.type === 'document' ? ['document'] : [file.type, 'document'];
  const fitting = candidates.filter(kind => takesType(files[kind]?.mimeTypes ?? [], mimeType));
  const mostOf = (kind: FileKind) => files[kind]?.maximumBytes ?? 0;
  const kind = fitting.find(candidate => size <= mostOf(candidate));
  if (kind) return { kind };
  const most = Math.max(0, ...fitting.map(mostOf));
  return {
    refusal:
      most > 0
        ? `takes files of this type up to ${formatBytes(most)}`
        : `does not take files of the type ${mimeType}`,
  };
}

/** Whether words can go with files of these kinds: with all of them, for they stand with the first. */
export function takesWords(
  { files, maximumCaptionLength }: Pick<Abilities, 'files' | 'maximumCaptionLength'>,
  kinds: readonly FileKind[],
): boolean {
  return maximumCaptionLength > 0 && kinds.every(kind => files[kind]?.isWordless !== true);
}

/** `image/png` is one of `image/png`, of `image/*` and of everything. */
export function takesType(mimeTypes: readonly string[], mimeType: string): boolean {
  const [family] = mimeType.split('/');
  return mimeTypes.some(rule => rule === mimeType || rule === '*/*' || rule === `${family}/*`);
}

const units = ['kB', 'MB', 'GB', 'TB'];
/** `8 bytes`, `12 kB`, `1.5 MB`: in steps of 1024, as the limits of the platforms are meant. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let [value, step] = [bytes / 1024, 0];
  for (; value >= 999.5 && step < units.length - 1; step++) value /= 1024;
  return `${Number(value.toFixed(step === 0 ? 0 : 1))} ${units[step]}`;
}
