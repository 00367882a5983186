/**
 * What can be fetched from Tidio, as `pull` names it. Times are milliseconds since 1970: what is older than that is
 * history. Lists go on from page to page by a cursor of Tidio's.
 */
export type TidioPull =
  | { readonly kind: 'contact' | 'ticket'; readonly id: string; readonly since: number | undefined }
  | {
      readonly kind: 'contacts' | 'tickets';
      readonly since: number;
      readonly page: number;
      readonly cursor: string | undefined;
    };

const thing = /^(contact|ticket):([\w-]{1,100})(?::(\d{1,15}))?$/;
const list = /^(contacts|tickets):(\d{1,15}):(\d{1,4})(?::(.{1,500}))?$/s;

/** `undefined` for anything else. */
export function readPull(what: string): TidioPull | undefined {
  const [, kind, id, since] = thing.exec(what) ?? [];
  if ((kind === 'contact' || kind === 'ticket') && id !== undefined)
    return { kind, id, since: since === undefined ? undefined : Number(since) };
  const [, listed, from, page, cursor] = list.exec(what) ?? [];
  if (listed === 'contacts' || listed === 'tickets')
    return { kind: listed, since: Number(from), page: Number(page), cursor };
  return undefined;
}

export function nameOfThing(kind: 'contact' | 'ticket', id: string, since?: number): string {
  return since === undefined ? `${kind}:${id}` : `${kind}:${id}:${pullTime(since)}`;
}

export function nameOfList(
  kind: 'contacts' | 'tickets',
  since: number,
  page: number,
  cursor?: string,
): string {
  return `${kind}:${pullTime(since)}:${page}${cursor === undefined ? '' : `:${cursor}`}`;
}

function pullTime(time: number): number {
  const latest = 999_999_999_999_999;
  return Number.isFinite(time) ? Math.min(Math.max(0, Math.floor(time)), latest) : 0;
}
