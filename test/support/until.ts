import { setTimeout as delay } from 'node:timers/promises';

/** Resolves once `holds` does. For what cannot be awaited, such as another process of the server ending. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patienceMs = 30_000,
): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${patienceMs} ms in vain until ${what}.`);
    await delay(10);
  }
}
