import { renewMasterKeyCheck } from '../../app/landlord-database.ts';
import { beginMasterKeyRotation, finishMasterKeyRotation } from '../../config/master-key-file.ts';
import type { MasterKeys } from '../../config/secrets.ts';
import { amount } from '../../kit/amount.ts';
import { SetupError } from '../../kit/errors.ts';
import type { Landlord } from '../../landlord/landlord.ts';
import { recordAudit } from '../../landlord/operation-store.ts';
import { type ConciergeProcess, otherProcesses } from '../../landlord/processes.ts';
import { resealLandlord } from '../../tenancy/master-key-rotation.ts';
import { type CommandContext, withCommandContext } from '../command-context.ts';
import { printJson, progressPrinter } from '../output.ts';

/**
 * A process reads its master keys once, so one that holds only the former key could open nothing afterwards. Who is
 * connected tells which keys it has (processes.ts): the rotation goes on only when all of them hold the new one.
 */
export async function secretsRotate(options: { readonly json?: boolean }): Promise<void> {
  await withCommandContext(async context => {
    const { landlord, config } = context;
    const isFile = config.masterKey === undefined;
    const { masterKeys, before } = await newKeys(context);
    await requireKey(landlord, masterKeys.keyId, isFile);
    // First of all: from now on nobody starts with the former key alone.
    await renewMasterKeyCheck(landlord, masterKeys);
    const resealed = await resealLandlord(landlord, masterKeys, progressPrinter(options));
    await recordAudit(landlord.db, 'cli', 'secrets.rotate', null, {
      before,
      after: masterKeys.keyId,
      ...resealed,
    });
    if (isFile) finishMasterKeyRotation(config.dataDir);
    const next = isFile
      ? 'The former key is gone. Keep a copy of DATA_DIR/master-key in a safe place.'
      : 'Unset MASTER_KEY_PREVIOUS with the next restart; the former key opens nothing any more.';
    if (options.json)
      return printJson({ before, after: masterKeys.keyId, resealed, isPreviousKeyRemoved: isFile });
    console.log(
      `Master key ${masterKeys.keyId} in place of ${before}: ${amount(resealed.tenants, 'tenant')} and ${amount(resealed.servers, 'server')} sealed anew.`,
    );
    console.log(next);
  });
}

async function newKeys(context: CommandContext): Promise<{ masterKeys: MasterKeys; before: string }> {
  const { config, landlord, masterKeys } = context;
  if (config.masterKey !== undefined) {
    const [, before] = masterKeys.keyIds;
    if (before === undefined || before === masterKeys.keyId)
      throw new SetupError(
        'Set MASTER_KEY to the new key (openssl rand -base64 32) and MASTER_KEY_PREVIOUS to the present one, restart every Concierge process with both, then run this again with both.',
      );
    return { masterKeys, before };
  }
  // Resumed: the new key was made by the run that was cut short.
  const isBegun = new Set(masterKeys.keyIds).size > 1;
  if (!isBegun) await requireNobody(landlord);
  const both = beginMasterKeyRotation(config.dataDir);
  return { masterKeys: both, before: both.keyIds[1] ?? '' };
}

async function requireNobody(landlord: Landlord): Promise<void> {
  const others = await otherProcesses(landlord.db);
  if (others.length === 0) return;
  throw new SetupError(
    `Concierge is running (${listed(others)}) and would keep the former key. Stop it, run this, and start it again.`,
  );
}

async function requireKey(landlord: Landlord, keyId: string, isFile: boolean): Promise<void> {
  const without = (await otherProcesses(landlord.db)).filter(({ keyIds }) => !keyIds.includes(keyId));
  if (without.length === 0) return;
  throw new SetupError(
    `These processes do not have the new key yet: ${listed(without)}. Restart them${isFile ? '' : ' with MASTER_KEY and MASTER_KEY_PREVIOUS'}: they take both keys. Then run this again.`,
  );
}

function listed(processes: readonly ConciergeProcess[]): string {
  return processes.map(({ role, pid, host }) => `${role}, pid ${pid} on ${host}`).join('; ');
}
