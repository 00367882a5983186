import { SetupError } from '../kit/errors.ts';
import { generateKey, KeyRing, SealBroken } from './key-ring.ts';

const CHECK_CONTEXT = 'master-key-check';
const CHECK_TEXT = 'concierge';

/** Seals each tenant's data key and the landlord's own secrets; token keys are derived from it. */
export class MasterKeys extends KeyRing {
  readonly kind = 'master';

  /** A value to keep beside what is sealed, so that a wrong key is noticed at the start and not at first use. */
  makeCheckValue(): string {
    return this.seal(CHECK_TEXT, CHECK_CONTEXT);
  }

  /** Throws SetupError when `checkValue` was made with a key that is not in the ring. */
  verifyCheckValue(checkValue: string): void {
    try {
      if (this.open(checkValue, CHECK_CONTEXT) === CHECK_TEXT) return;
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
    }
    throw new SetupError(
      `This is not the master key that the stored secrets were sealed with (its id is ${this.keyId}). ` +
        'Put the former MASTER_KEY, or the file master-key of DATA_DIR, back from where you keep it.',
    );
  }
}

/** Seals one tenant's secrets. Kept sealed under the master key, so that a rotation reseals one value per tenant. */
export class DataKey extends KeyRing {
  readonly kind = 'data';
}

export interface NewDataKey {
  readonly dataKey: DataKey;
  readonly sealed: string;
}

/** `context` names the tenant's row; the same one opens it again. */
export function generateDataKey(masterKeys: MasterKeys, context: string): NewDataKey {
  const key = generateKey();
  return { dataKey: new DataKey(key), sealed: masterKeys.seal(key, context) };
}

/** Throws SealBroken. */
export function openDataKey(masterKeys: MasterKeys, sealed: string, context: string): DataKey {
  return new DataKey(masterKeys.openBytes(sealed, context));
}
