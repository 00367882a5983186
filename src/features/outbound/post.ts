import axios from 'axios';
import type { ProviderUrls } from '../../config/config.ts';
import type { Platform } from '../../contract/primitives.ts';
import {
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  Unavailable,
} from '../../platforms/adapter.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import { openSettings } from '../channels/index.ts';
import { correlatorOf } from '../inbound/index.ts';
import {
  recordLostClaims,
  recordRejected,
  recordSent,
  recordUnavailable,
  recordUnknown,
} from './record-outcome.ts';
import { type ClaimedSend, claimSends, nextSendInMs } from './send-store.ts';

/** Provider calls of one tenant under way at once, each of another conversation. */
const AT_ONCE = 8;
/** Well below the time of a claim: whoever claimed a send still knows what became of it. */
const ANSWER_WITHIN_MS = 30_000;

export interface PostOptions {
  readonly tenants: Tenants;
  readonly providerUrls: ProviderUrls;
  /** After this time without an answer the outcome is unknown. */
  readonly answerWithinMs?: number;
}
export interface PostResult {
  readonly sent: number;
  readonly isUnfinished: boolean;
  readonly retryInMs: number | undefined;
}

function ioFor(
  { providerUrls, answerWithinMs = ANSWER_WITHIN_MS }: PostOptions,
  platform: Platform,
  settings: Readonly<Record<string, unknown>>,
): PlatformIo {
  const http = axios.create({
    timeout: answerWithinMs,
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
  });
  const own = typeof settings.apiUrl === 'string' ? settings.apiUrl : undefined;
  const vendor = platform === 'whatsapp' || platform === 'facebook' ? providerUrls.graph : '';
  return { http, baseUrl: own ?? vendor };
}

/**
 * One visit to a tenant's outbox: claim in a transaction, call the platform outside of any and without a connection,
 * record in another. A crash between call and record leaves a claim that runs out: the message becomes unknown.
 */
export async function postTenant(options: PostOptions, tenantId: string): Promise<PostResult> {
  const { tenants } = options;
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active') return { sent: 0, isUnfinished: false, retryInMs: undefined };
  const sends = await tenants.runOn(tenant, async scope => {
    await recordLostClaims(scope);
    return scope.transaction(tx => claimSends(tx, AT_ONCE));
  });
  await Promise.all(sends.map(send => postOne(options, tenant, send)));
  const retryInMs = await tenants.runOn(tenant, scope => nextSendInMs(scope.db));
  return {
    sent: sends.length,
    isUnfinished: sends.length > 0 && retryInMs !== undefined && retryInMs <= 20,
    retryInMs,
  };
}

async function postOne(options: PostOptions, tenant: Tenant, send: ClaimedSend): Promise<void> {
  const record = <T>(work: (scope: TenantScope) => Promise<T>) => options.tenants.runOn(tenant, work);
  const refusal = refusalOf(send);
  if (refusal) return record(scope => recordRejected(scope, send, refusal));
  const adapter = requireAdapter(send.platform);
  try {
    if (!adapter.send) throw new Rejected('message', 'unsupported', 'This channel cannot send messages.');
    const settings = openSettings(tenant, send);
    const receipt = await adapter.send(messageOf(send), settings, ioFor(options, send.platform, settings));
    await record(scope => recordSent(scope, send, receipt));
  } catch (error) {
    if (error instanceof Rejected) await record(scope => recordRejected(scope, send, error));
    else if (error instanceof Unavailable) await record(scope => recordUnavailable(scope, send, error));
    else if (error instanceof OutcomeUnknown) await record(scope => recordUnknown(scope, send));
    else throw error;
  }
}

/** Checked at this moment, not when it was written: block and window may have changed. */
function refusalOf(send: ClaimedSend): Rejected | undefined {
  if (send.isBlocked)
    return new Rejected('message', 'blocked', 'This customer is blocked; unblock them to write.');
  const { windowHours } = requireAdapter(send.platform).abilities;
  const needsWindow = windowHours !== null && send.kind === 'message' && send.type !== 'template';
  if (needsWindow && (send.windowExpiresAt === null || send.windowExpiresAt <= new Date()))
    return new Rejected(
      'window',
      'window_closed',
      `More than ${windowHours} hours have passed since the customer last wrote. Send a template instead.`,
    );
  return undefined;
}

function messageOf(send: ClaimedSend): OutboundMessage {
  const template = send.metadata.template as
    | { name: string; language: string; variables: string[] }
    | undefined;
  const content: OutboundMessage['content'] =
    send.kind === 'reaction'
      ? { type: 'reaction', targetExternalId: send.externalId ?? '', emoji: send.emoji ?? '' }
      : send.type === 'template' && template
        ? { type: 'template', ...template }
        : { type: 'text', text: send.content ?? '' };
  return {
    correlator: correlatorOf(send.messageId, send.publicId),
    to: send.aliases,
    content,
    ...(send.replyToExternalId && { replyToExternalId: send.replyToExternalId }),
  };
}
