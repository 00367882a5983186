import { permissions as known, type Permission } from '../../contract/permissions.ts';
import { NotFound, ValidationError } from '../../kit/errors.ts';
import { type ApiKeyRecord, createKey, listKeys, revokeKey } from '../../landlord/key-store.ts';
import { audit } from '../audit.ts';
import { withTenantRecord } from '../command-context.ts';
import { printJson, tablePrinter } from '../output.ts';
import { checkInput } from '../user-input.ts';

export interface KeyCreateOptions {
  readonly name: string;
  readonly permissions?: readonly string[];
  readonly expires?: Date;
  readonly json?: boolean;
}

export async function keyCreate(slug: string, options: KeyCreateOptions): Promise<void> {
  const name = checkInput('name', '--name', options.name);
  const permissions = permissionsOf(options.permissions);
  await withTenantRecord(slug, async ({ landlord }, tenant) => {
    const { key, record } = await createKey(
      landlord.db,
      tenant.id,
      name,
      permissions,
      options.expires ?? null,
    );
    if (options.json) printJson({ key: shapeOf(record), apiKey: key });
    else {
      console.log(`Key "${name}" of ${slug}, shown this once:`);
      console.log(`  ${key}`);
    }
    await audit(landlord, 'key.create', tenant.id, { keyId: record.id, permissions });
  });
}

function permissionsOf(names: readonly string[] | undefined): readonly Permission[] {
  if (!names) return known;
  const unknown = names.filter(name => !known.some(permission => permission === name));
  if (unknown.length > 0)
    throw new ValidationError(
      `--permissions: ${unknown.join(', ')} is not known. Choose from ${known.join(', ')}.`,
    );
  return known.filter(permission => names.includes(permission));
}

function shapeOf({ tenantId: _, ...record }: ApiKeyRecord) {
  return {
    ...record,
    expiresAt: record.expiresAt?.toISOString() ?? null,
    lastUsedAt: record.lastUsedAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
  };
}

export async function keyList(slug: string, options: { readonly json?: boolean }): Promise<void> {
  await withTenantRecord(slug, async ({ landlord }, tenant) => {
    const keys = (await listKeys(landlord.db, tenant.id)).map(shapeOf);
    if (options.json) return printJson({ keys });
    tablePrinter(['PREFIX', 'NAME', 'STATE', 'LAST USED', 'EXPIRES', 'PERMISSIONS'])(
      keys.map(key => [
        key.prefix,
        key.name,
        stateOf(key),
        key.lastUsedAt ?? 'never',
        key.expiresAt ?? 'never',
        key.permissions.length === known.length ? 'all' : key.permissions.join(','),
      ]),
    );
  });
}

function stateOf(key: ReturnType<typeof shapeOf>): string {
  if (!key.isActive) return 'revoked';
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now() ? 'expired' : 'active';
}

/** Repeatable: a key that is revoked already stays so. */
export async function keyRevoke(
  slug: string,
  idOrPrefix: string,
  options: { readonly json?: boolean },
): Promise<void> {
  await withTenantRecord(slug, async ({ landlord }, tenant) => {
    const keys = await listKeys(landlord.db, tenant.id);
    const key = keys.find(({ id, prefix }) => id === idOrPrefix || prefix === idOrPrefix);
    if (!key)
      throw new NotFound(
        `"${slug}" has no key ${shortened(idOrPrefix)}. Give an id or a prefix from: concierge key list ${slug}`,
      );
    if (await revokeKey(landlord.db, tenant.id, key.id))
      await audit(landlord, 'key.revoke', tenant.id, { keyId: key.id });
    if (options.json) return printJson({ revoked: { id: key.id, prefix: key.prefix, name: key.name } });
    console.log(`Key ${key.prefix}… ("${key.name}") is revoked.`);
  });
}

/** Somebody may give the whole key: it does not belong on a screen. */
function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 10)}…` : text;
}
