const mostLines = 20_000;
const longestLine = 500;

/** Above what was said before, in the words of mail programs: "On Monday, Ana wrote:". */
const introductions: readonly RegExp[] = [
  /^On\b.{5,300}\bwrote:?$/i,
  /^Am\b.{5,300}\bschrieb\b.{0,200}:$/i,
  /^Le\b.{5,300}\ba\s+écrit\s*:?$/i,
  /^El\b.{5,300}\bescribió:?$/i,
  /^(?:Em|No dia|A)\b.{5,300}\bescreveu:?$/i,
  /^(?:Il|In data)\b.{5,300}\bha scritto:?$/i,
  /^Op\b.{5,300}\bschreef\b.{0,200}:$/i,
  /^Den\b.{5,300}\b(?:skrev|skreiv)\b.{0,200}:?$/i,
  /^(?:W dniu|Dnia)\b.{5,300}\bnapisał(?:\(a\)|a)?:?$/i,
];
/** Programs that quote without marks put a line of their own above. */
const separators: readonly RegExp[] = [
  /^-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Mensagem original|Messaggio originale|Oorspronkelijk bericht)\s*-{2,}$/i,
];
/** Outlook: a head without a name for itself. Two of its lines, one after the other. */
const firstOfHead = /^\*?(?:From|Von|De|Da|Van|Från|Fra|Od)\s?:\*?\s/i;
const nextOfHead =
  /^\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el)?|Enviada(?: em)?|Inviato|Verzonden|Skickat|Sendt|Wysłano|To|An|À|Para|A|Aan)\s?:\*?\s/i;

interface Line {
  readonly at: number;
  readonly text: string;
}

/** Where in a plain text the history begins that was quoted beneath an answer; `undefined` when there is none. */
export function quotedFrom(text: string): number | undefined {
  const lines = linesOf(text);
  const isHistory = historyTest(lines);
  const first = lines.findIndex((_, index) => isHistory(index));
  const at = lines[first]?.at;
  return at === undefined || text.slice(0, at).trim() === '' ? undefined : at;
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let at = 0; at <= text.length && lines.length < mostLines; ) {
    const end = text.indexOf('\n', at);
    const stop = end === -1 ? text.length : end;
    lines.push({ at, text: text.slice(at, Math.min(stop, at + longestLine)).trim() });
    at = stop + 1;
  }
  return lines;
}

/** Whether the history begins with the line at an index. */
function historyTest(lines: readonly Line[]): (index: number) => boolean {
  const textOf = (index: number) => lines[index]?.text ?? '';
  const lastQuoted = lines.findLastIndex(({ text }) => text.startsWith('>'));
  const lastOwn = lines.findLastIndex(({ text }) => text !== '' && !text.startsWith('>'));
  /**
   * Nothing of the sender's own stands beneath: whoever answers line by line has not only quoted. Under an introduction
   * the quote may be without marks; then all of it counts.
   */
  const isQuoteToTheEnd = (from: number) => lastOwn < from || lastQuoted < from;
  return index => {
    const text = textOf(index);
    if (text === '') return false;
    if (text.startsWith('>')) return lastOwn < index;
    if (separators.some(form => form.test(text))) return true;
    if (firstOfHead.test(text)) return [1, 2].some(step => nextOfHead.test(textOf(index + step)));
    const end = introductionEnd(textOf, index);
    return end !== undefined && isQuoteToTheEnd(end + 1);
  };
}

/** The line that ends an introduction which begins here: programs break long ones in two or three. */
function introductionEnd(textOf: (index: number) => string, index: number): number | undefined {
  let joined = '';
  for (let end = index; end < index + 3; end++) {
    const text = textOf(end);
    if (text === '' || text.startsWith('>')) return undefined;
    joined = joined === '' ? text : `${joined} ${text}`;
    if (introductions.some(form => form.test(joined))) return end;
  }
  return undefined;
}
