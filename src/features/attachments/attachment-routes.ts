import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import contentDisposition from 'content-disposition';
import type { Request, Response } from 'express';
import { getAttachment, uploadAttachment } from '../../contract/attachments.ts';
import type { Api } from '../../http/api.ts';
import { actingUserId } from '../../http/principal.ts';
import { NotFound, TooLarge, ValidationError } from '../../kit/errors.ts';
import { FileTooLarge, type KeptFile, keepFile, keysOf } from '../../media/keep-file.ts';
import type { MediaLinks } from '../../media/media-links.ts';
import { MediaMissing, type MediaStore } from '../../media/media-store.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import { findStored, insertUpload } from './attachment-store.ts';
import { MOST_BYTES } from './fetch-files.ts';
import { cleanFilename } from './filename.ts';

export interface AttachmentRoutesOptions {
  readonly tenants: Tenants;
  readonly store: MediaStore;
  readonly links: MediaLinks;
  /** Of one file. */
  readonly maximumBytes?: number | undefined;
}

export function bindAttachmentRoutes(api: Api, options: AttachmentRoutesOptions): void {
  const { tenants, store, links, maximumBytes = MOST_BYTES } = options;
  // No connection is held while the bytes come, which may take minutes.
  api.handleDetached(uploadAttachment, async ({ principal, request }) => {
    const publicId = randomUUID();
    const key = `${principal.tenantId}/${publicId}`;
    const { file, filename, isVoice } = await receive(request, store, key, maximumBytes);
    try {
      const attachment = await tenants.run(principal.tenantId, ({ db }) =>
        insertUpload(db, publicId, file, { filename, isVoice, userId: actingUserId(principal) }),
      );
      return { ...attachment, ...linksOf(links, principal.tenantId, attachment) };
    } catch (error) {
      await store.remove(keysOf(file));
      throw error;
    }
  });

  api.handlePublic(getAttachment, async ({ params, query, request, response }) => {
    const target = links.read(query.token);
    if (target?.attachmentId !== params.id)
      throw new NotFound('This link is not right, or has run out. Fetch the message again for a new one.');
    const found = await tenants.run(target.tenantId, ({ db }) => findStored(db, params.id));
    if (!found) throw new NotFound('There is no such file any more.');
    if (!target.isThumbnail)
      return serve(request, response, store, { ...found, isDownload: query.download ?? false });
    if (found.thumbnailKey === null) throw new NotFound('This file has no thumbnail.');
    await serve(request, response, store, {
      key: found.thumbnailKey,
      size: undefined,
      mimeType: 'image/webp',
      filename: null,
      isDownload: false,
    });
  });
}

function linksOf(links: MediaLinks, tenantId: string, file: { id: number; thumbnailUrl: string | null }) {
  const target = { tenantId, attachmentId: file.id };
  return {
    url: links.link({ ...target, isThumbnail: false }),
    thumbnailUrl: file.thumbnailUrl && links.link({ ...target, isThumbnail: true }),
  };
}

interface Received {
  readonly file: KeptFile;
  readonly filename: string;
  readonly isVoice: boolean;
}

/** Takes one file from a multipart body into the store while it comes. Throws ValidationError, TooLarge. */
async function receive(
  request: IncomingMessage,
  store: MediaStore,
  key: string,
  maximumBytes: number,
): Promise<Received> {
  const form = openForm(request);
  let isVoice = false;
  let isMoreThanOne = false;
  let received: Promise<Received> | undefined;
  form.on('field', (name, value) => {
    if (name === 'voice') isVoice = value === 'true' || value === '1';
  });
  form.on('filesLimit', () => {
    isMoreThanOne = true;
  });
  form.on('file', (_field, content, { filename, mimeType }) => {
    // A file that is not kept is destroyed, but the form is read to its end: before that nobody hears an answer.
    const bytes = content.pipe(new PassThrough());
    content.once('error', error => bytes.destroy(error));
    bytes.once('close', () => content.resume());
    received = keepFile(store, key, bytes, maximumBytes, { mimeType }).then(file => ({
      file,
      filename: cleanFilename(filename),
      isVoice,
    }));
    received.catch(() => undefined);
  });
  try {
    await pipeline(request, form);
  } catch (error) {
    await received?.then(
      ({ file }) => store.remove(keysOf(file)),
      () => undefined,
    );
    throw new ValidationError(`The form cannot be read: ${(error as Error).message}.`);
  }
  if (!received) throw new ValidationError('file: send one file in a multipart form.');
  const { file, ...rest } = await received.catch(error => {
    throw error instanceof FileTooLarge ? new TooLarge(error.message) : error;
  });
  if (isMoreThanOne) {
    await store.remove(keysOf(file));
    throw new ValidationError('file: send one file in each form.');
  }
  return { file, ...rest };
}

function openForm(request: IncomingMessage): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { files: 1, fields: 5, parts: 6 },
    });
  } catch {
    throw new ValidationError('Send the file as multipart/form-data.');
  }
}

/** What a browser shows without running anything of it. */
const shown =
  /^(image\/(png|jpeg|gif|webp|avif)|audio\/(mpeg|mp4|ogg|wav|webm|aac|x-m4a|opus|amr|flac)|video\/(mp4|webm|ogg|3gpp|quicktime))$/;

interface Served {
  readonly key: string;
  /** Bytes; `undefined`: unknown, and no ranges are answered. */
  readonly size: number | undefined;
  readonly mimeType: string | null;
  readonly filename: string | null;
  readonly isDownload: boolean;
}

async function serve(
  request: Request,
  response: Response,
  store: MediaStore,
  file: Served,
): Promise<undefined> {
  const mimeType = file.mimeType ?? 'application/octet-stream';
  const isShown = shown.test(mimeType) && !file.isDownload;
  const [range] = rangesOf(request, file.size);
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
  // The link is somebody's own and the bytes never change.
  response.setHeader('Cache-Control', 'private, max-age=86400, immutable');
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

/** One range is answered; several, or none that can be read, with the whole file. */
function rangesOf(request: Request, size: number | undefined) {
  if (size === undefined) return [undefined] as const;
  const ranges = request.range(size);
  if (ranges === -1) return ['unsatisfiable'] as const;
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1)
    return [undefined] as const;
  return [ranges[0]] as const;
}
