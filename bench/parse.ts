import { type AnyAdapter, adapters } from '../src/platforms/registry.ts';
import { receivedAt } from '../test/contract/samples/adapter-sample.ts';
import { samples } from '../test/contract/samples/index.ts';
import type { BenchOptions } from './options.ts';
import { type BenchResult, type Figures, medianFigures, medianRatios, rigOf } from './report.ts';

/** One measured stretch reads the bodies again and again, so many before it looks at the clock. */
const AT_A_TIME = 50;

/**
 * Facts in a second that each adapter reads from the bodies of its golden cases, in one process and one after the other.
 * The floor does the least that can be done with such a body: bytes to text, text to values.
 */
export async function benchParse({
  seconds,
  rounds,
  progress,
  onlyCase,
}: BenchOptions): Promise<BenchResult> {
  const figures: Record<string, Figures> = {};
  const floors: Record<string, Figures> = {};
  const ratio: Record<string, Figures> = {};
  for (const [platform, adapter] of Object.entries(adapters)) {
    const bodies = samples[adapter.platform]?.bodies ?? [];
    if (bodies.length === 0 || !platform.includes(onlyCase)) continue;
    const floorRead =
      adapter.platform === 'sms' ? readForm : adapter.platform === 'email' ? readText : readJson;
    const own: Figures[] = [];
    const theirs: Figures[] = [];
    const warm = Math.min(seconds, 0.5);
    await stretch(body => factsIn(adapter, body), bodies, warm);
    await stretch(floorRead, bodies, warm);
    for (let round = 0; round < rounds; round++) {
      own.push(await stretch(body => factsIn(adapter, body), bodies, seconds));
      theirs.push(await stretch(floorRead, bodies, seconds));
    }
    figures[platform] = medianFigures(own);
    const { factsPerSecond: _, ...floor } = medianFigures(theirs);
    floors[platform] = floor;
    ratio[platform] = medianRatios(own, theirs, ['bodiesPerSecond', 'megabytesPerSecond']);
    progress(`${platform}: ${JSON.stringify(figures[platform])}`);
  }
  const document = { name: 'parse', rig: rigOf('none', 'none'), figures, floor: floors, ratio };
  return { document, goals: [] };
}

/** No promise where the adapter gives none: waiting for one costs as much as a small body. */
function factsIn(adapter: AnyAdapter, body: Buffer): number | Promise<number> {
  const facts = adapter.parse(body, receivedAt);
  return facts instanceof Promise ? facts.then(read => read.length) : facts.length;
}
const readJson = (body: Buffer) => Number(JSON.parse(body.toString('utf8')) !== undefined);
const readForm = (body: Buffer) => [...new URLSearchParams(body.toString('utf8'))].length;
const readText = (body: Buffer) => body.toString('utf8').split('\r\n').length;

async function stretch(
  read: (body: Buffer) => number | Promise<number>,
  bodies: readonly Buffer[],
  seconds: number,
): Promise<Figures> {
  const startedAt = performance.now();
  let count = 0;
  let bytes = 0;
  let facts = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    for (let index = 0; index < AT_A_TIME; index++) {
      const body = bodies[count % bodies.length] as Buffer;
      const found = read(body);
      facts += typeof found === 'number' ? found : await found;
      bytes += body.length;
      count += 1;
    }
  }
  const took = (performance.now() - startedAt) / 1000;
  return {
    factsPerSecond: facts / took,
    bodiesPerSecond: count / took,
    megabytesPerSecond: bytes / took / 1e6,
  };
}
