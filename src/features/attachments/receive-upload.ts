import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { TooLarge, ValidationError } from '../../kit/errors.ts';
import { FileTooLarge, type KeptFile, keepFile, keysOf } from '../../media/keep-file.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { cleanFilename } from './filename.ts';

export interface ReceivedUpload {
  readonly file: KeptFile;
  readonly filename: string;
  readonly isVoice: boolean;
}

/** Takes one file from a multipart body into the store while it comes. Throws ValidationError, TooLarge. */
export async function receiveUpload(
  request: IncomingMessage,
  store: MediaStore,
  key: string,
  maximumBytes: number,
): Promise<ReceivedUpload> {
  const form = openForm(request);
  let isVoice = false;
  let isMoreThanOne = false;
  let received: Promise<ReceivedUpload> | undefined;
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
