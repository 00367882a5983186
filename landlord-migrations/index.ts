import type { Migration } from '../src/db/migration.ts';
import { createTenants } from './20261121-01-create-tenants.ts';
import { createRoutesAndKeys } from './20261121-02-create-routes-and-keys.ts';
import { holdLines } from './20261122-03-hold-lines.ts';

/** In the order in which they run. Never reordered, never edited once released. */
export const landlordMigrations: readonly Migration[] = [createTenants, createRoutesAndKeys, holdLines];
