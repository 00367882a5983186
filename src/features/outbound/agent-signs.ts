import { LRUCache } from 'lru-cache';
import type { Platform } from '../../contract/primitives.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { Logger } from '../../observability/logger.ts';
import type { AgentSign, SignTarget } from '../../platforms/adapter.ts';
import { adapters, requireAdapter } from '../../platforms/registry.ts';
import type { TenantScope, Tenants } from '../../tenancy/tenants.ts';
import { openSettings, type PlatformIoOptions, platformIo } from '../channels/index.ts';

/** Telegram shows a sign for so long, and agents who go on typing say so every three seconds. */
const TYPING_EVERY_MS = 5000;
const ANSWER_WITHIN_MS = 10_000;
/** More at once are not worth it: a sign that is late means nothing. */
const MOST_AT_ONCE = 16;

const shown = Object.values(adapters)
  .filter(adapter => adapter.showSign !== undefined)
  .map(adapter => adapter.platform);

export interface AgentSignsOptions {
  readonly tenants: Tenants;
  readonly log: Logger;
  /** Asked at each call: how the world sees us is known once the port is. */
  readonly io: () => Omit<PlatformIoOptions, 'answerWithinMs'>;
}

/**
 * Shows customers on their platform that their messages were read and that an agent writes. Nothing depends on it: a sign
 * is given at once or not at all, and nobody waits for it.
 */
export class AgentSigns {
  readonly #options: AgentSignsOptions;
  readonly #typedAt = new LRUCache<string, number>({ max: 10_000, ttl: TYPING_EVERY_MS });
  /** By conversation, the message that was shown as read last. */
  readonly #readUpTo = new LRUCache<string, string>({ max: 10_000 });
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: AgentSignsOptions) {
    this.#options = options;
  }

  /** An agent has read a conversation up to this message, without it up to its end. */
  read(tenantId: string, conversationId: number, lastMessageId?: number): void {
    this.#show('read', tenantId, conversationId, lastMessageId);
  }

  typing(tenantId: string, conversationId: number): void {
    const key = `${tenantId}/${conversationId}`;
    if (this.#typedAt.has(key)) return;
    this.#typedAt.set(key, Date.now());
    this.#show('typing', tenantId, conversationId, undefined);
  }

  #show(sign: AgentSign, tenantId: string, conversationId: number, lastMessageId: number | undefined): void {
    if (this.#underWay.size >= MOST_AT_ONCE) return;
    const told = this.#tell(sign, tenantId, conversationId, lastMessageId)
      .catch(error => this.#options.log.debug({ error, tenantId, conversationId }, 'a sign was not shown'))
      .finally(() => this.#underWay.delete(told));
    this.#underWay.add(told);
  }

  /** Resolves when what is under way now has been shown, or not. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #tell(
    sign: AgentSign,
    tenantId: string,
    conversationId: number,
    lastMessageId: number | undefined,
  ): Promise<void> {
    const found = await this.#options.tenants.run(tenantId, scope =>
      findTarget(scope, conversationId, lastMessageId),
    );
    if (!found) return;
    const { target, channel, settings } = found;
    if (sign === 'read') {
      const key = `${tenantId}/${conversationId}`;
      if (this.#readUpTo.get(key) === target.externalId) return;
      this.#readUpTo.set(key, target.externalId);
    }
    const io = platformIo({ ...this.#options.io(), answerWithinMs: ANSWER_WITHIN_MS }, channel, settings);
    await requireAdapter(channel.platform).showSign?.(sign, target, settings, io);
  }
}

interface TargetRow extends SignTarget {
  readonly platform: Platform;
  readonly settings: Record<string, unknown>;
  readonly sealed_credentials: string;
  readonly webhook_token: string;
  readonly trusts_api_url: boolean;
}

async function findTarget({ db, tenant }: TenantScope, conversationId: number, lastMessageId?: number) {
  const row = await newestInbound(db, conversationId, lastMessageId);
  return row && { target: row, channel: row, settings: openSettings(tenant, row) };
}

/** The customer's newest message that was there to be read; `undefined` where it would not be shown. */
async function newestInbound(
  db: TenantDb,
  conversationId: number,
  lastMessageId?: number,
): Promise<TargetRow | undefined> {
  const [row] = await db.query<TargetRow>(
    `SELECT m.platform_message_id AS "externalId", ch.platform, ch.settings, ch.sealed_credentials, ch.webhook_token,
       ch.trusts_api_url,
       (SELECT coalesce(json_agg(json_build_object('kind', i.kind, 'value', i.value) ORDER BY i.id DESC), '[]'::json)
        FROM customer_identities i WHERE i.channel_contact_id = c.channel_contact_id) AS "to"
     FROM conversations c
     JOIN channels ch ON ch.id = c.channel_id AND ch.platform = ANY ($2::text[]) AND ch.removed_at IS NULL AND ch.is_active
       AND ch.health NOT IN ('reauthorise','stopped') AND ch.sealed_credentials <> ''
     JOIN LATERAL (
       SELECT p.platform_message_id FROM messages p
       WHERE p.conversation_id = c.id AND p.direction = 'inbound' AND p.platform_message_id IS NOT NULL
         AND ($3::bigint IS NULL OR (p.sent_at, p.id) <= (SELECT l.sent_at, l.id FROM messages l WHERE l.id = $3))
       ORDER BY p.sent_at DESC, p.id DESC LIMIT 1
     ) m ON true
     WHERE c.id = $1`,
    [conversationId, shown, lastMessageId ?? null],
  );
  return row;
}
