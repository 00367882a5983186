import { Readable } from 'node:stream';
import type { ProviderUrls } from '../../config/config.ts';
import type { TenantEvent } from '../../contract/events.ts';
import { backoffMs } from '../../kit/backoff.ts';
import { FileTooLarge, type KeptFile, keepFile, keysOf } from '../../media/keep-file.ts';
import type { MediaStore } from '../../media/media-store.ts';
import type { AllowList } from '../../net/guarded-agents.ts';
import { UnsafeAddress } from '../../net/guarded-agents.ts';
import { Downloader, DownloadRefused } from '../../net/guarded-download.ts';
import { type MediaSource, MediaUnavailable, Rejected, Unavailable } from '../../platforms/adapter.ts';
import type { MediaRef } from '../../platforms/inbound-fact.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import { fetchedKey, openSettings, platformIo, providerHosts } from '../channels/index.ts';
import { removeFiles } from './attachment-store.ts';
import {
  claimFiles,
  deliveredBody,
  nextFetchInMs,
  recordForbidden,
  recordLater,
  recordStored,
  recordUnavailable,
  type WaitingFile,
} from './fetch-store.ts';

export interface FetchFilesOptions {
  readonly tenants: Tenants;
  readonly store: MediaStore;
  readonly providerUrls: ProviderUrls;
  readonly publicUrl: string;
  readonly outboundAllow: AllowList;
  /** Of one file. */
  readonly maximumBytes?: number;
  /** After this time without an answer a question about a file is given up. */
  readonly answerWithinMs?: number;
  /** After this time a file that has not come wholly is given up. */
  readonly fileWithinMs?: number;
}
export interface FetchFilesResult {
  readonly isUnfinished: boolean;
  readonly retryInMs: number | undefined;
}

/** Files of one tenant on their way at once. */
const AT_ONCE = 4;
/** No platform lets more through. */
export const MOST_BYTES = 100 * 1024 * 1024;
const ANSWER_WITHIN_MS = 20_000;
/** What is not had by then is given up: links run out, and agents want to know. */
const TRIED_FOR_MS = 6 * 3_600_000;
const LEAST_ATTEMPTS = 12;
const BACKOFF = { baseMs: 2000, maximumMs: 3_600_000 };

/**
 * One visit to a tenant's waiting files: claim in a transaction, fetch outside of any and without a connection, record in
 * another. A crash between leaves a claim that runs out; the next try writes the same file again under the same key.
 */
export async function fetchFiles(options: FetchFilesOptions, tenantId: string): Promise<FetchFilesResult> {
  const { tenants, store } = options;
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { isUnfinished: false, retryInMs: undefined };
  const files = await tenants.runOn(tenant, scope => scope.transaction(tx => claimFiles(tx, AT_ONCE)));
  await Promise.all(files.map(file => fetchOne(options, tenant, file)));
  const retryInMs = await tenants.runOn(tenant, async scope => {
    // Last: a store that lets nothing go must not keep files from coming.
    await removeFiles(scope, store);
    return nextFetchInMs(scope.db);
  });
  return { isUnfinished: files.length > 0 && retryInMs !== undefined && retryInMs <= 20, retryInMs };
}

/** Whether there is something to fetch since this event. */
export function bringsFiles(event: TenantEvent): boolean {
  return (
    (event.type === 'message.created' || event.type === 'message.updated') &&
    event.data.message.attachments.some(({ state }) => state === 'waiting')
  );
}

async function fetchOne(options: FetchFilesOptions, tenant: Tenant, file: WaitingFile): Promise<void> {
  const { tenants, store } = options;
  let kept: KeptFile;
  try {
    kept = await keep(options, tenant, file);
  } catch (error) {
    if (error instanceof Rejected && error.scope === 'reauthorise') {
      const { message } = error;
      return tenants.runOn(tenant, scope => recordForbidden(scope, file, message));
    }
    const why =
      whyNever(error, file) ??
      (file.attempts >= LEAST_ATTEMPTS && Date.now() - file.createdAt.getTime() >= TRIED_FOR_MS
        ? 'The file could not be fetched.'
        : undefined);
    const waitMs =
      (error instanceof Unavailable && error.retryAfterMs) || backoffMs(file.attempts, BACKOFF, Math.random);
    return tenants.runOn(tenant, async scope => {
      if (why !== undefined) return recordUnavailable(scope, file.id, why);
      scope.log.info({ error, attachment: file.id, attempts: file.attempts }, 'a file was not fetched yet');
      await recordLater(scope, file.id, waitMs);
    });
  }
  const isWanted = await tenants.runOn(tenant, scope => recordStored(scope, file.id, kept));
  if (!isWanted) await store.remove(keysOf(kept));
}

async function keep(options: FetchFilesOptions, tenant: Tenant, file: WaitingFile): Promise<KeptFile> {
  const { providerUrls, outboundAllow, store, maximumBytes = MOST_BYTES } = options;
  const storeKey = `${tenant.id}/${file.publicId}`;
  const { unpackMedia } = requireAdapter(file.platform);
  if (unpackMedia) {
    const delivered = (key: string) =>
      options.tenants.runOn(tenant, ({ db }) => deliveredBody(db, fetchedKey(file.channel_id, key)));
    const { content, mimeType } = await unpackMedia(mediaOf(file), delivered);
    return keepFile(store, storeKey, Readable.from([content]), maximumBytes, {
      mimeType: file.mime_type ?? mimeType,
      kind: file.type,
    });
  }
  const settings = openSettings(tenant, file);
  const source = await locate(options, file, settings);
  const allow = [...outboundAllow, ...providerHosts(providerUrls, file, settings)];
  const { fileWithinMs, answerWithinMs } = options;
  const downloader = new Downloader(allow, {
    ...(fileWithinMs !== undefined && { totalMs: fileWithinMs }),
    ...(answerWithinMs !== undefined && { answerWithinMs }),
  });
  const { content, mimeType, size } = await downloader.fetch(source.url, source.headers);
  if ((size ?? 0) > maximumBytes) {
    content.destroy();
    throw new FileTooLarge(maximumBytes);
  }
  return keepFile(store, storeKey, content, maximumBytes, {
    mimeType: file.mime_type ?? source.mimeType ?? mimeType,
    kind: file.type,
  });
}

async function locate(
  options: FetchFilesOptions,
  file: WaitingFile,
  settings: Readonly<Record<string, unknown>>,
): Promise<MediaSource> {
  const media = mediaOf(file);
  const adapter = requireAdapter(file.platform);
  if (adapter.locateMedia) {
    if (file.sealed_credentials === '')
      throw new MediaUnavailable('The channel was removed before the file was fetched.');
    return adapter.locateMedia(
      media,
      settings,
      platformIo({ answerWithinMs: ANSWER_WITHIN_MS, ...options }, file, settings),
    );
  }
  if (media.url === undefined) throw new MediaUnavailable('The platform did not say where the file is.');
  return { url: media.url };
}

function mediaOf(file: WaitingFile): MediaRef {
  return {
    type: file.type,
    ...(file.platform_media_id !== null && { id: file.platform_media_id }),
    ...(file.platform_url !== null && { url: file.platform_url }),
    ...(file.mime_type !== null && { mimeType: file.mime_type }),
    ...(file.filename !== null && { filename: file.filename }),
    ...(file.file_size !== null && { size: file.file_size }),
  };
}

/** A sentence for an agent when no further try can help. */
function whyNever(error: unknown, file: WaitingFile): string | undefined {
  if (error instanceof MediaUnavailable || error instanceof UnsafeAddress) return error.message;
  if (error instanceof FileTooLarge) return `${error.message} It was not kept.`;
  // An address that the platform has just given may have run out on the way: it is asked for another one.
  const isLast = file.attempts > 1 || !requireAdapter(file.platform).locateMedia;
  if (error instanceof DownloadRefused && (error.status === 404 || error.status === 410) && isLast)
    return 'The platform has this file no longer.';
  // Such an address was good for everybody who knew it, for a time.
  if (error instanceof DownloadRefused && error.status === 403 && !requireAdapter(file.platform).locateMedia)
    return 'The address of this file has run out.';
  return undefined;
}
