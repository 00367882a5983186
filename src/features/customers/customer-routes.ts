import type { Customer } from '../../contract/people.ts';
import { getCustomer, listCustomers } from '../../contract/people.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { Api } from '../../http/api.ts';
import { decodeCursor, page } from '../../http/cursor.ts';
import { NotFound } from '../../kit/errors.ts';

interface CustomerRow {
  id: number;
  name: string;
  email: string | null;
  phone: string | null;
  avatar: string | null;
  locale: string | null;
  timezone: string | null;
  custom_attributes: Record<string, unknown>;
  is_blocked: boolean;
  identities: Customer['identities'];
  created_at: Date;
  updated_at: Date;
}
const SELECT = `SELECT c.id, c.name, c.email, c.phone,
    c.avatar, c.locale, c.timezone, c.custom_attributes, c.is_blocked, c.created_at, c.updated_at,
    coalesce((SELECT json_agg(json_build_object('id', i.id, 'channel', json_build_object('id', ch.id, 'name', ch.name),
        'platform', ch.platform, 'kind', i.kind, 'value', i.value, 'isVerified', i.is_verified) ORDER BY i.id)
      FROM channel_contacts cc JOIN customer_identities i ON i.channel_contact_id = cc.id
      JOIN channels ch ON ch.id = i.channel_id WHERE cc.customer_id = c.id), '[]'::json) AS identities
  FROM customers c`;

function customerOf(row: CustomerRow): Customer {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    phone: row.phone,
    avatarUrl: row.avatar,
    locale: row.locale,
    timezone: row.timezone,
    customAttributes: row.custom_attributes,
    isBlocked: row.is_blocked,
    identities: row.identities,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Newest first. With `q` the trigram index finds at most 500 candidates before anything is sorted. */
async function pageCustomers(
  db: TenantDb,
  q: string | undefined,
  after: readonly [string, number] | undefined,
  limit: number,
): Promise<CustomerRow[]> {
  const values: unknown[] = [limit + 1];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    after && `(c.created_at, c.id) < (${bind(new Date(after[0]))}::timestamptz, ${bind(after[1])}::bigint)`,
    q && 'c.id IN (SELECT id FROM found)',
  ].filter(Boolean);
  const found = q
    ? `WITH found AS MATERIALIZED (SELECT id FROM customers
        WHERE (name || ' ' || coalesce(email::text, '') || ' ' || coalesce(phone, '')) ILIKE ${bind(`%${q.replace(/[\\%_]/g, '\\$&')}%`)} LIMIT 500)`
    : '';
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return db.query<CustomerRow>(
    `${found} ${SELECT} ${where} ORDER BY c.created_at DESC, c.id DESC LIMIT $1`,
    values,
  );
}

export function bindCustomerRoutes(api: Api): void {
  api.handle(listCustomers, async ({ scope, query }) => {
    const after = query.cursor
      ? (decodeCursor(query.cursor, ['time', 'number']) as [string, number])
      : undefined;
    const rows = await pageCustomers(scope.db, query.q, after, query.limit);
    return page(rows, query.limit, customerOf, row => [row.created_at.toISOString(), row.id]);
  });
  api.handle(getCustomer, async ({ scope, params }) => {
    const [row] = await scope.db.query<CustomerRow>(`${SELECT} WHERE c.id = $1`, [params.id]);
    if (!row) throw new NotFound('There is no such customer.');
    return customerOf(row);
  });
}
