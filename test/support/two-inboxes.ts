import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { hashPassword } from '../../src/features/users/index.ts';
import { addUser, signIn, visitorToken } from './callers.ts';
import { addConversation } from './conversation-rows.ts';
import type { Ids, Kind, OwnThings } from './operation-cases.ts';
import type { Product, ProductTenant } from './product.ts';
import { animation } from './sample-files.ts';
import { fillWithSample } from './sample-tenant.ts';

/** Stands in every text of the tenant globex, and in none of acme's. */
export const FOREIGN_MARK = 'GLOBEX-ONLY';
export const OWN_MARK = 'ACME-ONLY';

export interface TwoInboxes {
  readonly own: OwnThings;
  /** Of each kind one that exists in globex only. */
  readonly foreign: Ids;
  /** A visitor of acme's widget, who wrote in the chat `own.ids.chat`. */
  readonly visitor: string;
  /** A visitor of globex's widget with the same id. */
  readonly foreignVisitor: string;
}

const tableOf: Readonly<Record<Exclude<Kind, 'chat' | 'externalMessage'>, string>> = {
  user: 'users',
  team: 'teams',
  tag: 'conversation_tags',
  channel: 'channels',
  customer: 'customers',
  conversation: 'conversations',
  message: 'messages',
  attachment: 'message_attachments',
};

/** Little in acme, a whole company in globex: its ids run higher, and the low ones exist in both. */
export async function fillTwoInboxes(product: Product): Promise<TwoInboxes> {
  const { acme, globex } = product;
  const visitorId = randomUUID();
  const own = await fillAcme(product, visitorId);
  await fillGlobex(product);
  const foreignChat = await addConversation(globex, {
    channel: globex.widget,
    visitorId,
    messages: [{ content: FOREIGN_MARK }],
  });
  const [externalMessage] = await globex.query<{ id: string }>(
    'SELECT public_id AS id FROM messages WHERE id = $1',
    [foreignChat.messageIds[0]],
  );
  const foreign: Record<string, number | string> = {
    chat: foreignChat.publicId,
    externalMessage: (externalMessage as { id: string }).id,
  };
  for (const [kind, table] of Object.entries(tableOf)) {
    const sql = `SELECT max(id) AS id FROM ${table}`;
    const [theirs] = await globex.query<{ id: number }>(sql);
    const [ours] = await acme.query<{ id: number }>(sql);
    if (!theirs || !ours || theirs.id <= ours.id) throw new Error(`globex has no ${kind} of its own.`);
    foreign[kind] = theirs.id;
  }
  return {
    own,
    foreign: foreign as Ids,
    visitor: await visitorToken(product.context, acme, visitorId),
    foreignVisitor: await visitorToken(product.context, globex, visitorId),
  };
}

/** A conversation on the API channel, a visitor’s chat, a colleague, an administrator, two tags, a spare channel. */
export async function fillAcme(product: Product, visitorId: string): Promise<OwnThings> {
  const { context, acme } = product;
  const password = 'the password of acme';
  const user = await addUser(context, acme, `Anton ${OWN_MARK}`, { role: 'lead' });
  const admin = await addUser(context, acme, `Alma ${OWN_MARK}`, {
    role: 'admin',
    passwordHash: await hashPassword(password),
  });
  const conversation = await addConversation(acme, {
    customer: OWN_MARK,
    channel: acme.whatsapp,
    messages: [{ content: `${OWN_MARK} ordered` }, { content: 'No answer', direction: 'outbound' }],
  });
  const chat = await addConversation(acme, {
    customer: OWN_MARK,
    channel: acme.widget,
    visitorId,
    messages: [{ content: OWN_MARK }],
  });
  const [message, failedMessage] = conversation.messageIds as [number, number];
  await acme.query(`UPDATE messages SET status = 'failed', error_code = 'x' WHERE id = $1`, [failedMessage]);
  const tag = async (name: string) =>
    (await acme.http<{ id: number }>('POST', '/tags', { name: `${name} ${OWN_MARK}` })).body.id;
  const [tagId, spareTag] = [await tag('one'), await tag('other')];
  const channel = { platform: 'api', name: `Spare ${OWN_MARK}`, settings: {} };
  const spareChannel = (await acme.http<{ id: number }>('POST', '/channels', channel)).body.id;
  const tidio = {
    platform: 'tidio',
    name: `Tidio ${OWN_MARK}`,
    settings: { projectPublicKey: 'pk1', clientId: 'ci', clientSecret: 'cs', webhookSecret: 'ws' },
  };
  const recallableChannel = (await acme.http<{ id: number }>('POST', '/channels', tidio)).body.id;
  const key = `${acme.tenant.id}/${randomUUID()}`;
  await context.media.put(key, Readable.from([Buffer.from(OWN_MARK)]));
  const [file] = await acme.query<{ id: number }>(
    `INSERT INTO message_attachments (message_id, type, state, url, file_size, filename)
     VALUES ($1, 'document', 'stored', $2, $3, $4) RETURNING id`,
    [message, key, OWN_MARK.length, OWN_MARK],
  );
  const attachment = (file as { id: number }).id;
  await acme.query('INSERT INTO message_layouts (message_id, html) VALUES ($1, $2)', [
    message,
    `<p>${OWN_MARK}</p>`,
  ]);
  await addPairedChannel(acme, PAIRED_CHANNEL, OWN_MARK);
  const target = { tenantId: acme.tenant.id, attachmentId: attachment, isThumbnail: false };
  const attachmentToken = new URL(context.links.link(target)).searchParams.get('token') ?? '';
  await acme.query('UPDATE teams SET name = $1', [OWN_MARK]);
  const [externalMessage] = await acme.query<{ id: string }>(
    'SELECT public_id AS id FROM messages WHERE id = $1',
    [chat.messageIds[0]],
  );
  return {
    ids: {
      user: user.id,
      team: 1,
      tag: tagId,
      channel: acme.api.id,
      customer: conversation.customerId,
      conversation: conversation.id,
      message,
      attachment,
      chat: chat.publicId,
      externalMessage: (externalMessage as { id: string }).id,
    },
    failedMessage,
    spareChannel,
    spareTag,
    recallableChannel,
    pairedChannel: PAIRED_CHANNEL,
    picture: await pictureOf(product, acme, message),
    attachmentToken,
    email: admin.email,
    password,
    refreshToken: (await signIn(context, acme.tenant, admin.id)).refreshToken,
    widgetKey: acme.widget.widgetKey ?? '',
  };
}

/** The same in both tenants. */
const PAIRED_CHANNEL = 900;

/** Without a route: nobody opens its line. */
async function addPairedChannel(tenant: ProductTenant, id: number, mark: string): Promise<void> {
  await tenant.query(
    `INSERT INTO channels (id, platform, name, sealed_credentials, webhook_token)
     OVERRIDING SYSTEM VALUE VALUES ($1, 'whatsapp_web', $2, '', $2)`,
    [id, `Phone ${mark} ${id}`],
  );
}

/** The product stands for the other server: it has a picture to give. */
async function pictureOf(
  { context }: Product,
  acme: ProductTenant,
  messageId: number,
): Promise<OwnThings['picture']> {
  const key = `${acme.tenant.id}/${randomUUID()}`;
  const bytes = await animation(4, 4);
  await context.media.put(key, Readable.from([bytes]));
  const [file] = await acme.query<{ id: number }>(
    `INSERT INTO message_attachments (message_id, type, state, url, file_size, mime_type)
     VALUES ($1, 'image', 'stored', $2, $3, 'image/gif') RETURNING id`,
    [messageId, key, bytes.length],
  );
  const tenantId = acme.tenant.id;
  const url = context.links.link({ tenantId, attachmentId: (file as { id: number }).id, isThumbnail: false });
  const link = new URL(context.pictures.link({ tenantId, messageId, url }));
  return { url, token: link.searchParams.get('token') ?? '' };
}

async function fillGlobex({ context, globex }: Product): Promise<void> {
  await fillWithSample(context, globex);
  for (const id of [PAIRED_CHANNEL, PAIRED_CHANNEL + 1]) await addPairedChannel(globex, id, FOREIGN_MARK);
  await globex.query('INSERT INTO message_layouts (message_id, html) VALUES (1, $1)', [FOREIGN_MARK]);
  const marked: Readonly<Record<string, readonly string[]>> = {
    users: ['name'],
    teams: ['name'],
    channels: ['name'],
    customers: ['name'],
    conversations: ['subject'],
    conversation_tags: ['name'],
    conversation_notes: ['content'],
    customer_identities: ['value'],
    messages: ['content'],
    message_attachments: ['filename'],
  };
  for (const [table, columns] of Object.entries(marked))
    for (const column of columns)
      await globex.query(`UPDATE ${table} SET ${column} = concat(${column}, ' ${FOREIGN_MARK} ', id)`);
  // So that there are events to be seen, too.
  await globex.http('POST', '/conversations/1/notes', { content: FOREIGN_MARK });
  await globex.http('PATCH', '/conversations/1', { subject: FOREIGN_MARK });
}
