import type { DeliveryPart } from '../adapter.ts';
import type { JsonObject } from '../json.ts';
import { readChanges } from './whatsapp-payload.ts';

/**
 * One POST may speak for many numbers, even of several tenants. Each part is a whole envelope that holds only what
 * concerns its account, in the order given; changes that name no number go under their business account's id.
 */
export function splitWhatsApp(body: Buffer): readonly DeliveryPart[] {
  const accounts = new Map<string, Map<JsonObject, JsonObject[]>>();
  for (const { accountId, entry, change } of readChanges(body)) {
    const entries = accounts.get(accountId) ?? new Map<JsonObject, JsonObject[]>();
    accounts.set(accountId, entries);
    const changes = entries.get(entry) ?? [];
    entries.set(entry, changes);
    changes.push(change);
  }
  // Nearly all of them: kept as it came, and read once.
  const [only] = accounts.keys();
  if (only !== undefined && accounts.size === 1) return [{ accountId: only, body }];
  return [...accounts].map(([accountId, entries]) => ({
    accountId,
    body: Buffer.from(
      JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [...entries].map(([entry, changes]) => ({ ...entry, changes })),
      }),
    ),
  }));
}
