/** Time is a parameter: whoever asks "now" is handed a clock, so that tests can hold one still. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
