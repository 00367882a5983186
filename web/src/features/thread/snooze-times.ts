export interface SnoozeChoice {
  readonly name: string;
  readonly until: Date;
}

const hourMs = 3_600_000;
const morningHour = 9;
const monday = 1;

function morningIn(days: number, now: Date): Date {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(morningHour, 0, 0, 0);
  return date;
}

/** The usual times, in the agent's own time zone. */
export function snoozeChoices(now: Date): SnoozeChoice[] {
  const daysToMonday = (monday - now.getDay() + 7) % 7 || 7;
  const choices = [
    { name: 'For 1 hour', until: new Date(now.getTime() + hourMs) },
    { name: 'For 3 hours', until: new Date(now.getTime() + 3 * hourMs) },
    { name: 'Tomorrow', until: morningIn(1, now) },
  ];
  // On a Sunday the next Monday is tomorrow: one line is enough.
  return daysToMonday === 1 ? choices : [...choices, { name: 'Monday', until: morningIn(daysToMonday, now) }];
}

/** What a date-and-time field holds: the local time without a zone. */
export function fieldValue(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
