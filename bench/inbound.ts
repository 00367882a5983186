import { Calm, LEAD_IN_SECONDS } from './calm.ts';
import { openCpuMeter } from './cpu-meter.ts';
import { summariseProfiles } from './cpu-profile.ts';
import { batchCases } from './inbound-batch.ts';
import { playRound, type RoundShape } from './inbound-round.ts';
import { openFloor, openOurs, type Side } from './inbound-stage.ts';
import type { BenchOptions } from './options.ts';
import {
  atLeast,
  atMost,
  type BenchResult,
  type Figures,
  type Goal,
  medianFigures,
  medianRatios,
} from './report.ts';
import { openWorld } from './world.ts';

const TENANTS = 20;
const CUSTOMERS = 200;
const IN_FLIGHT = [1, 8, 32] as const;

const RATIOS = ['messagesPerSecond', 'p50Ms', 'p99Ms', 'serverCpuMs', 'postgresCpuMs'];
const caseName = (tenants: number, inFlight: number) =>
  `${tenants === 1 ? 'one tenant' : `${tenants} tenants`}, ${inFlight} in flight`;

/** Signed WhatsApp POST → stored → the agent's socket, beside a bare server that does the least. */
export async function benchInbound(options: BenchOptions): Promise<BenchResult> {
  const { seconds, rounds, progress } = options;
  const world = await openWorld();
  const sides: Side[] = [];
  try {
    const tenants = options.isQuick ? 5 : TENANTS;
    const product = await world.startProduct({ profileFolder: options.profileFolder });
    progress(`making ${2 * tenants} tenants with ${CUSTOMERS} conversations each`);
    const ours = await openOurs(world, product, tenants, CUSTOMERS);
    const floor = await openFloor(world, product, tenants, CUSTOMERS, options.isFloorPrepared);
    sides.push(ours, floor);
    const meter = await openCpuMeter(world);
    const calm = new Calm(meter, options.isPatient);
    let run = 0;
    const play = (side: Side, inFlight: number, spread: number, part: Partial<RoundShape> = {}) =>
      calm.round(side.pid, () =>
        playRound(
          side,
          {
            run: `r${run++}`,
            inFlight,
            seconds,
            tenants: spread,
            customers: CUSTOMERS,
            messagesPerPost: 1,
            newCustomersPercent: 0,
            allowsErrors: false,
            ...part,
          },
          meter,
        ),
      );
    /** A server that stood idle has put things away; nobody measures how it fetches them back. */
    const measure: typeof play = async (side, inFlight, spread, part) => {
      await play(side, inFlight, spread, { ...part, seconds: LEAD_IN_SECONDS });
      return play(side, inFlight, spread, part);
    };
    progress('warming up: every connection meets every statement often enough');
    for (const side of [ours, floor]) await play(side, 32, tenants, { seconds: options.isQuick ? 2 : 45 });

    const figures: Record<string, Figures> = {};
    const floors: Record<string, Figures> = {};
    const ratio: Record<string, Figures> = {};
    const goals: Goal[] = [];
    for (const spread of [1, tenants])
      for (const inFlight of IN_FLIGHT) {
        const which = caseName(spread, inFlight);
        if (!which.includes(options.onlyCase)) continue;
        const own: Figures[] = [];
        const theirs: Figures[] = [];
        for (let round = 0; round < rounds; round++) {
          own.push(await measure(ours, inFlight, spread));
          theirs.push(await measure(floor, inFlight, spread));
        }
        figures[which] = medianFigures(own);
        floors[which] = medianFigures(theirs);
        const shares = medianRatios(own, theirs, RATIOS);
        ratio[which] = shares;
        goals.push(atLeast(`${which}: messages/s of the floor's`, shares.messagesPerSecond ?? 0, 0.6));
        goals.push(atMost(`${which}: p99 of the floor's`, shares.p99Ms ?? Number.POSITIVE_INFINITY, 3));
        progress(`${which}: ${JSON.stringify(figures[which])} ${JSON.stringify(floors[which])}`);
      }
    if (options.newCustomersPercent > 0) {
      const which = `one tenant, 32 in flight, ${options.newCustomersPercent} % new customers`;
      figures[which] = await measure(ours, 32, 1, { newCustomersPercent: options.newCustomersPercent });
    }
    for (const batch of await batchCases(ours, floor, options, calm, measure)) {
      figures[batch.which] = batch.ours;
      floors[batch.which] = batch.floor;
      ratio[batch.which] = batch.ratio;
      if (batch.isGoal)
        goals.push(atLeast(`${batch.which}: of bare inserts`, batch.ratio.messagesPerSecond ?? 0, 0.5));
    }
    for (const side of sides.splice(0)) side.close();
    await product.stop();
    const notes = options.profileFolder ? [summariseProfiles(options.profileFolder)] : [];
    return { document: { name: 'inbound', rig: world.rig, figures, floor: floors, ratio }, goals, notes };
  } finally {
    // Sockets that look for a server that is gone would keep the process alive.
    for (const side of sides) side.close();
    await world.close();
  }
}
