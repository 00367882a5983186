import { randomInt } from 'node:crypto';
import { openSettings, pageChannels } from '../../features/channels/index.ts';
import { SetupError } from '../../kit/errors.ts';
import {
  type PlayablePlatform,
  type PlayedProvider,
  type PlaySettings,
  playedPlatforms,
  runSimulation,
} from '../../simulator/index.ts';
import { withTenant } from '../command-context.ts';
import { printJson, progressPrinter } from '../output.ts';
import { onStopSignal } from '../stop-signals.ts';

export interface Simulation {
  readonly platform: PlayablePlatform;
  /** What a channel's settings must have, and the flags that stand for them. */
  readonly settings: readonly {
    readonly name: string;
    readonly flag: string;
    readonly isForProvider?: boolean;
  }[];
  readonly onlyRings: boolean;
}
/** Beside these, a string for each setting. */
export interface SimulateOptions {
  readonly url?: string;
  readonly tenant?: string;
  readonly customers: number;
  readonly messages: number;
  readonly rate: number;
  readonly duplicates: number;
  readonly shuffle?: boolean;
  readonly delay: number;
  readonly seed?: number;
  readonly provider?: true | number;
  readonly json?: boolean;
}
interface Target {
  readonly webhookUrl: string;
  readonly settings: PlaySettings;
}

/** Exit code 1 when a message was not acknowledged. */
export async function simulatePlatform(simulation: Simulation, options: SimulateOptions): Promise<void> {
  const { webhookUrl, settings } = await targetOf(simulation, options);
  const played = playedPlatforms[simulation.platform](settings);
  const print = options.json ? progressPrinter(options) : (line: string) => console.log(line);
  const provider = wantsProvider(simulation, options, settings)
    ? played.openProvider(webhookUrl, (to, words) => words !== undefined && print(`→ ${to}: ${words}`))
    : undefined;
  const ending = new AbortController();
  const forget = onStopSignal(() => ending.abort());
  try {
    const apiUrl = provider && (await startProvider(provider, options, settings));
    if (apiUrl !== undefined) print(addressLine(apiUrl, settings));
    const { customers, messages, rate, duplicates, delay, seed = randomInt(2 ** 31) } = options;
    const summary = await runSimulation(
      {
        ...{ ...played, webhookUrl, customers, messages, rate, duplicates, seed },
        ...(provider && { hear: provider.hear }),
        shuffle: options.shuffle ?? false,
        delayMs: delay,
        signal: ending.signal,
      },
      print,
    );
    if (options.json) printJson(apiUrl === undefined ? summary : { ...summary, apiUrl });
    if (summary.acknowledgedMessages < messages) process.exitCode = 1;
    if (provider !== undefined && !ending.signal.aborted) {
      print('The provider stays until Ctrl-C.');
      await new Promise(resolve => ending.signal.addEventListener('abort', resolve));
    }
  } finally {
    await provider?.stop();
    forget();
  }
}

async function targetOf(simulation: Simulation, options: SimulateOptions): Promise<Target> {
  const { url, tenant } = options;
  if (tenant !== undefined) return channelOfTenant(simulation, tenant, url);
  const given = options as unknown as PlaySettings;
  const settings = Object.fromEntries(simulation.settings.map(({ name }) => [name, given[name]]));
  const needed = simulation.settings.filter(
    ({ isForProvider }) => isForProvider !== true || options.provider !== undefined,
  );
  const missing = needed.filter(({ name }) => given[name] === undefined).map(({ flag }) => flag);
  if (url !== undefined && missing.length === 0) return { webhookUrl: url, settings };
  const flags = [...(url === undefined ? ['--url <webhook URL>'] : []), ...missing];
  throw new SetupError(`Give --tenant <slug>, or ${flags.join(' and ')}.`);
}

/** The tenant's first active channel of the platform, at the server that runs with the same settings as this command. */
async function channelOfTenant(
  { platform, settings: needed }: Simulation,
  slug: string,
  url: string | undefined,
): Promise<Target> {
  return withTenant(slug, async ({ config }, scope) => {
    const rows = await pageChannels(scope.db, 0, 1000);
    const row = rows.find(channel => channel.platform === platform && channel.is_active);
    if (!row && rows.some(channel => channel.platform === platform))
      throw new SetupError(
        `The ${platform} channel of "${slug}" is paused. Resume it in Settings, Channels.`,
      );
    if (!row)
      throw new SetupError(
        `"${slug}" has no active ${platform} channel. Make one with: concierge channel add ${slug} ${platform} …`,
      );
    const own = openSettings(scope.tenant, row) as Record<string, string | undefined>;
    const settings = { ...own, appSecret: own.appSecret ?? config.metaAppSecret };
    if (needed.some(({ name }) => name === 'appSecret') && settings.appSecret === undefined)
      throw new SetupError(
        `The ${platform} channel of "${slug}" has no appSecret. Set META_APP_SECRET as the server has it.`,
      );
    if (url === undefined) await requireServer(config.publicUrl);
    return {
      webhookUrl: url ?? `${config.publicUrl}/webhooks/${platform}/${row.webhook_token}`,
      settings,
    };
  });
}

/** Throws SetupError for a platform that only rings when nobody could be asked for the words. */
function wantsProvider(
  { onlyRings }: Simulation,
  { provider }: SimulateOptions,
  settings: PlaySettings,
): boolean {
  if (provider !== undefined || !onlyRings) return provider !== undefined;
  if (loopbackPortOf(settings.apiUrl) !== undefined) return true;
  throw new SetupError(
    'This platform only rings, and its words are fetched: add the channel with the apiUrl http://127.0.0.1:4310, and give --provider 4310.',
  );
}

async function startProvider(
  provider: PlayedProvider,
  options: SimulateOptions,
  settings: PlaySettings,
): Promise<string> {
  const port = typeof options.provider === 'number' ? options.provider : loopbackPortOf(settings.apiUrl);
  try {
    return await provider.start(port);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== 'EADDRINUSE') throw error;
    throw new SetupError(
      `The provider cannot listen there: ${message}. Give another port: --provider <port>`,
    );
  }
}

function addressLine(apiUrl: string, settings: PlaySettings): string {
  const { host, port } = new URL(apiUrl);
  return loopbackPortOf(settings.apiUrl) === Number(port)
    ? `The provider is at ${apiUrl}, where the channel sends its answers.`
    : `The provider is at ${apiUrl}. Answers arrive here when the channel has that as its apiUrl: by concierge channel add, or by the app where OUTBOUND_ALLOW names ${host}.`;
}

/** `undefined` for an address that is no port of this machine. */
function loopbackPortOf(apiUrl: string | undefined): number | undefined {
  const url = URL.parse(apiUrl ?? '');
  const isHere = url?.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname);
  return isHere && url.port !== '' ? Number(url.port) : undefined;
}

async function requireServer(publicUrl: string): Promise<void> {
  try {
    const answer = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(5000) });
    if (answer.ok) return;
  } catch {
    // Told below.
  }
  throw new SetupError(
    `No Concierge answers at ${publicUrl}. Start it, or give PORT or PUBLIC_URL the value that the server has.`,
  );
}
