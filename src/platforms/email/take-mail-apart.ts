import { type AttachmentStream, type HeaderLines, type Headers, MailParser } from 'mailparser';
import { UnreadableDelivery } from '../adapter.ts';
import { mailBounds } from './mail-envelope.ts';

/** A mail in its parts, decoded, as mailparser gives them. */
export interface MailParts {
  readonly headers: Headers;
  readonly lines: HeaderLines;
  /** All plain parts that are to be read, one after the other. */
  readonly text: string | undefined;
  readonly html: string | undefined;
  /** Some of the layout stands for itself: the text does not say what it says. */
  readonly isHtmlApart: boolean;
  readonly files: readonly FilePart[];
}
export interface FilePart {
  readonly index: number;
  readonly filename: string | undefined;
  readonly mimeType: string;
  readonly contentId: string | undefined;
  readonly size: number;
  /** Only of those that were asked for. */
  readonly content: Buffer | undefined;
}

const options = {
  keepDeliveryStatus: true,
  skipImageLinks: true,
  skipTextLinks: true,
  skipHtmlToText: true,
  // A mail within a mail stays a file.
  ignoreEmbedded: true,
  maxHeadSize: mailBounds.headerBytes,
  maxChildNodes: mailBounds.parts,
};
/** The content of a file is kept as far as `bytesWanted` says, by its place and type. Throws UnreadableDelivery. */
export function takeMailApart(
  raw: Buffer,
  bytesWanted: (index: number, mimeType: string) => number,
): Promise<MailParts> {
  return new Promise((resolve, reject) => {
    // Plain parts are written into the layout that they stand beside. Where there is none it would be for nothing.
    const skipTextToHtml = !/text\/html/i.test(raw.toString('latin1'));
    const parser = new MailParser({ ...options, skipTextToHtml } as ConstructorParameters<
      typeof MailParser
    >[0]);
    const files: FilePart[] = [];
    let headers: Headers = new Map();
    let lines: HeaderLines = [];
    let text: string | undefined;
    let html: string | undefined;
    parser.on('headers', found => {
      headers = found;
    });
    parser.on('headerLines', found => {
      lines = found;
    });
    parser.on('data', part => {
      if (part.type === 'text') {
        text = part.text;
        html = typeof part.html === 'string' ? part.html : undefined;
        return;
      }
      const index = files.length;
      const mimeType = mimeTypeOf(part);
      const wanted = bytesWanted(index, mimeType);
      const chunks: Buffer[] = [];
      let size = 0;
      part.content.on('data', (chunk: Buffer) => {
        if (size < wanted) chunks.push(chunk.subarray(0, wanted - size));
        size += chunk.length;
      });
      part.content.on('end', () => {
        const { filename, contentId } = namesOf(part);
        const content = wanted > 0 ? Buffer.concat(chunks) : undefined;
        files.push({ index, filename, mimeType, contentId, size, content });
        part.release();
      });
    });
    parser.on('error', error => reject(unreadable(error)));
    parser.on('end', () => {
      const { tree = {} } = parser as unknown as { readonly tree?: Node };
      if (depthOf(tree) > mailBounds.depth)
        reject(new UnreadableDelivery(`The mail nests its parts deeper than ${mailBounds.depth}.`));
      else resolve({ headers, lines, text, html, isHtmlApart: hasHtmlApart(tree), files });
    });
    parser.end(raw);
  });
}

function unreadable(error: Error & { readonly code?: string }): UnreadableDelivery {
  return new UnreadableDelivery(
    error.code === 'EMAXLEN'
      ? `The mail has more than ${mailBounds.parts} parts, or a part with a head of more than 256 KB.`
      : `The mail cannot be taken apart: ${error.message}`,
  );
}

function mimeTypeOf({ contentType }: AttachmentStream): string {
  const type = contentType?.toLowerCase().trim() ?? '';
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(type) ? type : 'application/octet-stream';
}

function namesOf({ filename, cid }: AttachmentStream) {
  return {
    filename: typeof filename === 'string' && filename !== '' ? filename : undefined,
    contentId: typeof cid === 'string' && cid !== '' ? cid : undefined,
  };
}

/** Of mailparser's own tree, which has at most as many nodes as a mail may have parts. */
interface Node {
  readonly contentType?: unknown;
  /** Of what is to be read. */
  readonly textContent?: unknown;
  readonly children?: readonly Node[];
}
function depthOf({ children = [] }: Node): number {
  return 1 + Math.max(0, ...children.map(depthOf));
}
/** A layout that is no other form of a text. */
function hasHtmlApart({ contentType, textContent, children = [] }: Node): boolean {
  if (contentType === 'multipart/alternative') return false;
  return (contentType === 'text/html' && typeof textContent === 'string') || children.some(hasHtmlApart);
}
