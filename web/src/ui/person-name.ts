/** An id that a platform gave, in place of a name: longer than it can be read at a glance. */
const bareId = /^\d{13,}$/;

/** A name for a list: of a bare id the end, by which people tell such ids apart. */
export function shortName(name: string): string {
  return bareId.test(name) ? `…${name.slice(-4)}` : name;
}

const words = /\p{L}[\p{L}\p{M}\p{N}'’]*/gu;

/** The first letters of the first and the last word; `null`: a number or a sign is nobody's initial. */
export function initialsOf(name: string): string | null {
  const found = name.match(words);
  if (!found) return null;
  const [first = '', last = ''] = [found[0], found.length > 1 ? found.at(-1) : ''].map(
    word => [...(word ?? '')][0] ?? '',
  );
  return (first + last).toLocaleUpperCase();
}
