import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Config } from '../../config/config.ts';
import { type Platform, platform as platforms } from '../../contract/primitives.ts';
import type { TenantDb } from '../../db/planes.ts';
import {
  type CheckOptions,
  channelOf,
  checkChannel,
  createChannel,
  pageChannels,
  readChannelHealth,
  removeChannel,
  sharedCredentials,
} from '../../features/channels/index.ts';
import { recallChannel } from '../../features/inbound/index.ts';
import { NotFound, SetupError, ValidationError } from '../../kit/errors.ts';
import { adapterFor, adapters } from '../../platforms/registry.ts';
import { audit } from '../audit.ts';
import { withTenant } from '../command-context.ts';
import { printJson, tablePrinter, warn } from '../output.ts';
import { checkInput } from '../user-input.ts';

export interface ChannelAddOptions {
  readonly name: string;
  /** Unset: none. */
  readonly settings?: string;
  readonly json?: boolean;
}

export async function channelAdd(
  slug: string,
  platformName: string,
  options: ChannelAddOptions,
): Promise<void> {
  const platform = platforms.safeParse(platformName).data;
  if (!platform || !adapterFor(platform))
    throw new SetupError(
      `"${platformName}" is no platform that can be connected. Choose one of ${Object.keys(adapters).join(', ')}.`,
    );
  const name = checkInput('name', '--name', options.name);
  const settings = options.settings === undefined ? {} : await readSettings(options.settings);
  await withTenant(slug, async ({ landlord, config }, scope) => {
    const created = await createChannel(
      landlord,
      scope,
      { platform, name, settings, trustsApiUrl: true },
      config.publicUrl,
    ).catch(error => {
      if (!(error instanceof ValidationError)) throw error;
      throw new ValidationError(
        `--settings ${options.settings ?? '<file> is missing'}: ${error.message}`,
        error.details,
      );
    });
    const { id, webhookUrl, verifyToken, widgetKey, secret } = created;
    const said = await checkChannel(work => work(scope), id, checkBy(config, true));
    const { health, healthMessage } = await readChannelHealth(scope, id);
    if (health !== 'ok')
      warn(
        `The channel is stored${health === 'unknown' ? '.' : `, and is ${health}:`} ${healthMessage ?? said ?? nextStep(slug, id, platform)}`,
      );
    if (options.json)
      printJson({
        channel: {
          id,
          platform,
          webhookUrl,
          verifyToken,
          widgetKey,
          health,
          ...(platform === 'api' && { secret }),
        },
      });
    else {
      console.log(`Channel ${id} (${platform}, ${name}) is connected to ${slug}.`);
      if (webhookUrl) console.log(`  Webhook URL   ${webhookUrl}`);
      if (verifyToken) console.log(`  Verify token  ${verifyToken}  (shown this once)`);
      if (widgetKey) console.log(`  Widget key    ${widgetKey}`);
      if (secret) console.log(`  Secret        ${secret}  (shown this once)`);
    }
    await audit(landlord, 'channel.add', scope.tenant.id, { channelId: id, platform });
  });
}

/** What a channel waits for that nobody could be asked about. */
function nextStep(slug: string, id: number, platform: Platform): string {
  return adapters[platform]?.sendsByLine
    ? `pair the phone with: concierge channel pair ${slug} ${id}`
    : 'see its settings';
}

/** A JSON object from a file, or from stdin for `-`. */
async function readSettings(path: string): Promise<Record<string, unknown>> {
  let content: string;
  try {
    content = path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  } catch (error) {
    throw new SetupError(
      `--settings ${path}: the file cannot be read (${(error as { code?: string }).code}).`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    // Only the place: the file holds secrets, and a parser's message may quote them.
    const place = /position \d+/.exec((error as Error).message)?.[0];
    throw new SetupError(`--settings ${path}: this is not JSON${place ? ` (at ${place})` : ''}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SetupError(`--settings ${path}: give one JSON object, like {"phoneNumberId": "…"}.`);
  return value as Record<string, unknown>;
}

/** By an address that was only derived, no platform could deliver to us: the webhook is not set up then. */
function checkBy(config: Config, connects: boolean): CheckOptions {
  const { providerUrls, outboundAllow, publicUrl, isPublicUrlSet } = config;
  const shared = sharedCredentials(config);
  return {
    ...{ providerUrls, outboundAllow, shared, publicUrl },
    ...{ connects: connects && isPublicUrlSet, isByPerson: true, isServer: false },
  };
}

async function allChannels(db: TenantDb, publicUrl: string) {
  const channels: ReturnType<typeof channelOf>[] = [];
  for (let after = 0; ; ) {
    const page = await pageChannels(db, after, 100);
    channels.push(...page.slice(0, 100).map(row => channelOf(row, publicUrl)));
    if (page.length <= 100) return channels;
    after = channels.at(-1)?.id ?? 0;
  }
}

/** Asks each platform how the account stands. Exit code 1 when one needs a person. */
export async function channelHealth(slug: string, options: { readonly json?: boolean }): Promise<void> {
  await withTenant(slug, async ({ config }, scope) => {
    const channels = [];
    for (const { id, platform, name } of await allChannels(scope.db, config.publicUrl)) {
      const said = await checkChannel(work => work(scope), id, checkBy(config, false));
      const health = await readChannelHealth(scope, id);
      channels.push({ id, platform, name, ...health, healthMessage: health.healthMessage ?? said });
    }
    if (channels.some(({ health }) => health === 'reauthorise' || health === 'stopped')) process.exitCode = 1;
    if (options.json) return printJson({ channels });
    tablePrinter([
      'ID',
      'PLATFORM',
      'NAME',
      'HEALTH',
      'WEBHOOK',
      'LAST IN',
      'LAST OUT',
      'SENT',
      'FAILED',
      'WAITING',
    ])(
      channels.map(channel => [
        String(channel.id),
        channel.platform,
        channel.name,
        channel.isActive ? channel.health : 'paused',
        channel.isSubscribed === null ? '-' : channel.isSubscribed ? 'yes' : 'no',
        channel.lastInboundAt ?? '-',
        channel.lastOutboundAt ?? '-',
        String(channel.sentLastDay),
        String(channel.failedLastDay),
        String(channel.waiting),
      ]),
    );
    for (const { id, name, healthMessage } of channels)
      if (healthMessage) warn(`Channel ${id} (${name}): ${healthMessage}`);
  });
}

export async function channelList(slug: string, options: { readonly json?: boolean }): Promise<void> {
  await withTenant(slug, async ({ config }, scope) => {
    const channels = await allChannels(scope.db, config.publicUrl);
    if (options.json) return printJson({ channels });
    tablePrinter(['ID', 'PLATFORM', 'NAME', 'ACCOUNT', 'HEALTH', 'WEBHOOK URL OR WIDGET KEY'])(
      channels.map(channel => [
        String(channel.id),
        channel.platform,
        channel.name,
        channel.externalAccountId ?? '-',
        channel.isActive ? channel.health : 'paused',
        channel.webhookUrl ?? channel.widgetKey ?? '-',
      ]),
    );
  });
}

export interface ChannelRecallOptions {
  readonly since: string;
  readonly json?: boolean;
}

/** As after an outage: what the platform still holds is fetched by the running product. */
export async function channelRecall(
  slug: string,
  channelId: number,
  options: ChannelRecallOptions,
): Promise<void> {
  const since = new Date(options.since);
  if (Number.isNaN(since.getTime()) || since.getTime() > Date.now())
    throw new SetupError(
      `--since "${options.since}" is no time in the past. Write it like 2026-11-21T08:00:00Z.`,
    );
  await withTenant(slug, async ({ landlord }, scope) => {
    const asked = await recallChannel(scope, channelId, since).catch(missingChannel(slug, channelId));
    await audit(landlord, 'channel.recall', scope.tenant.id, { channelId, since });
    if (options.json) return printJson({ asked });
    console.log(
      `Asked for. What the platform still tells of the time since ${since.toISOString()} appears in the inbox as it comes; what cannot be had stands in the health of the channel.`,
    );
  });
}

/** Says which channel there is not, and where to see those that are. */
const missingChannel =
  (slug: string, channelId: number) =>
  (error: unknown): never => {
    if (!(error instanceof NotFound)) throw error;
    throw new SetupError(
      `"${slug}" has no channel ${channelId}. See them with: concierge channel list ${slug}`,
    );
  };

export async function channelRemove(
  slug: string,
  channelId: number,
  options: { readonly json?: boolean },
): Promise<void> {
  await withTenant(slug, async ({ landlord }, scope) => {
    await removeChannel(landlord, scope, channelId).catch(missingChannel(slug, channelId));
    await audit(landlord, 'channel.remove', scope.tenant.id, { channelId });
    if (options.json) return printJson({ removed: { id: channelId } });
    console.log(`Channel ${channelId} is disconnected. Its conversations stay.`);
  });
}
