import type { Migration } from '../src/db/migration.ts';

/** What waits for a message may be worth no person's look when that never comes: receipts of what other programs sent. */
export const forgetReceipts: Migration = {
  name: '20261122-17-forget-receipts',
  up: 'ALTER TABLE held_facts ADD COLUMN is_dispensable boolean NOT NULL DEFAULT false',
  down: 'ALTER TABLE held_facts DROP COLUMN is_dispensable',
};
