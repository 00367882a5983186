const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const monthYear = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' });

export const clockTime = (iso: string): string => clock.format(new Date(iso));
export const exactTime = (iso: string): string => exact.format(new Date(iso));
export const monthOf = (iso: string): string => monthYear.format(new Date(iso));

/** `23 h 54 min`, `8 min`, `40 s`; the two largest units that say something. */
export function spanOf(ms: number): string {
  if (ms < minuteMs) return `${Math.max(1, Math.floor(ms / 1000))} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < dayMs) return pair(ms, hourMs, 'h', minuteMs, 'min');
  return pair(ms, dayMs, 'd', hourMs, 'h');
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
}

/** How long ago, for a list: `now`, `2 min`, `3 h`, `2 d`, then the day. */
export function agoOf(iso: string, now: number): string {
  const ms = now - Date.parse(iso);
  if (ms < minuteMs) return 'now';
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h`;
  if (ms < 7 * dayMs) return `${Math.floor(ms / dayMs)} d`;
  return shortDay.format(new Date(iso));
}

/** The same within a sentence: `just now`, `2 min ago`, `on 3 May`. */
export function sinceOf(iso: string, now: number): string {
  const ago = agoOf(iso, now);
  if (ago === 'now') return 'just now';
  return now - Date.parse(iso) < 7 * dayMs ? `${ago} ago` : `on ${ago}`;
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** The line above a day of a thread. */
export function dayOf(iso: string, now: number): string {
  const days = Math.round((midnight(now) - midnight(Date.parse(iso))) / dayMs);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(new Date(iso)) : longDay.format(new Date(iso));
}

/** A moment to come: `15:00`, `tomorrow 09:00`, `Monday 09:00`, `3 May 09:00`. */
export function momentOf(iso: string, now: number): string {
  const days = Math.round((midnight(Date.parse(iso)) - midnight(now)) / dayMs);
  const time = clockTime(iso);
  if (days === 0) return time;
  if (days === 1) return `tomorrow ${time}`;
  const date = new Date(iso);
  return days > 1 && days < 7 ? `${weekday.format(date)} ${time}` : `${shortDay.format(date)} ${time}`;
}

export function sameDay(a: string, b: string): boolean {
  return midnight(Date.parse(a)) === midnight(Date.parse(b));
}
