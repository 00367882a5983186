import { pipeline } from 'node:stream/promises';
import contentDisposition from 'content-disposition';
import type { Request, Response } from 'express';
import { NotFound } from '../../kit/errors.ts';
import { type ByteRange, MediaMissing, type MediaStore } from '../../media/media-store.ts';

/** What a browser shows without running anything of it. */
const shown =
  /^(image\/(png|jpeg|gif|webp|avif)|audio\/(mpeg|mp4|ogg|wav|webm|aac|amr|flac)|video\/(mp4|webm|ogg|3gpp|quicktime))$/;

export interface ServedFile {
  readonly key: string;
  /** Bytes; `undefined`: unknown, and no ranges are answered. */
  readonly size: number | undefined;
  readonly mimeType: string | null;
  readonly filename: string | null;
  readonly isDownload: boolean;
}

/** Throws NotFound when the store has it no longer. */
export async function serveFile(
  request: Request,
  response: Response,
  store: MediaStore,
  file: ServedFile,
): Promise<undefined> {
  const mimeType = file.mimeType ?? 'application/octet-stream';
  const isShown = shown.test(mimeType) && !file.isDownload;
  const range = rangeOf(request.headers.range, file.size);
  if (range === 'unsatisfiable') {
    response.status(416).setHeader('Content-Range', `bytes */${file.size}`);
    response.end();
    return undefined;
  }
  const content = await store.open(file.key, range).catch(error => {
    throw error instanceof MediaMissing ? new NotFound('There is no such file any more.') : error;
  });
  response.setHeader('Content-Type', isShown ? mimeType : 'application/octet-stream');
  response.setHeader(
    'Content-Disposition',
    contentDisposition(file.filename ?? undefined, { type: isShown ? 'inline' : 'attachment' }),
  );
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  response.setHeader('X-Content-Type-Options', 'nosniff');
  // The link is somebody's own and the bytes never change; packed on the way, a range of them would be another one.
  response.setHeader('Cache-Control', 'private, max-age=86400, immutable, no-transform');
  if (file.size !== undefined) {
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('Content-Length', range ? range.end - range.start + 1 : file.size);
  }
  if (range)
    response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
  try {
    await pipeline(content, response);
  } catch (error) {
    // Whoever asked has gone: a player that seeks does that all the time.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  return undefined;
}

/** One range is answered (both ends included); several, or none that can be read, with the whole file. */
function rangeOf(
  header: string | undefined,
  size: number | undefined,
): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (size === undefined || first + last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  // Without its first byte it is the end of the file, of that length.
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start <= end ? { start, end } : 'unsatisfiable';
}
