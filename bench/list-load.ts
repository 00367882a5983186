import { randomInt } from 'node:crypto';
import { closedLoop, type LoadTarget } from './load.ts';
import { type Figures, quantile } from './report.ts';

/** First pages of conversation lists, each asked with one of the keys at random. */
export async function loadLists(
  target: LoadTarget,
  keys: readonly string[],
  inFlight: number,
  seconds: number,
): Promise<Figures> {
  const latencies: number[] = [];
  let errors = 0;
  const startedAt = performance.now();
  await closedLoop(inFlight, seconds, () => async () => {
    const begunAt = performance.now();
    const headers = { authorization: `Bearer ${keys[randomInt(keys.length)]}` };
    const status = await target.send('GET', '/api/v1/conversations', headers);
    if (status === 200) latencies.push(performance.now() - begunAt);
    else errors++;
  });
  return {
    listsPerSecond: (latencies.length / (performance.now() - startedAt)) * 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    errors,
  };
}
