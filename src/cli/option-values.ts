import { InvalidArgumentError } from 'commander';

/** Readers of what stands behind a flag. Commander puts the flag's name before what they throw. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return text => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Give a whole number from ${minimum} to ${maximum}.`);
  };
}

export function decimal(minimum: number, maximum: number): (text: string) => number {
  return text => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Give a number from ${minimum} to ${maximum}.`);
  };
}

export function commaSeparated(text: string): string[] {
  const items = text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('Give names, separated by commas.');
  return items;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** "30d", "12h", or a day like 2027-01-31 (its beginning in UTC). */
export function futureTime(text: string): Date {
  const [, amount, unit = ''] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  const isDate = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text);
  const time = amount
    ? Date.now() + Number(amount) * (UNIT_MS[unit] ?? 0)
    : isDate
      ? Date.parse(text)
      : Number.NaN;
  if (time > Date.now()) return new Date(time);
  throw new InvalidArgumentError(
    'Give a time from now like 30d, 12h or 8w, or a day to come like 2030-01-31.',
  );
}
