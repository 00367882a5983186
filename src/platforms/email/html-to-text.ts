const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** The words of sanitised HTML, which is well formed: a line for a line, a dash before what is listed, where links lead. */
export function textOfHtml(html: string): string {
  let text = '';
  let href: { readonly target: string; readonly from: number } | undefined;
  const breaks = (count: number) => {
    const present = /\n*$/.exec(text.slice(-2))?.[0].length ?? 0;
    if (text !== '') text += '\n'.repeat(Math.max(0, count - present));
  };
  for (const piece of html.split(/(<[^<>]*>)/)) {
    const [, close, tag = '', rest = ''] = /^<(\/?)([a-z][a-z0-9]*)([^<>]*)>$/.exec(piece) ?? [];
    if (tag === '') {
      const words = decoded(piece).replace(/[^\S\u00a0]+/g, ' ');
      text += /(?:^|\n)$/.test(text.slice(-1)) ? words.trimStart() : words;
    } else if (tag === 'a' && close === '') {
      const target = decoded(/\shref="([^"]*)"/.exec(rest)?.[1] ?? '');
      href = target === '' ? undefined : { target, from: text.length };
    } else if (tag === 'a') {
      if (href) text += leadsTo(text.slice(href.from), href.target);
      href = undefined;
    } else if (tag === 'br') text += '\n';
    else if (tag === 'img') text += decoded(/\salt="([^"]*)"/.exec(rest)?.[1] ?? '');
    else if (tag === 'li') {
      breaks(1);
      if (close === '') text += '- ';
    } else if (/^(?:p|h[1-6]|blockquote|pre|ul|ol|table|dl)$/.test(tag)) breaks(2);
    else if (/^(?:div|tr|hr|center|dt|dd|caption)$/.test(tag)) breaks(1);
    else if ((tag === 'td' || tag === 'th') && close !== '') text += ' ';
  }
  return text
    .replace(/\u00a0/g, ' ')
    .replace(/([^ \n]?) +(?=\n|$)/g, '$1')
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
  if (words.trim() === '' || bare(words) === bare(address)) return '';
  return ` (${address.slice(0, 500)})`;
}

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => entities[name] ?? '');
}
