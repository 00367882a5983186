import { fileTypeFromBuffer } from 'file-type';
import { NotFound, ServiceUnavailable } from '../../kit/errors.ts';
import { type AllowList, UnsafeAddress } from '../../net/guarded-agents.ts';
import { Downloader, DownloadRefused } from '../../net/guarded-download.ts';

const MOST_BYTES = 5 * 1024 * 1024;
const WITHIN_MS = 15_000;
/** What a browser shows without running anything of it. */
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** A picture of a mail, from wherever it is; whole in memory, because its type is told by its bytes. Throws NotFound, ServiceUnavailable. */
export async function fetchPicture(
  url: string,
  allow: AllowList,
): Promise<{ readonly content: Buffer; readonly mimeType: string }> {
  const content = await new Downloader(allow, { totalMs: WITHIN_MS })
    .fetch(url)
    .then(download => wholeOf(download.content))
    .catch(error => {
      if (error instanceof NotFound) throw error;
      if (error instanceof UnsafeAddress || error instanceof DownloadRefused)
        throw new NotFound('This picture cannot be shown.');
      throw new ServiceUnavailable('The picture’s server does not answer.');
    });
  const mimeType = (await fileTypeFromBuffer(content))?.mime;
  if (!mimeType || !pictures.has(mimeType)) throw new NotFound('This is no picture that can be shown.');
  return { content, mimeType };
}

async function wholeOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new NotFound('This picture is too large to be shown.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
