import { tenantMigrations } from '../../../tenant-migrations/index.ts';
import { formatBytes } from '../../contract/file-rules.ts';
import { schemaVersion as versionOf } from '../../db/migrator.ts';
import { TenantDirectory } from '../../tenancy/tenant-directory.ts';
import { readTenantHealth } from '../../tenancy/tenant-health.ts';
import { readUsage } from '../../tenancy/tenant-usage.ts';
import { withTenantRecord } from '../command-context.ts';
import { printJson } from '../output.ts';

export async function tenantShow(slug: string, options: { readonly json?: boolean }): Promise<void> {
  await withTenantRecord(slug, async ({ landlord, masterKeys }, record) => {
    const tenant = new TenantDirectory(landlord, masterKeys).open(record);
    const usage = (await readUsage(landlord, masterKeys, [record], () => undefined)).get(record.id);
    const health = await readTenantHealth(tenant);
    const { id, name, status, timezone, schemaVersion, migrationState, migrationError, databaseName } =
      record;
    const isSchemaCurrent = schemaVersion === versionOf(tenantMigrations);
    const facts = {
      id,
      slug,
      name,
      status,
      timezone,
      databaseName,
      server: `${record.serverHost}:${record.serverPort}`,
      schemaVersion,
      isSchemaCurrent,
      migrationState,
      migrationError,
      sizeBytes: usage?.sizeBytes ?? null,
      connections: usage?.connections ?? null,
      createdAt: record.createdAt.toISOString(),
      health: health.isReachable
        ? { isReachable: true, ...health.work }
        : { isReachable: false, error: health.error },
    };
    if (options.json) return printJson({ tenant: facts });
    const lines: [string, string][] = [
      ['Slug', slug],
      ['Name', name],
      ['Id', id],
      ['Status', status],
      ['Time zone', timezone],
      ['Database', `${databaseName} on ${facts.server}`],
      ['Schema', `${schemaVersion ?? '-'}${isSchemaCurrent ? '' : ' (behind)'}`],
      ...(migrationError === null ? [] : [['Migration', migrationError] as [string, string]]),
      ['Size', usage ? formatBytes(usage.sizeBytes) : '-'],
      ['Connections', String(usage?.connections ?? '-')],
      ['Created', facts.createdAt],
    ];
    if (health.isReachable) {
      const { work } = health;
      lines.push(
        ['Deliveries', `${work.pendingDeliveries} pending, ${work.parkedDeliveries} parked`],
        ['Facts', `${work.heldFacts} held, ${work.parkedFacts} parked`],
        ['Messages', `${work.unsentMessages} to send, ${work.unknownMessages} of unknown outcome`],
        ...work.channelsInNeed.map((channel): [string, string] => [
          'Channel',
          `${channel.name} (${channel.platform}, id ${channel.id}): ${channel.health}${channel.healthMessage ? `, ${channel.healthMessage}` : ''}`,
        ]),
      );
    } else lines.push(['Health', `not reachable: ${health.error}`]);
    for (const [label, value] of lines) console.log(`${label.padEnd(12)} ${value}`);
  });
}
