/**
 * A process that creates or deletes a tenant and kills itself on the way, as a machine that loses its power does. Its
 * argument is a `ProvisionChildOrder` in JSON. It exits with 0 when it came to the end without reaching the place.
 */
import { rm } from 'node:fs/promises';
import { MasterKeys } from '../../src/config/secrets.ts';
import { type ConnectionTarget, Session } from '../../src/db/session.ts';
import { openLandlord } from '../../src/landlord/landlord.ts';
import { requireTenant } from '../../src/landlord/tenant-store.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { deleteTenant, provisionTenant } from '../../src/tenancy/provisioning.ts';
import { tenantMigrations } from '../../tenant-migrations/index.ts';
import { tenantRequest } from './tenants.ts';

export interface ProvisionChildOrder {
  readonly target: ConnectionTarget;
  /** Base64. */
  readonly masterKey: string;
  readonly slug: string;
  readonly action: 'create' | 'delete';
  /** Dies before this step … */
  readonly killBefore?: string;
  /** … or while the server works on the first statement that begins like this. */
  readonly killDuring?: string;
  /** The tenant's files, for `delete`. */
  readonly filesFolder?: string;
}

const order: ProvisionChildOrder = JSON.parse(process.argv[2] ?? '');
const die = () => void process.kill(process.pid, 'SIGKILL');

const query = Session.prototype.query;
Session.prototype.query = function <Row>(this: Session, text: string, values?: readonly unknown[]) {
  const answer = query.call(this, text, values);
  if (order.killDuring !== undefined && text.startsWith(order.killDuring)) setTimeout(die, 5);
  return answer as Promise<Row[]>;
};

const landlord = openLandlord(order.target, 2, silentLogger);
const context = {
  landlord,
  masterKeys: new MasterKeys(Buffer.from(order.masterKey, 'base64')),
  migrations: tenantMigrations,
  onStep: (step: string) => {
    if (step === order.killBefore) die();
  },
};
if (order.action === 'create') await provisionTenant(context, tenantRequest(order.slug));
else
  await deleteTenant(context, await requireTenant(landlord.db, order.slug), async () => {
    if (order.filesFolder) await rm(order.filesFolder, { recursive: true, force: true });
  });
await landlord.close();
