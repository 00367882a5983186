import type { IncomingMessage } from 'node:http';
import type { GraphFault } from '../graph/graph-error.ts';
import { readForm } from '../request-form.ts';

export interface UploadedFile {
  readonly mimeType: string;
  readonly bytes: Buffer;
}

const MB = 1024 * 1024;
/** What WhatsApp takes, and up to how many bytes. */
const limits: readonly (readonly [types: RegExp, bytes: number])[] = [
  [/^image\/(jpeg|png)$/, 5 * MB],
  [/^video\/(mp4|3gpp)$/, 16 * MB],
  [/^audio\/(aac|amr|mpeg|mp4|ogg)$/, 16 * MB],
  [/^image\/webp$/, 500 * 1024],
  [/^(text\/plain|application\/pdf)$/, 100 * MB],
  [/^application\/(msword|vnd\.ms-(excel|powerpoint))$/, 100 * MB],
  [/^application\/vnd\.openxmlformats-officedocument\.(word|spreadsheet|presentation)ml\.[a-z]+$/, 100 * MB],
];

export const noFile: GraphFault = {
  status: 400,
  code: 100,
  message: '(#100) The parameter file is required.',
};

/** `undefined` when the form holds no file, breaks off, or is not addressed as WhatsApp wants it. */
export async function readUpload(request: IncomingMessage): Promise<UploadedFile | undefined> {
  const form = await readForm(request);
  const [file] = form?.files ?? [];
  if (form === undefined || file === undefined || form.fields.get('messaging_product') !== 'whatsapp')
    return undefined;
  return { mimeType: form.fields.get('type') ?? file.mimeType, bytes: file.bytes };
}

export function uploadFault(mimeType: string, bytes: number): GraphFault | undefined {
  const limit = limits.find(([types]) => types.test(mimeType));
  if (!limit)
    return {
      status: 400,
      code: 100,
      message: `(#100) Param file must be a file with one of the supported types. Received file of type '${mimeType}'.`,
    };
  if (bytes <= limit[1]) return undefined;
  return {
    status: 400,
    code: 131052,
    message: '(#131053) Media upload error',
    details: 'The file is too large.',
  };
}
