import type { LandlordDb } from '../db/planes.ts';

/** What the command line does to a tenant: a row that shows how far it came, also after a crash. */
export async function startOperation(
  db: LandlordDb,
  tenantId: string,
  slug: string,
  kind: string,
): Promise<string> {
  const [row] = await db.query<{ id: string }>(
    `INSERT INTO tenant_operations (tenant_id, slug, kind, state) VALUES ($1, $2, $3, 'running') RETURNING id`,
    [tenantId, slug, kind],
  );
  return (row as { id: string }).id;
}
export async function noteStep(db: LandlordDb, operationId: string, step: string): Promise<void> {
  await db.query('UPDATE tenant_operations SET step = $2, updated_at = now() WHERE id = $1', [
    operationId,
    step,
  ]);
}
export async function endOperation(db: LandlordDb, operationId: string, error?: string): Promise<void> {
  await db.query('UPDATE tenant_operations SET state = $2, error = $3, updated_at = now() WHERE id = $1', [
    operationId,
    error === undefined ? 'done' : 'failed',
    error ?? null,
  ]);
}
export async function recordAudit(
  db: LandlordDb,
  actor: string,
  action: string,
  tenantId: string | null,
  details: Record<string, unknown> = {},
): Promise<void> {
  await db.query('INSERT INTO audit_log (actor, action, tenant_id, details) VALUES ($1, $2, $3, $4)', [
    actor,
    action,
    tenantId,
    details,
  ]);
}
