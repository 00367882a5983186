import type { Client, Message } from 'whatsapp-web.js';
import { mostFileBytes } from './media-courier.ts';
import type { FetchedFile } from './session-client.ts';

export type Page = NonNullable<Client['pupPage']>;

/** Of text; whole groups of four letters of base64, so that each piece is bytes by itself. */
const pieceLength = 4 * 1024 * 1024;

/** What the library's own download leaves in the page. */
interface Downloaded {
  readonly data: string;
  readonly mimetype?: string | null;
  readonly filename?: string | null;
}

/**
 * Downloads as the library does, but leaves what it finds in the page and takes it over in pieces: as one text of base64 it
 * would be in memory three times, and this process has little. `undefined` when WhatsApp does not have it at hand.
 */
export async function fetchInPieces(page: Page, message: Message): Promise<FetchedFile | undefined> {
  const pieces: Buffer[] = [];
  let about: { readonly mimeType: string | null; readonly filename: string | null } | undefined;
  const evaluate = async (download: (id: string) => Promise<Downloaded>, id: string) => {
    const handle = await page.evaluateHandle(download, id);
    try {
      const length = await handle.evaluate(found => found?.data?.length ?? 0);
      if (length === 0 || (length / 4) * 3 > mostFileBytes + 3) return undefined;
      for (let from = 0; from < length; from += pieceLength) {
        const piece = await handle.evaluate(
          (found, start, end) => found.data.slice(start, end),
          from,
          from + pieceLength,
        );
        pieces.push(Buffer.from(piece, 'base64'));
      }
      about = await handle.evaluate(found => ({
        mimeType: found.mimetype ?? null,
        filename: found.filename ?? null,
      }));
    } finally {
      await handle.dispose();
    }
    return undefined;
  };
  const borrowed = Object.create(message, { client: { value: { pupPage: { evaluate } } } }) as Message;
  await borrowed.downloadMedia();
  if (about === undefined) return undefined;
  const { mimeType, filename } = about as NonNullable<typeof about>;
  return {
    content: Buffer.concat(pieces),
    ...(mimeType === null ? {} : { mimeType }),
    ...(filename === null ? {} : { filename }),
  };
}
