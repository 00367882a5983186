const address = /\bhttps?:\/\/[^\s<>"'`]{1,2000}/gi;

/** The same words for programs that show no plain text: lines stay lines, and addresses can be tapped. */
export function htmlOfText(text: string): string {
  let html = '';
  let at = 0;
  for (const match of text.matchAll(address)) {
    // What ends a sentence ends no address.
    const url = match[0].replace(/[.,;:!?)\]}]+$/, '');
    if (!URL.canParse(url)) continue;
    html += `${escaped(text.slice(at, match.index))}<a href="${escaped(url)}">${escaped(url)}</a>`;
    at = match.index + url.length;
  }
  html += escaped(text.slice(at));
  return `<div>${html.replace(/\r\n?|\n/g, '<br>\n')}</div>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? '');
}
