import { createHash, randomUUID } from 'node:crypto';
import type { ExternalMessage } from '../../contract/external.ts';
import {
  initVisitor,
  listExternalMessages,
  sendExternalMessage,
  startChat,
} from '../../contract/external.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { Api } from '../../http/api.ts';
import type { VisitorPrincipal } from '../../http/principal.ts';
import { Forbidden, NotFound, ServiceUnavailable, Unauthenticated } from '../../kit/errors.ts';
import type { Tenants } from '../../tenancy/tenants.ts';
import { requireActive, type Tokens, VISITOR_SECONDS } from '../auth/index.ts';
import { findChannel } from '../channels/index.ts';
import type { DeliveryDesk, RouteDirectory } from '../inbound/index.ts';
import { isAllowedOrigin } from './allowed-origin.ts';

export interface ExternalRoutesOptions {
  readonly tenants: Tenants;
  readonly tokens: Tokens;
  readonly routes: RouteDirectory;
  readonly desk: DeliveryDesk;
  /** Resolves once what is stored for the tenant now has been applied. */
  readonly applied: (tenantId: string) => Promise<void>;
}

interface ExternalRow {
  id: number;
  public_id: string;
  chat_id: string;
  chat_status: string;
  sender_type: 'customer' | 'user' | 'bot' | 'system';
  type: string;
  content: string | null;
  status: string;
  user_name: string | null;
  user_avatar: string | null;
  sent_at: Date;
  deleted_at: Date | null;
}
const SELECT = `SELECT m.id, m.public_id, c.public_id AS chat_id, c.status AS chat_status, m.sender_type, m.type, m.content, m.status,
    u.name AS user_name, u.avatar AS user_avatar, m.sent_at, m.deleted_at
  FROM messages m JOIN conversations c ON c.id = m.conversation_id LEFT JOIN users u ON u.id = m.user_id`;

function externalMessageOf(row: ExternalRow): ExternalMessage {
  return {
    id: row.public_id,
    chatId: row.chat_id,
    senderType: row.sender_type === 'user' ? 'agent' : row.sender_type,
    sender: row.user_name === null ? null : { name: row.user_name, avatarUrl: row.user_avatar },
    type: row.type,
    content: row.deleted_at ? null : row.content,
    attachments: [],
    status: row.status,
    createdAt: row.sent_at.toISOString(),
  };
}

/** The conversation with this public id, if it is this visitor's own. Throws NotFound. */
async function requireChat(
  db: TenantDb,
  visitor: VisitorPrincipal,
  publicId: string,
): Promise<{ id: number }> {
  const [chat] = await db.query<{ id: number }>(
    `SELECT c.id FROM conversations c
     JOIN customer_identities i ON i.channel_contact_id = c.channel_contact_id
     WHERE c.public_id = $1 AND c.channel_id = $2 AND i.kind = 'visitor_id' AND i.value = $3`,
    [publicId, visitor.channelId, visitor.visitorId],
  );
  if (!chat) throw new NotFound('There is no such chat.');
  return chat;
}

export function bindExternalRoutes(api: Api, options: ExternalRoutesOptions): void {
  const { tenants, tokens, routes, desk } = options;

  /** The same clientId makes the same id: a repetition finds the first message. */
  async function receive(
    visitor: VisitorPrincipal,
    text: string,
    clientId: string | undefined,
  ): Promise<ExternalRow> {
    const externalId = `${visitor.visitorId}:${clientId ?? randomUUID()}`;
    const receivedAt = new Date();
    const body = Buffer.from(
      JSON.stringify({
        type: 'message',
        id: externalId,
        visitor: { id: visitor.visitorId, name: visitor.name, email: visitor.email },
        text,
        clientId,
        sentAt: receivedAt.toISOString(),
      }),
    );
    const tenant = await tenants.directory.require(visitor.tenantId);
    const isApplied = await desk.accept(tenant, {
      channelId: visitor.channelId,
      platform: 'widget',
      deliveryKey: `widget:${externalId}`,
      body,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      headers: {},
      receivedAt,
    });
    if (!isApplied) await options.applied(tenant.id);
    const row = await tenants.runOn(tenant, async scope => {
      const [found] = await scope.db.query<ExternalRow>(
        `${SELECT} WHERE m.channel_id = $1 AND m.platform_message_id = $2`,
        [visitor.channelId, externalId],
      );
      return found;
    });
    // It is stored and will appear; only its number is not known yet. The same clientId may be sent again.
    if (!row)
      throw new ServiceUnavailable('The message is kept and will appear shortly.', 1, 'still_working');
    return row;
  }

  api.handlePublic(initVisitor, async ({ body, request }) => {
    const route = await routes.byToken(body.apiKey);
    if (route?.route.platform !== 'widget')
      throw new Unauthenticated('apiKey: this is not the public key of a widget.', 'invalid_key');
    const { tenant } = route;
    await requireActive(tenants, tenant.id);
    const channel = await tenants.runOn(tenant, scope => findChannel(scope.db, route.route.channelId));
    if (!channel?.is_active) throw new Unauthenticated('apiKey: this widget is switched off.', 'invalid_key');
    if (!isAllowedOrigin(request.headers.origin, channel.settings.allowedDomains))
      throw new Forbidden(
        'This website may not use the widget: add it to the allowed domains.',
        'domain_not_allowed',
      );
    if (body.identityToken !== undefined)
      throw new Unauthenticated(
        'identityToken: this widget has no key to check it with.',
        'invalid_identity',
      );
    const known = body.visitorToken
      ? await tokens.readVisitor(body.visitorToken).catch(() => undefined)
      : undefined;
    const isSame = known?.tenantId === tenant.id && known.channelId === channel.id;
    const claims = {
      tenantId: tenant.id,
      channelId: channel.id,
      visitorId: isSame ? known.visitorId : randomUUID(),
      name: body.name ?? (isSame ? known.name : undefined),
      email: body.email ?? (isSame ? known.email : undefined),
    };
    return {
      visitor: { id: claims.visitorId, name: claims.name ?? null },
      token: await tokens.signVisitor(claims),
      expiresIn: VISITOR_SECONDS,
    };
  });

  api.handleDetached(startChat, async ({ principal, body }) => {
    const row = await receive(principal, body.initialMessage, body.clientId);
    return { chat: { id: row.chat_id, status: row.chat_status, queue: null } };
  });

  api.handleDetached(sendExternalMessage, async ({ principal, params, body }) => {
    await tenants.run(principal.tenantId, scope => requireChat(scope.db, principal, params.id));
    return externalMessageOf(await receive(principal, body.content, body.clientId));
  });

  api.handle(listExternalMessages, async ({ scope, principal, params, query }) => {
    const chat = await requireChat(scope.db, principal, params.id);
    const rows = await scope.db.query<ExternalRow>(
      `${SELECT} WHERE m.conversation_id = $1 AND m.type <> 'system'
         ${query.after ? 'AND (m.sent_at, m.id) > (SELECT a.sent_at, a.id FROM messages a WHERE a.conversation_id = $1 AND a.public_id = $3)' : ''}
       ORDER BY m.sent_at, m.id LIMIT $2`,
      query.after ? [chat.id, query.limit + 1, query.after] : [chat.id, query.limit + 1],
    );
    const kept = rows.slice(0, query.limit);
    return {
      items: kept.map(externalMessageOf),
      nextCursor: rows.length > query.limit ? (kept.at(-1)?.public_id ?? null) : null,
    };
  });
}
