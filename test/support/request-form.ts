import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { SeenRequest } from './stub-server.ts';

export interface FormFile {
  readonly field: string;
  readonly filename: string | undefined;
  readonly mimeType: string;
  readonly bytes: Buffer;
}
export interface RequestForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly FormFile[];
}

/** Reads a multipart form as a provider's server would. */
export async function readRequestForm({ headers, body }: SeenRequest): Promise<RequestForm> {
  const form = busboy({ headers });
  const fields: Record<string, string> = {};
  const files: Promise<FormFile>[] = [];
  form.on('field', (name, value) => {
    fields[name] = value;
  });
  form.on('file', (field, content, { filename, mimeType }) => {
    files.push(buffer(content).then(bytes => ({ field, filename, mimeType, bytes })));
  });
  await pipeline(Readable.from([body]), form);
  return { fields, files: await Promise.all(files) };
}
