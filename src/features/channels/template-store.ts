import type { MessageTemplate } from '../../contract/templates.ts';
import type { TenantDb } from '../../db/planes.ts';
import type { TenantTx } from '../../tenancy/tenants.ts';

type Content = Pick<MessageTemplate, 'header' | 'body' | 'variables' | 'footer' | 'buttons'>;
interface TemplateRow extends Omit<MessageTemplate, keyof Content> {
  content: Content;
}
const COLUMNS = 'name, language, status, category, reason, content';
const templateOf = ({ content, ...head }: TemplateRow): MessageTemplate => ({ ...head, ...content });

/** Those that can be sent first, by name and language. */
export async function templatesOf(db: TenantDb, channelId: number): Promise<MessageTemplate[]> {
  const rows = await db.query<TemplateRow>(
    `SELECT ${COLUMNS} FROM templates WHERE channel_id = $1 ORDER BY status <> 'approved', name, language LIMIT 1000`,
    [channelId],
  );
  return rows.map(templateOf);
}

export async function findTemplate(
  db: TenantDb,
  channelId: number,
  name: string,
  language: string,
): Promise<MessageTemplate | undefined> {
  const [row] = await db.query<TemplateRow>(
    `SELECT ${COLUMNS} FROM templates WHERE channel_id = $1 AND name = $2 AND language = $3`,
    [channelId, name, language],
  );
  return row && templateOf(row);
}

/** These and no others are the channel's. */
export async function replaceTemplates(
  tx: TenantTx,
  channelId: number,
  templates: readonly MessageTemplate[],
): Promise<void> {
  // Locked: of two that ask at the same time the later one has the last word, whole.
  await tx.query('UPDATE channels SET templates_synced_at = now() WHERE id = $1', [channelId]);
  await tx.query(
    `DELETE FROM templates WHERE channel_id = $1
       AND (name, language) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    [channelId, templates.map(template => template.name), templates.map(template => template.language)],
  );
  await tx.query(
    `INSERT INTO templates AS t (channel_id, name, language, status, category, reason, content)
     SELECT DISTINCT ON (name, language) $1, name, language, status, category, reason, content
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
       AS f (name, language, status, category, reason, content)
     ON CONFLICT (channel_id, name, language) DO UPDATE SET status = excluded.status, category = excluded.category,
       reason = excluded.reason, content = excluded.content, updated_at = now()`,
    [
      channelId,
      templates.map(template => template.name),
      templates.map(template => template.language),
      templates.map(template => template.status),
      templates.map(template => template.category),
      templates.map(template => template.reason),
      templates.map(({ header, body, variables, footer, buttons }) =>
        JSON.stringify({ header, body, variables, footer, buttons } satisfies Content),
      ),
    ],
  );
}
