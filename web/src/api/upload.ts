import type { Message } from '../../../src/contract/index.ts';
import { errorOf, NetworkError } from './api-error.ts';
import type { ApiClient } from './client.ts';

export type Attachment = Message['attachments'][number];
export interface UploadOptions {
  readonly isVoice: boolean;
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Uploads a file and tells how far it is, which fetch cannot. Throws ApiError, NetworkError, or the signal's reason. */
export async function uploadFile(api: ApiClient, file: File, options: UploadOptions): Promise<Attachment> {
  for (let attempt = 0; ; attempt += 1) {
    const token = await api.freshToken(attempt > 0);
    const { status, text } = await post(token, file, options);
    if (status === 201) return JSON.parse(text) as Attachment;
    if (status !== 401 || attempt > 0) throw await errorOf(new Response(text, { status }));
  }
}

function post(token: string | null, file: File, { isVoice, onProgress, signal }: UploadOptions) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const form = new FormData();
    if (isVoice) form.append('voice', 'true');
    form.append('file', file);
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/attachments');
    if (token) request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(new NetworkError(undefined));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}
