const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
/** Of a link's words: what is longer is no address. */
const mostWords = 2000;

/** Writes text from its pieces. A long text is never looked at again: only how it ends is known. */
class Writer {
  readonly #pieces: string[] = [];
  #end = '';
  /** What was written since a link began. */
  #words: string | undefined;

  write(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#end = (this.#end + piece).slice(-2);
    if (this.#words !== undefined && this.#words.length < mostWords) this.#words += piece;
  }
  /** Words: space at the beginning of a line says nothing. */
  say(words: string): void {
    this.write(this.#end === '' || this.#end.endsWith('\n') ? words.trimStart() : words);
  }
  /** At least so many ends of lines, unless nothing was written yet. */
  break(lines: number): void {
    if (this.#end === '') return;
    const present = /\n*$/.exec(this.#end)?.[0].length ?? 0;
    this.write('\n'.repeat(Math.max(0, lines - present)));
  }
  beginLink(): void {
    this.#words = '';
  }
  endLink(): string {
    const words = this.#words ?? '';
    this.#words = undefined;
    return words;
  }
  toString(): string {
    return this.#pieces.join('');
  }
}

/** The words of sanitised HTML, which is well formed: a line for a line, a dash before what is listed, where links lead. */
export function textOfHtml(html: string): string {
  const writer = new Writer();
  let target = '';
  for (const piece of html.split(/(<[^<>]*>)/)) {
    const [, close, tag = '', rest = ''] = /^<(\/?)([a-z][a-z0-9]*)([^<>]*)>$/.exec(piece) ?? [];
    if (tag === '') writer.say(decoded(piece).replace(/[^\S\u00a0]+/g, ' '));
    else if (tag === 'a' && close === '') {
      target = decoded(/\shref="([^"]*)"/.exec(rest)?.[1] ?? '');
      writer.beginLink();
    } else if (tag === 'a') {
      writer.write(leadsTo(writer.endLink(), target));
      target = '';
    } else if (tag === 'br') writer.write('\n');
    else if (tag === 'img') writer.write(decoded(/\salt="([^"]*)"/.exec(rest)?.[1] ?? ''));
    else if (tag === 'li') {
      writer.break(1);
      if (close === '') writer.write('- ');
    } else if (/^(?:p|h[1-6]|blockquote|pre|ul|ol|table|dl)$/.test(tag)) writer.break(2);
    else if (/^(?:div|tr|hr|center|dt|dd|caption)$/.test(tag)) writer.break(1);
    else if ((tag === 'td' || tag === 'th') && close !== '') writer.write(' ');
  }
  return String(writer)
    .replace(/\u00a0/g, ' ')
    .replace(/(^|[^ ]) +(?=\n|$)/g, '$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Where a link leads, unless its words say it. */
function leadsTo(words: string, target: string): string {
  const address = target.replace(/^(?:mailto|tel):/i, '');
  const bare = (text: string) =>
    text
      .trim()
      .replace(/^https?:\/\//i, '')
      .replace(/\/$/, '')
      .toLowerCase();
  if (target === '' || words.trim() === '' || bare(words) === bare(address)) return '';
  return ` (${address.slice(0, 500)})`;
}

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => entities[name] ?? '');
}
