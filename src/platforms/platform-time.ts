import { type JsonValue, numberOf } from './json.ts';

const earliestSeconds = 0;
/** The year 2100: a later time is no time, and Postgres or a sort order would suffer from it. */
const latestSeconds = 4_102_444_800;

/** Seconds since 1970, as a string or a number; milliseconds are recognised. `undefined` when it is no sane time. */
export function timeOf(value: JsonValue | undefined): Date | undefined {
  const given = numberOf(value);
  if (given === undefined) return undefined;
  const seconds = given > latestSeconds ? given / 1000 : given;
  return seconds > earliestSeconds && seconds < latestSeconds
    ? new Date(Math.floor(seconds * 1000))
    : undefined;
}
