import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** `pg`, `express`, `node:net`, or the file of our own. */
function placeOf(url: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return inPackage ?? (url.startsWith('node:') ? url : (url.split('/').at(-1) ?? ''));
}

/** The functions in which a profiled process spent most of its own time, as percent of the time it was not idle. */
export function summariseProfiles(folder: string, amount = 30): string {
  const byFunction = new Map<string, number>();
  const byPlace = new Map<string, number>();
  let busy = 0;
  for (const file of readdirSync(folder).filter(name => name.endsWith('.cpuprofile'))) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
    const frames = new Map(profile.nodes.map(node => [node.id, node.callFrame]));
    profile.samples.forEach((id, index) => {
      const frame = frames.get(id);
      const time = profile.timeDeltas[index] ?? 0;
      if (!frame || frame.functionName === '(idle)') return;
      busy += time;
      const place = placeOf(frame.url);
      const name = `${frame.functionName || '(anonymous)'} ${place}:${frame.lineNumber + 1}`;
      byFunction.set(name, (byFunction.get(name) ?? 0) + time);
      byPlace.set(place || frame.functionName, (byPlace.get(place || frame.functionName) ?? 0) + time);
    });
  }
  const top = (from: ReadonlyMap<string, number>, most: number) =>
    [...from]
      .sort((one, other) => other[1] - one[1])
      .slice(0, most)
      .map(([name, time]) => `  ${((time / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
  return [
    `busy ${(busy / 1e6).toFixed(1)} s; own time by package or file:`,
    ...top(byPlace, 20),
    'by function:',
    ...top(byFunction, amount),
  ].join('\n');
}
