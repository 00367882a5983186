import { z } from 'zod';
import './wording.ts';

/** Ids of tenant tables are JSON numbers: `bigint` identities that stay far below 2^53. */
export const id = z.number().int().positive();
/** An id as it stands in a path or a query string. */
export const idParam = z.coerce.number().int().positive();
/** ISO 8601 in UTC, as `Date.prototype.toISOString` writes it. */
export const timestamp = z.iso.datetime();

export const platform = z.enum([
  'widget',
  'whatsapp',
  'whatsapp_web',
  'facebook',
  'instagram',
  'telegram',
  'email',
  'sms',
  'crisp',
  'tidio',
  'api',
]);
export type Platform = z.infer<typeof platform>;

/** Every list takes these two; `cursor` is opaque and comes from `nextCursor` of the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().max(500).optional(),
};

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const reference = z.object({ id, name: z.string() });
export type Reference = z.infer<typeof reference>;

/** A comma separated list in a query string: `status=new,open`. */
export function commaList<T extends z.ZodType<string, string>>(item: T) {
  return z
    .string()
    .transform(text => text.split(','))
    .pipe(z.array(item).min(1).max(50));
}

/** The one body of every error answer. */
export const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    requestId: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;
export const empty = z.object({}).strict();
