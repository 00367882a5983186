import { z } from 'zod';
import { attachment } from './messages.ts';
import { operation } from './operation.ts';
import { idParam } from './primitives.ts';

export const uploadAttachment = operation({
  id: 'uploadAttachment',
  method: 'post',
  path: '/attachments',
  tag: 'attachments',
  summary:
    'Upload a file to send: multipart/form-data with one file, and voice=true before it for a voice note. Send it within a day.',
  access: 'messages:send',
  form: z.object({ file: z.file(), voice: z.stringbool().optional() }),
  status: 201,
  response: attachment,
});
export const getAttachment = operation({
  id: 'getAttachment',
  method: 'get',
  path: '/attachments/:id',
  tag: 'attachments',
  summary: "A file's bytes, by the signed link that stands in its message; answers ranges.",
  access: 'public',
  params: z.object({ id: idParam }),
  query: z.object({
    token: z.string().max(200),
    /** Always as a download. */
    download: z.stringbool().optional(),
  }),
  response: z.undefined(),
});
