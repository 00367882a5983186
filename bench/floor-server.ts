/**
 * The least that receives a WhatsApp message for an agent: verify, one statement, emit, 200. No raw copy, no retries, no
 * events, no people, no order, no rights. Its own process, on tenants' databases with their tables and indexes.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';
import { Server } from 'socket.io';

interface FloorTenant {
  readonly path: string;
  readonly appSecret: string;
  readonly channelId: number;
  readonly target: pg.PoolConfig;
}
const INSERT = {
  ...(process.env.FLOOR_PREPARED && { name: 'insert' }),
  text: `WITH added AS (
    INSERT INTO messages (conversation_id, channel_id, platform_message_id, direction, type, content, sender_type, status, sent_at)
    VALUES ($1, $2, $3, 'inbound', 'text', $4, 'customer', 'delivered', $5) RETURNING id, conversation_id, sent_at)
  UPDATE conversations c SET last_message_id = added.id, last_message_at = added.sent_at, unread_count = unread_count + 1,
    message_count = message_count + 1, inbound_count = inbound_count + 1, updated_at = now()
  FROM added WHERE c.id = added.conversation_id RETURNING added.id`,
};

const app = express();
const server = createServer(app);
const io = new Server(server, { transports: ['websocket'] });
io.on('connection', socket => void socket.join(String(socket.handshake.auth.room)));

for (const tenant of JSON.parse(process.env.FLOOR_TENANTS ?? '[]') as FloorTenant[]) {
  const pool = new pg.Pool({ ...tenant.target, max: 8, idleTimeoutMillis: 0 });
  const known = await pool.query<{ value: string; id: string }>(
    'SELECT i.value, c.id FROM customer_identities i JOIN conversations c USING (channel_contact_id)',
  );
  const conversations = new Map(known.rows.map(row => [row.value, Number(row.id)]));
  app.post(tenant.path, express.raw({ type: () => true, limit: '4mb' }), async (request, response) => {
    const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice(7), 'hex');
    const wanted = createHmac('sha256', tenant.appSecret).update(request.body).digest();
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return response.sendStatus(401);
    const [message] = JSON.parse(request.body).entry[0].changes[0].value.messages;
    const conversationId = conversations.get(message.from);
    const content = message.text.body;
    const sentAt = new Date(Number(message.timestamp) * 1000);
    const values = [conversationId, tenant.channelId, message.id, content, sentAt];
    const { rows } = await pool.query({ ...INSERT, values });
    io.to(tenant.path).emit('message.created', { id: Number(rows[0].id), conversationId, content, sentAt });
    return response.send('ok');
  });
}
server.listen(0, '127.0.0.1', () => {
  console.log(`floor on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));
