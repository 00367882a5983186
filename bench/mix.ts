import { randomBytes, randomUUID } from 'node:crypto';
import { type PlayablePlatform, type PlayedPlatform, playedPlatforms } from '../src/simulator/index.ts';
import { callApi } from './api-client.ts';
import { Calm, LEAD_IN_SECONDS } from './calm.ts';
import { openCpuMeter } from './cpu-meter.ts';
import { playRound } from './inbound-round.ts';
import { openSeats, type Side, seatAgents } from './inbound-stage.ts';
import { type MessageToPrepare, type PreparedPost, textOf } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type BenchResult, type Figures, medianFigures, medianRatios } from './report.ts';
import { type BenchTenant, openWorld } from './world.ts';

const CUSTOMERS = 200;
const IN_FLIGHT = [1, 8, 32] as const;
const RATIOS = ['messagesPerSecond', 'p50Ms', 'p99Ms', 'serverCpuMs', 'postgresCpuMs'];

const hex = (bytes: number) => randomBytes(bytes).toString('hex');
const digits = () => String(randomBytes(6).readUIntBE(0, 6) + 1e14);
/** The platforms that post their customers' messages; Tidio only rings, mail is fetched, a paired phone is listened to. */
const platforms: Readonly<Record<Exclude<PlayablePlatform, 'tidio'>, () => Record<string, string>>> = {
  whatsapp: () => ({
    phoneNumberId: digits(),
    businessAccountId: digits(),
    accessToken: hex(24),
    appSecret: hex(16),
  }),
  facebook: () => ({ pageId: digits(), pageAccessToken: hex(24), appSecret: hex(16) }),
  instagram: () => ({ accountId: digits(), accessToken: hex(24), appSecret: hex(16) }),
  telegram: () => ({ botToken: `${digits().slice(0, 10)}:${hex(18)}`, secretToken: hex(16) }),
  sms: () => ({ accountSid: `AC${hex(16)}`, authToken: hex(16), from: '+15550001111' }),
  crisp: () => ({ websiteId: randomUUID(), identifier: randomUUID(), key: hex(24), hookSecret: hex(16) }),
};

interface Line {
  readonly played: PlayedPlatform;
  readonly url: URL;
}

/** One tenant with a channel of each pushing platform, beside the same product and tenant with WhatsApp alone. */
export async function benchMix(options: BenchOptions): Promise<BenchResult> {
  const { seconds, rounds, progress } = options;
  const world = await openWorld();
  const sides: Side[] = [];
  try {
    const product = await world.startProduct({ profileFolder: options.profileFolder });
    const side = await seatAgents(product, await openSeats(world, product, 1, 'mix', CUSTOMERS));
    sides.push(side);
    const [seat] = side.seats;
    if (!seat) throw new Error('There is no tenant.');
    progress('connecting a channel of each platform');
    const lines: Line[] = [];
    for (const platform of Object.keys(platforms) as (keyof typeof platforms)[])
      lines.push(await connect(product.url, seat.tenant, platform));
    const meter = await openCpuMeter(world);
    const calm = new Calm(meter, options.isPatient);
    const seed = randomBytes(3).readUIntBE(0, 3);
    const write = (of: readonly Line[]) => (message: MessageToPrepare) =>
      postOf(of[message.number % of.length] as Line, seed, message);
    let run = 0;
    const play = (of: readonly Line[], inFlight: number, length: number) =>
      calm.round(side.pid, () =>
        playRound(
          side,
          {
            run: `m${run++}`,
            inFlight,
            seconds: length,
            tenants: 1,
            customers: CUSTOMERS,
            messagesPerPost: 1,
            newCustomersPercent: 0,
            allowsErrors: false,
            prepare: write(of),
          },
          meter,
        ),
      );
    const measure: typeof play = async (of, inFlight, length) => {
      await play(of, inFlight, LEAD_IN_SECONDS);
      return play(of, inFlight, length);
    };
    const alone = lines.slice(0, 1);
    progress('warming up: everybody has written before');
    for (const of of [lines, alone]) await play(of, 32, options.isQuick ? 2 : 30);
    const figures: Record<string, Figures> = {};
    const floors: Record<string, Figures> = {};
    const ratio: Record<string, Figures> = {};
    for (const inFlight of IN_FLIGHT) {
      const which = `${lines.length} platforms, ${inFlight} in flight`;
      const mixed: Figures[] = [];
      const single: Figures[] = [];
      for (let round = 0; round < rounds; round++) {
        mixed.push(await measure(lines, inFlight, seconds));
        single.push(await measure(alone, inFlight, seconds));
      }
      figures[which] = medianFigures(mixed);
      floors[which] = medianFigures(single);
      ratio[which] = medianRatios(mixed, single, RATIOS);
      progress(`${which}: ${JSON.stringify(figures[which])} ${JSON.stringify(floors[which])}`);
    }
    for (const open of sides.splice(0)) open.close();
    await product.stop();
    return { document: { name: 'mix', rig: world.rig, figures, floor: floors, ratio }, goals: [] };
  } finally {
    for (const open of sides) open.close();
    await world.close();
  }
}

async function connect(
  productUrl: string,
  { apiKey }: BenchTenant,
  platform: keyof typeof platforms,
): Promise<Line> {
  const settings = platforms[platform]();
  const body = { platform, name: platform, settings };
  const channel = await callApi<{ webhookUrl: string }>(productUrl, apiKey, 'POST', '/channels', body);
  const url = new URL(channel.webhookUrl);
  // What Crisp proves a website's hook with.
  if (platform === 'crisp') url.searchParams.set('key', settings.hookSecret ?? '');
  return { played: playedPlatforms[platform](settings), url };
}

function postOf({ played, url }: Line, seed: number, { number, customer }: MessageToPrepare): PreparedPost {
  const name = `Customer ${customer}`;
  const line = { seed, index: number, customer, name, text: textOf(number), at: new Date() };
  const { body } = played.write(line);
  return {
    path: url.pathname + url.search,
    headers: { ...played.sign(body, url.href), 'content-length': body.length },
    body,
    messages: [number],
  };
}
