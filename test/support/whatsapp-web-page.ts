import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The version by whose name the library finds the page. */
export const pageVersion = 'played';
const page = new URL('../fixtures/whatsapp_web/page.html', import.meta.url);

export interface PlayedPage {
  /** Codes that are shown before a phone reads one; without it none ever does. */
  readonly pairsAfter?: number;
  /** The size of the picture that the first message is; without it that is a text. */
  readonly fileBytes?: number;
}

/** A folder with a page that plays WhatsApp Web. */
export async function writePlayedPage(options: PlayedPage = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'whatsapp-web-page-'));
  const html = (await readFile(page, 'utf8')).replace('"OPTIONS"', () => JSON.stringify(options));
  await writeFile(join(folder, `${pageVersion}.html`), html);
  return folder;
}
