import axios from 'axios';

export interface FetchedFile {
  readonly mimeType: string;
  readonly bytes: Buffer;
}

/** As a platform fetches what a business names by an address; `undefined` when there is nothing to be had. */
export async function fetchFile(url: string): Promise<FetchedFile | undefined> {
  try {
    const { data, headers } = await axios.get<ArrayBuffer>(url, {
      responseType: 'arraybuffer',
      timeout: 10_000,
      proxy: false,
    });
    return { mimeType: String(headers['content-type'] ?? ''), bytes: Buffer.from(data) };
  } catch {
    return undefined;
  }
}
