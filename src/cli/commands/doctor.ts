import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../app/embedded-postgres/index.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import { loadMasterKeys } from '../../config/master-key-file.ts';
import { type ConnectionTarget, Session, sqlState } from '../../db/session.ts';
import { openLandlord, parseTarget } from '../../landlord/landlord.ts';
import { processName } from '../../landlord/processes.ts';
import type { Logger } from '../../observability/logger.ts';
import { commandLogger } from '../command-context.ts';
import { type Check, failure, ok, reasonOf } from '../doctor/check.ts';
import {
  checkLandlordSchema,
  checkMasterKey,
  checkOpenDatabases,
  checkPostgres,
  checkSpill,
} from '../doctor/landlord-checks.ts';
import { checkDataDir, checkNode, checkOrphans, checkPort, checkRedis } from '../doctor/machine-checks.ts';
import { checkTenants } from '../doctor/tenant-checks.ts';
import { printJson } from '../output.ts';
import { closedOnStop } from '../stop-signals.ts';

export interface DoctorOptions {
  readonly tenant?: string;
  readonly json?: boolean;
}

const MARKS = { ok: 'ok     ', warning: 'WARNING', error: 'ERROR  ' };

/** Changes nothing. Exit code 1 when something does not work; what only deserves a look leaves it at 0. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const checks: Check[] = [];
  const report = (...found: readonly Check[]) => {
    checks.push(...found);
    if (!options.json) for (const check of found) for (const line of linesOf(check)) console.log(line);
  };
  await examine(options.tenant, report);
  if (options.json) printJson({ checks });
  const wrong = checks.filter(check => check.status === 'error').length;
  const warnings = checks.filter(check => check.status === 'warning').length;
  const works = warnings === 0 ? 'All is well.' : `Everything works; ${warnings} deserve a look.`;
  if (!options.json) console.log(wrong === 0 ? works : `${wrong} of ${checks.length} are wrong.`);
  if (wrong > 0) process.exitCode = 1;
}

function linesOf({ name, status, message, mend }: Check): string[] {
  return [`${MARKS[status]}  ${name}: ${message}`, ...(mend === undefined ? [] : [`         → ${mend}`])];
}

type Report = (...found: readonly Check[]) => void;

async function examine(tenant: string | undefined, report: Report): Promise<void> {
  report(checkNode());
  let config: Config;
  try {
    config = loadConfig();
    report(ok('settings', config.landlordDatabaseUrl ? 'LANDLORD_DATABASE_URL' : 'embedded Postgres'));
  } catch (error) {
    report(failure('settings', reasonOf(error), 'Mend these variables and run this again.'));
    return;
  }
  const dataDir = await checkDataDir(config.dataDir);
  report(dataDir, await checkPort(config), await checkRedis(config.redisUrl), ...(await checkOrphans()));
  if (config.landlordDatabaseUrl !== undefined)
    return examineGiven(config.landlordDatabaseUrl, config, tenant, report);
  if (dataDir.status === 'error') return;
  if (!existsSync(join(config.dataDir, 'postgres'))) {
    report(ok('postgres', 'The embedded one is not there yet; the first start makes it'));
    return;
  }
  await examineEmbedded(config, tenant, report);
}

async function examineGiven(
  url: string,
  config: Config,
  tenant: string | undefined,
  report: Report,
): Promise<void> {
  let target: ConnectionTarget;
  try {
    target = parseTarget(url);
  } catch (error) {
    report(failure('postgres', reasonOf(error)));
    return;
  }
  await examineLandlord(target, config, tenant, report);
}

async function examineEmbedded(config: Config, tenant: string | undefined, report: Report): Promise<void> {
  let isOpen = false;
  try {
    await closedOnStop(
      startEmbeddedPostgres({
        dataDir: config.dataDir,
        connectionBudget: config.tenantConnectionBudget,
        log: commandLogger(config),
        role: 'command',
      }),
      embedded => embedded.stop(),
      async embedded => {
        isOpen = true;
        const target = { ...parseTarget(embedded.superuserUrl), database: 'concierge' };
        await examineLandlord(target, config, tenant, report);
      },
    );
  } catch (error) {
    if (isOpen) throw error;
    report(failure('postgres', reasonOf(error)));
  }
}

async function examineLandlord(
  target: ConnectionTarget,
  config: Config,
  tenant: string | undefined,
  report: Report,
): Promise<void> {
  const place = `${target.user}@${target.host}:${target.port}/${target.database}`;
  let session: Session;
  try {
    session = await Session.connect(target, 'concierge doctor');
  } catch (error) {
    const mend =
      sqlState(error) === undefined
        ? 'Start it; are host and port right?'
        : 'Check user, password and database.';
    report(failure('postgres', `${place} cannot be opened: ${reasonOf(error)}`, mend));
    return;
  }
  try {
    report(ok('postgres', place), ...(await checkPostgres(session, config)));
    const schema = await checkLandlordSchema(session);
    report(schema);
    if (schema.status !== 'ok') return;
    if (config.masterKey === undefined && !existsSync(join(config.dataDir, 'master-key'))) {
      report(
        failure('master key', `${join(config.dataDir, 'master-key')} is gone`, 'Put it back from a backup.'),
      );
      return;
    }
    const masterKeys = loadMasterKeys(config);
    const key = await checkMasterKey(session, masterKeys);
    report(key);
    if (key.status === 'error') return;
    await examineFleet(target, masterKeys, commandLogger(config), tenant, report);
  } finally {
    await session.close();
  }
}

async function examineFleet(
  target: ConnectionTarget,
  masterKeys: ReturnType<typeof loadMasterKeys>,
  log: Logger,
  tenant: string | undefined,
  report: Report,
): Promise<void> {
  const landlord = openLandlord(target, 4, log, processName('command', masterKeys.keyIds));
  try {
    report(await checkSpill(landlord), ...(await checkOpenDatabases(landlord, masterKeys)));
    report(...(await checkTenants(landlord, masterKeys, tenant)));
  } finally {
    await landlord.close();
  }
}
