import type { Command } from 'commander';
import { commaSeparated, wholeNumber } from './option-values.ts';

/** `tenant …`: the fleet, one tenant at a time or all of it. */
export function addTenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('make, see, suspend, upgrade and delete tenants');

  tenant
    .command('create <slug>')
    .description('a tenant ready to use; run again after a crash, it completes what is there')
    .requiredOption('--name <name>', 'of the company')
    .requiredOption('--admin-email <email>', 'of its first administrator')
    .option('--admin-password <password>', 'otherwise one is made')
    .option('--server <name>', 'the database server it lives on, by name or id')
    .option('--timezone <zone>', 'like Europe/Lisbon', 'UTC')
    .option('--json', 'one JSON document')
    .action(async (slug, options) =>
      (await import('./commands/tenant-create.ts')).tenantCreate(slug, options),
    );

  tenant
    .command('list')
    .description('every tenant with schema, size and connections')
    .option('--json', 'one JSON document')
    .action(async options => (await import('./commands/tenant-list.ts')).tenantList(options));

  tenant
    .command('show <slug>')
    .description('one tenant with its health')
    .option('--json', 'one JSON document')
    .action(async (slug, options) => (await import('./commands/tenant-show.ts')).tenantShow(slug, options));

  for (const verb of ['suspend', 'resume'] as const)
    tenant
      .command(`${verb} <slug>`)
      .description(
        verb === 'suspend'
          ? 'nobody signs in; what platforms send is kept. A running product hears of it at once'
          : 'let everybody in again and deal with what was kept',
      )
      .option('--json', 'one JSON document')
      .action(async (slug, options) =>
        (await import('./commands/tenant-suspension.ts')).tenantSuspension(slug, verb, options),
      );

  tenant
    .command('delete <slug>')
    .description('database, role, keys and routes, for ever')
    .option('--confirm <slug>', 'the slug again, in place of the question')
    .option('--json', 'one JSON document')
    .action(async (slug, options) =>
      (await import('./commands/tenant-delete.ts')).tenantDelete(slug, options),
    );

  tenant
    .command('migrate')
    .description('bring tenants to the newest schema; run again, it does what is left')
    .option('--only <slugs>', 'these, separated by commas', commaSeparated)
    .option(
      '--canary <n>',
      'this many first; when one fails the others are not touched',
      wholeNumber(0, 10_000),
      1,
    )
    .option('--concurrency <n>', 'this many at one time after the canaries', wholeNumber(1, 64), 4)
    .option('--json', 'one JSON document')
    .action(async options => (await import('./commands/tenant-migrate.ts')).tenantMigrate(options));
}
