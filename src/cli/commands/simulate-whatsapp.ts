import { randomInt } from 'node:crypto';
import { openSettings, pageChannels } from '../../features/channels/index.ts';
import { SetupError } from '../../kit/errors.ts';
import { runWhatsAppSimulation, type WhatsAppPlayOptions } from '../../simulator/index.ts';
import { withTenant } from '../command-context.ts';
import { printJson, progressPrinter } from '../output.ts';
import { onStopSignal } from '../stop-signals.ts';

export interface SimulateOptions {
  readonly url?: string;
  readonly appSecret?: string;
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly tenant?: string;
  readonly customers: number;
  readonly messages: number;
  readonly rate: number;
  readonly duplicates: number;
  readonly shuffle?: boolean;
  readonly delay: number;
  readonly seed?: number;
  readonly json?: boolean;
}
type Target = Pick<WhatsAppPlayOptions, 'webhookUrl' | 'appSecret' | 'phoneNumberId' | 'businessAccountId'>;

/** Exit code 1 when a message was not acknowledged. */
export async function simulateWhatsApp(options: SimulateOptions): Promise<void> {
  const target = await targetOf(options);
  const ending = new AbortController();
  const forget = onStopSignal(() => ending.abort());
  try {
    const { customers, messages, rate, duplicates, delay, seed = randomInt(2 ** 31) } = options;
    const summary = await runWhatsAppSimulation(
      {
        ...target,
        customers,
        messages,
        rate,
        duplicates,
        seed,
        shuffle: options.shuffle ?? false,
        delayMs: delay,
        signal: ending.signal,
      },
      options.json ? progressPrinter(options) : line => console.log(line),
    );
    if (options.json) printJson(summary);
    if (summary.acknowledgedMessages < messages) process.exitCode = 1;
  } finally {
    forget();
  }
}

async function targetOf(options: SimulateOptions): Promise<Target> {
  const { url, appSecret, tenant, phoneNumberId, businessAccountId } = options;
  if (tenant !== undefined) return channelOfTenant(tenant, url);
  if (url === undefined || appSecret === undefined)
    throw new SetupError('Give --tenant <slug>, or both --url <webhook URL> and --app-secret <secret>.');
  return { webhookUrl: url, appSecret, phoneNumberId, businessAccountId };
}

/** The tenant's first active WhatsApp channel, at the server that runs with the same settings as this command. */
async function channelOfTenant(slug: string, url: string | undefined): Promise<Target> {
  return withTenant(slug, async ({ config }, scope) => {
    const rows = await pageChannels(scope.db, 0, 1000);
    const row = rows.find(channel => channel.platform === 'whatsapp' && channel.is_active);
    if (!row)
      throw new SetupError(
        `"${slug}" has no active WhatsApp channel. Make one with: concierge channel add ${slug} whatsapp …`,
      );
    const settings = openSettings(scope.tenant, row) as Record<string, string | undefined>;
    const appSecret = settings.appSecret ?? config.metaAppSecret;
    if (appSecret === undefined)
      throw new SetupError(
        `The WhatsApp channel of "${slug}" has no appSecret. Set META_APP_SECRET as the server has it.`,
      );
    if (url === undefined) await requireServer(config.publicUrl);
    return {
      webhookUrl: url ?? `${config.publicUrl}/webhooks/whatsapp/${row.webhook_token}`,
      appSecret,
      phoneNumberId: settings.phoneNumberId ?? '',
      businessAccountId: settings.businessAccountId ?? '',
    };
  });
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
