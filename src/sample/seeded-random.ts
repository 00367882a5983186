import { seededRandom as seededNumbers } from '../kit/random.ts';

/** The same numbers every time: a sample that differs from run to run cannot be checked. */
export interface SeededRandom {
  /** From `low` up to `high`. */
  between(low: number, high: number): number;
  whole(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

export function seededRandom(seed: number): SeededRandom {
  const next = seededNumbers(seed);
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    between: (low, high) => low + next() * (high - low),
    whole,
    chance: probability => next() < probability,
    pick: items => items[whole(0, items.length - 1)] ?? items[0],
  };
}
