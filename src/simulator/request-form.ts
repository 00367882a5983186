import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';

export interface FormFile {
  readonly field: string;
  readonly filename: string | undefined;
  readonly mimeType: string;
  readonly bytes: Buffer;
}
export interface RequestForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: readonly FormFile[];
}

export function isMultipart({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('multipart/form-data') ?? false;
}

/** `undefined` when the form breaks off, or is none. */
export async function readForm(request: IncomingMessage): Promise<RequestForm | undefined> {
  const fields = new Map<string, string>();
  const files: { field: string; filename: string | undefined; mimeType: string; chunks: Buffer[] }[] = [];
  try {
    const form = busboy({ headers: request.headers });
    form.on('field', (name, value) => fields.set(name, value));
    form.on('file', (field, content, { filename, mimeType }) => {
      const chunks: Buffer[] = [];
      files.push({ field, filename, mimeType, chunks });
      content.on('data', (chunk: Buffer) => chunks.push(chunk));
      // Told by the form as well.
      content.on('error', () => undefined);
    });
    await pipeline(request, form);
  } catch {
    return undefined;
  }
  return { fields, files: files.map(({ chunks, ...file }) => ({ ...file, bytes: Buffer.concat(chunks) })) };
}

/** The fields of a form as a body of JSON would hold them: objects and lists are written as JSON there. */
export function fieldsAsValues({ fields }: RequestForm): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, text]) => [name, meaningOf(text)]));
}

function meaningOf(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
