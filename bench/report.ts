import { cpus, totalmem } from 'node:os';

/** Figures of one measured case by their names; the unit stands in the name (`p99Ms`, `messagesPerSecond`). */
export type Figures = Readonly<Record<string, number>>;
export type Cases = Readonly<Record<string, Figures>>;

export interface Rig {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGigabytes: number;
  readonly node: string;
  readonly postgres: string;
  readonly fsync: string;
}

/** What `--json` prints. Each ratio is ours by the floor's (or the peer's) of the same name, measured in the same run. */
export interface BenchDocument {
  readonly name: string;
  readonly rig: Rig;
  readonly figures: Cases;
  readonly floor: Cases;
  readonly ratio: Cases;
}

export interface Goal {
  readonly what: string;
  readonly is: number;
  readonly wants: string;
  readonly isMet: boolean;
}
export interface BenchResult {
  readonly document: BenchDocument;
  readonly goals: readonly Goal[];
  /** What a table does not hold: query plans. */
  readonly notes?: readonly string[];
}

export const atLeast = (what: string, is: number, least: number): Goal => ({
  what,
  is,
  wants: `≥ ${least}`,
  isMet: is >= least,
});
export const atMost = (what: string, is: number, most: number): Goal => ({
  what,
  is,
  wants: `≤ ${most}`,
  isMet: is <= most,
});

export function rigOf(postgres: string, fsync: string): Rig {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres,
    fsync,
  };
}

/** The value below which `share` of the values lie. NaN when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** Field by field the median over rounds. */
export function medianFigures(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map(name => [name, median(rounds.map(round => round[name] ?? Number.NaN))]),
  );
}

/** The median over rounds of ours by theirs: rounds that ran one after the other saw the same machine. */
export function medianRatios(
  ours: readonly Figures[],
  theirs: readonly Figures[],
  names: readonly string[],
): Figures {
  const ratioOf = (name: string) =>
    median(ours.map((round, index) => (round[name] ?? Number.NaN) / (theirs[index]?.[name] ?? Number.NaN)));
  return Object.fromEntries(names.map(name => [name, ratioOf(name)]));
}

function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en', { maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2 });
}

/** A line for each case: every figure as ours, the floor's where there is one, and the ratio. */
export function tableOf({ name, rig, figures, floor, ratio }: BenchDocument): string {
  const columns = [...new Set(Object.values(figures).flatMap(Object.keys))];
  const cell = (which: string, column: string) => {
    const own = figures[which]?.[column];
    if (own === undefined) return '';
    const theirs = floor[which]?.[column];
    const share = ratio[which]?.[column];
    return [
      digits(own),
      theirs === undefined ? '' : ` / ${digits(theirs)}`,
      share === undefined ? '' : ` = ${share.toFixed(2)}`,
    ].join('');
  };
  const rows = [
    ['', ...columns],
    ...Object.keys(figures).map(which => [which, ...columns.map(column => cell(which, column))]),
  ];
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map(row => row[index]?.length ?? 0))) ?? [];
  const lines = rows.map(row =>
    row
      .map((text, index) => (index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 0)))
      .join('  '),
  );
  return [
    `${name}: ${rig.cores} cores (${rig.processor}), ${rig.memoryGigabytes} GB, Node ${rig.node}, Postgres ${rig.postgres}, fsync ${rig.fsync}`,
    `each cell: ours / the floor's or the peer's = ratio`,
    ...lines,
  ].join('\n');
}

export function goalLine({ what, is, wants, isMet }: Goal): string {
  return `${isMet ? 'met   ' : 'MISSED'}  ${what}: ${is.toFixed(2)} (goal ${wants})`;
}
