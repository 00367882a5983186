import type { ProviderUrls } from '../../config/config.ts';
import type { MediaLinks } from '../../media/media-links.ts';
import { MediaMissing, type MediaStore } from '../../media/media-store.ts';
import type { AllowList } from '../../net/guarded-agents.ts';
import {
  type Choice,
  type OutboundContent,
  type OutboundFile,
  type OutboundMessage,
  OutcomeUnknown,
  Rejected,
  type SentReceipt,
  Unavailable,
} from '../../platforms/adapter.ts';
import { requireAdapter } from '../../platforms/registry.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import { type OutboundFileRow, outboundFiles } from '../attachments/index.ts';
import { type OpenLines, openSettings, platformIo } from '../channels/index.ts';
import { correlatorOf } from '../inbound/index.ts';
import { type TemplateMetadata, templateContent } from './known-template.ts';
import {
  recordLostClaims,
  recordRejected,
  recordSent,
  recordUnavailable,
  recordUnknown,
} from './record-outcome.ts';
import { type ClaimedSend, claimSends, nextSendInMs, type Pace } from './send-store.ts';

/** Provider calls of one tenant under way at once, each of another conversation. */
const AT_ONCE = 8;
/** Well below the time of a claim: whoever claimed a send still knows what became of it. */
const ANSWER_WITHIN_MS = 30_000;

export interface PostOptions {
  readonly tenants: Tenants;
  readonly store: MediaStore;
  readonly links: MediaLinks;
  /** Those that this process holds open. */
  readonly lines: OpenLines;
  readonly providerUrls: ProviderUrls;
  readonly publicUrl: string;
  readonly outboundAllow: AllowList;
  /** After this time without an answer the outcome is unknown. */
  readonly answerWithinMs?: number;
}
export interface PostResult {
  readonly sent: number;
  readonly isUnfinished: boolean;
  readonly retryInMs: number | undefined;
  /** When something of the other pace wants its try. */
  readonly otherInMs: number | undefined;
}

/**
 * One visit to a tenant's outbox: claim in a transaction, call the platform outside of any and without a connection,
 * record in another. A crash between call and record leaves a claim that runs out: the message becomes unknown.
 */
export async function postTenant(
  options: PostOptions,
  tenantId: string,
  pace: Pace = 'fast',
): Promise<PostResult> {
  const { tenants, lines } = options;
  const tenant = await tenants.directory.find(tenantId);
  if (tenant?.status !== 'active')
    return { sent: 0, isUnfinished: false, retryInMs: undefined, otherInMs: undefined };
  const { sends, files } = await tenants.runOn(tenant, async scope => {
    await recordLostClaims(scope);
    const claimed = await scope.transaction(tx => claimSends(tx, AT_ONCE, lines.channelsOf(tenantId), pace));
    const messages = claimed.filter(send => send.kind === 'message' && send.type !== 'text');
    return {
      sends: claimed,
      files:
        messages.length === 0
          ? []
          : await outboundFiles(
              scope.db,
              messages.map(send => send.messageId),
            ),
    };
  });
  const filesOf = (send: ClaimedSend) =>
    files.filter(file => file.messageId === send.messageId).map(file => outboundFile(options, tenant, file));
  await Promise.all(sends.map(send => postOne(options, tenant, send, filesOf(send))));
  const next = await tenants.runOn(tenant, scope => nextSendInMs(scope.db, lines.channelsOf(tenantId)));
  const retryInMs = next[pace];
  return {
    sent: sends.length,
    isUnfinished: sends.length > 0 && retryInMs !== undefined && retryInMs <= 20,
    retryInMs,
    otherInMs: next[pace === 'fast' ? 'slow' : 'fast'],
  };
}

/** By how much a platform's answer may be behind what it tells of. */
const ANSWER_LAG_MS = 1000;

async function postOne(
  options: PostOptions,
  tenant: Tenant,
  send: ClaimedSend,
  files: readonly OutboundFile[],
): Promise<void> {
  const record = <T>(work: (scope: TenantScope) => Promise<T>) => options.tenants.runOn(tenant, work);
  const refusal = refusalOf(send);
  if (refusal) return record(scope => recordRejected(scope, send, refusal));
  try {
    const startedAt = Date.now();
    const receipt = await deliver(options, tenant, send, messageOf(send, files));
    // Files take a while to hand over: it was there to be read shortly before the answer, not when that began.
    const thereAt = new Date(Math.max(startedAt, Date.now() - ANSWER_LAG_MS));
    await record(scope => recordSent(scope, send, receipt, thereAt));
  } catch (error) {
    if (error instanceof Rejected) await record(scope => recordRejected(scope, send, error));
    else if (error instanceof Unavailable) await record(scope => recordUnavailable(scope, send, error));
    else if (error instanceof OutcomeUnknown) await record(scope => recordUnknown(scope, send));
    else throw error;
  }
}

function deliver(
  options: PostOptions,
  tenant: Tenant,
  send: ClaimedSend,
  message: OutboundMessage,
): Promise<SentReceipt> {
  const adapter = requireAdapter(send.platform);
  if (adapter.sendsByLine) {
    const line = options.lines.find(tenant.id, send.channelId);
    if (!line?.send) throw new Unavailable('channel', 'not_connected', 'The channel is not connected now.');
    return line.send(message);
  }
  if (!adapter.send) throw new Rejected('message', 'unsupported', 'This channel cannot send messages.');
  const settings = openSettings(tenant, send);
  const io = platformIo({ answerWithinMs: ANSWER_WITHIN_MS, ...options }, send, settings);
  return adapter.send(message, settings, io);
}

/** Checked at this moment, not when it was written: block and window may have changed. */
function refusalOf(send: ClaimedSend): Rejected | undefined {
  if (send.isBlocked)
    return new Rejected('message', 'blocked', 'This customer is blocked; unblock them to write.');
  const { windowHours, humanAgentHours } = requireAdapter(send.platform).abilities;
  const needsWindow = windowHours !== null && send.kind === 'message' && send.type !== 'template';
  if (!needsWindow || isWindowOpen(send) || isForHumanAgent(send)) return undefined;
  const hours = send.senderType === 'user' ? (humanAgentHours ?? windowHours) : windowHours;
  return new Rejected(
    'window',
    'window_closed',
    `More than ${hours} hours have passed since the customer last wrote. ${
      requireAdapter(send.platform).abilities.send.includes('template')
        ? 'Send a template instead.'
        : 'Only they can open the conversation again.'
    }`,
  );
}

function isWindowOpen({ windowExpiresAt }: ClaimedSend): boolean {
  return windowExpiresAt !== null && windowExpiresAt > new Date();
}

/** The window is closed, and a person wrote within the longer time that some platforms give to people. */
function isForHumanAgent({ platform, windowExpiresAt, senderType }: ClaimedSend): boolean {
  const { windowHours, humanAgentHours } = requireAdapter(platform).abilities;
  if (humanAgentHours === null || windowHours === null || windowExpiresAt === null) return false;
  const until = windowExpiresAt.getTime() + (humanAgentHours - windowHours) * 3_600_000;
  return senderType === 'user' && windowExpiresAt <= new Date() && Date.now() < until;
}

function outboundFile({ store, links }: PostOptions, tenant: Tenant, file: OutboundFileRow): OutboundFile {
  const { id, kind, key, filename, mimeType, size, isVoice } = file;
  return {
    kind,
    filename: filename ?? 'file',
    mimeType,
    size,
    isVoice,
    open: () => store.open(key).catch(asMissingOrLater),
    url: links.shortLink({ tenantId: tenant.id, attachmentId: id, isThumbnail: false }),
  };
}

/** A store that cannot be reached has not lost the file. */
function asMissingOrLater(error: unknown): never {
  if (error instanceof MediaMissing) throw error;
  throw new Unavailable('conversation', 'no_file_store', 'The file cannot be read at the moment.');
}

function messageOf(send: ClaimedSend, files: readonly OutboundFile[]): OutboundMessage {
  return {
    correlator: correlatorOf(send.messageId, send.publicId),
    to: send.aliases,
    threadKey: send.threadKey,
    content: contentOf(send, files),
    ...(send.threadIds && { thread: { subject: send.subject, externalIds: send.threadIds } }),
    ...(send.kind === 'message' && copiesOf(send)),
    ...(send.replyToExternalId && { replyToExternalId: send.replyToExternalId }),
    ...(isForHumanAgent(send) && { isHumanAgent: true }),
  };
}

function copiesOf({ metadata }: ClaimedSend): Pick<OutboundMessage, 'copies'> {
  const { cc = [], bcc = [] } = (metadata.email ?? {}) as { cc?: string[]; bcc?: string[] };
  return cc.length + bcc.length > 0 ? { copies: { cc, bcc } } : {};
}

function contentOf(send: ClaimedSend, files: readonly OutboundFile[]): OutboundContent {
  const text = send.content ?? '';
  const { template, buttons, list } = send.metadata as {
    template?: TemplateMetadata;
    buttons?: readonly Choice[];
    list?: { button: string; choices: readonly Choice[] };
  };
  if (send.kind === 'reaction')
    return { type: 'reaction', targetExternalId: send.externalId ?? '', emoji: send.emoji ?? '' };
  if (send.type === 'template' && template) return templateContent(template, files[0]);
  if (buttons) return { type: 'buttons', text, choices: buttons };
  if (list) return { type: 'list', text, ...list };
  if (files.length > 0) return { type: 'media', files, ...(send.content !== null && { text }) };
  return { type: 'text', text };
}
