import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import type { GraphFault } from './provider-fault.ts';

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
  const fields = new Map<string, string>();
  const chunks: Buffer[] = [];
  let sentType: string | undefined;
  const form = busboy({ headers: request.headers, limits: { files: 1 } });
  form.on('field', (name, value) => fields.set(name, value));
  form.on('file', (_name, content, { mimeType }) => {
    sentType = mimeType;
    content.on('data', (chunk: Buffer) => chunks.push(chunk));
    // Told by the form as well.
    content.on('error', () => undefined);
  });
  const isWhole = await pipeline(request, form).then(
    () => true,
    () => false,
  );
  if (!isWhole || sentType === undefined || fields.get('messaging_product') !== 'whatsapp') return undefined;
  return { mimeType: fields.get('type') ?? sentType, bytes: Buffer.concat(chunks) };
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
