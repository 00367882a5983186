import type { TenantDb } from '../../db/planes.ts';
import { NotFound } from '../../kit/errors.ts';

/** How what a layout names is reached from the page that shows it. */
export interface LayoutLinks {
  readonly attachment: (attachmentId: number) => string;
  /** Of a picture on another server; `undefined`: it is not to be fetched. */
  readonly remote: ((url: string) => string) | undefined;
}
export interface MessageLayout {
  readonly html: string;
  readonly hasRemotePictures: boolean;
}

/** The layout with its pictures reachable. What it names and we do not have shows nothing. Throws NotFound. */
export async function readLayout(
  db: TenantDb,
  messageId: number,
  links: LayoutLinks,
): Promise<MessageLayout> {
  const [row] = await db.query<{ html: string }>(
    `SELECT l.html FROM message_layouts l JOIN messages m ON m.id = l.message_id
     WHERE l.message_id = $1 AND m.deleted_at IS NULL`,
    [messageId],
  );
  if (!row) throw new NotFound('This message has no layout.');
  const files = await db.query<{ id: number; contentId: string }>(
    `SELECT id, content_id AS "contentId" FROM message_attachments
     WHERE message_id = $1 AND content_id IS NOT NULL AND state = 'stored'`,
    [messageId],
  );
  return fillLayout(row.html, new Map(files.map(file => [file.contentId, file.id])), links);
}

const inPlace = /\ssrc="cid:([^"]*)"/gi;
const elsewhere = /\sdata-remote-src="([^"]*)"/gi;

/** Pure: `html` is what the sanitiser wrote, whose attributes stand in double quotes with `&`, `<`, `>` and `"` escaped. */
export function fillLayout(
  html: string,
  files: ReadonlyMap<string, number>,
  links: LayoutLinks,
): MessageLayout {
  let hasRemotePictures = false;
  const filled = html
    .replace(inPlace, (_, contentId: string) => {
      const id = files.get(unescaped(contentId)) ?? files.get(decoded(unescaped(contentId)));
      return id === undefined ? '' : ` src="${escaped(links.attachment(id))}"`;
    })
    .replace(elsewhere, (whole, url: string) => {
      hasRemotePictures = true;
      return links.remote ? ` src="${escaped(links.remote(unescaped(url)))}"` : whole;
    });
  return { html: filled, hasRemotePictures };
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
};
const unescaped = (text: string) =>
  text.replace(/&(?:amp|lt|gt|quot);/g, entity => entities[entity] ?? entity);
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
/** In an address the id may stand with per cent signs. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
