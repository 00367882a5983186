import type { ResponseOf } from '../../contract/operation.ts';
import type { listTemplates } from '../../contract/templates.ts';
import { NotFound, ServiceUnavailable } from '../../kit/errors.ts';
import { Rejected } from '../../platforms/adapter.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { RunInTenant } from './channel-check.ts';
import { openSettings } from './channel-service.ts';
import { type ChannelRow, findChannel } from './channel-store.ts';
import { type PlatformIoOptions, platformIo } from './platform-io.ts';
import { replaceTemplates, templatesOf } from './template-store.ts';

const ANSWER_WITHIN_MS = 10_000;
/** Platforms tell when one changes; this is for what they forget to tell. */
const FRESH_MS = 3_600_000;

type SyncOptions = Omit<PlatformIoOptions, 'answerWithinMs'>;
type Templates = ResponseOf<typeof listTemplates>;

/** The platform is asked when it was not for an hour; when it does not answer, what it said last is shown. Throws NotFound. */
export async function readTemplates(
  run: RunInTenant,
  channelId: number,
  options: SyncOptions,
): Promise<Templates> {
  const row = await run(({ db }) => findChannel(db, channelId));
  if (!row) throw new NotFound('There is no such channel.');
  const syncedAt = row.templates_synced_at;
  const isStale = syncedAt === null || Date.now() - syncedAt.getTime() > FRESH_MS;
  if (isStale && requireAdapter(row.platform).templates)
    await sync(run, row, options).catch(error =>
      run(async ({ log }) => log.info({ error, channelId }, 'templates were not asked for')),
    );
  return shown(run, channelId);
}

/** Asks now. Throws NotFound; ServiceUnavailable with the platform's reason. */
export async function askForTemplates(
  run: RunInTenant,
  channelId: number,
  options: SyncOptions,
): Promise<Templates> {
  const row = await run(({ db }) => findChannel(db, channelId));
  if (!row) throw new NotFound('There is no such channel.');
  await sync(run, row, options).catch(error => {
    throw new ServiceUnavailable(
      error instanceof Rejected
        ? error.message
        : 'The platform cannot be asked at the moment. Try again later.',
    );
  });
  return shown(run, channelId);
}

async function sync(run: RunInTenant, row: ChannelRow, options: SyncOptions): Promise<void> {
  const { templates } = requireAdapter(row.platform);
  if (!templates || row.sealed_credentials === '') return;
  const settings = await run(async ({ tenant }) => openSettings(tenant, row));
  const io = platformIo({ ...options, answerWithinMs: ANSWER_WITHIN_MS }, row, settings);
  const found = await templates(settings, io);
  await run(scope => scope.transaction(tx => replaceTemplates(tx, row.id, found)));
}

function shown(run: RunInTenant, channelId: number): Promise<Templates> {
  return run(async ({ db }) => {
    const [templates, row] = await Promise.all([templatesOf(db, channelId), findChannel(db, channelId)]);
    return { templates, syncedAt: row?.templates_synced_at?.toISOString() ?? null };
  });
}
