/** One `Authentication-Results`: whose it is, and what it says of DMARC. */
interface Results {
  readonly authservId: string;
  readonly dmarc: string | undefined;
}

/**
 * Whether the sender is who they say: by DMARC, as our own mail server found it. `headers` are all
 * `Authentication-Results`, the uppermost first; anybody may have written those of another name than `authservId`, so
 * that only a failure is believed of the uppermost of them: nobody forges that. `null`: nobody has said.
 */
export function isVerifiedBy(
  headers: readonly string[],
  authservId: string | undefined,
  senders: number,
): boolean | null {
  // DMARC speaks of one sender; of two the reader sees one, and nobody knows which was checked.
  if (senders > 1) return false;
  const all = headers.slice(0, 20).map(readResults);
  const wanted = authservId?.toLowerCase();
  const own = wanted === undefined ? undefined : all.find(results => results.authservId === wanted);
  if (own?.dmarc === 'pass') return true;
  return (own ?? all[0])?.dmarc === 'fail' ? false : null;
}

/** Microsoft names nobody: its results begin at once. */
function readResults(header: string): Results {
  const [first = '', ...others] = withoutComments(header.slice(0, 8000)).split(';');
  const isNameless = first.includes('=');
  const results = isNameless ? [first, ...others] : others;
  const dmarc = results
    .map(result => /^\s*dmarc(?:\s*\/\s*\d+)?\s*=\s*"?([a-z]+)/i.exec(result)?.[1]?.toLowerCase())
    .find(result => result !== undefined);
  return { authservId: isNameless ? '' : authservIdIn(first), dmarc };
}

/** The name that a server writes its results under. */
export function authservIdOf(header: string): string | undefined {
  const { authservId } = readResults(header);
  return authservId === '' ? undefined : authservId;
}

function authservIdIn(text: string): string {
  return (text.trim().split(/\s+/)[0] ?? '').replace(/^"|"$/g, '').toLowerCase();
}

/** Comments may hold semicolons, and one another. */
function withoutComments(text: string): string {
  let depth = 0;
  let isQuoted = false;
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') {
      index++;
      continue;
    }
    if (depth === 0 && character === '"') isQuoted = !isQuoted;
    if (isQuoted) result += character === ';' ? ' ' : character;
    else if (character === '(') depth++;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) result += character;
  }
  return result;
}
