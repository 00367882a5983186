import type { Landlord } from '../landlord/landlord.ts';
import { recordAudit } from '../landlord/operation-store.ts';
import { warn } from './output.ts';

/**
 * Called last: what was made is made, and what is shown once was shown. Without its line in the audit log it holds all
 * the same.
 */
export async function audit(
  landlord: Landlord,
  action: string,
  tenantId: string,
  details: Record<string, unknown>,
): Promise<void> {
  try {
    await recordAudit(landlord.db, 'cli', action, tenantId, details);
  } catch (error) {
    warnOfAudit(action, error);
  }
}

export function warnOfAudit(action: string, error: unknown): void {
  warn(
    `Done, but the audit log has no line of it (${action}): ${(error as Error).message.split('\n', 1)[0]}`,
  );
}
