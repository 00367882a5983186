import type { Migration } from '../src/db/migration.ts';

export const checkChannels: Migration = {
  name: '20261121-10-check-channels',
  up: `
    -- What the platform said of the account when it was asked last.
    ALTER TABLE channels
      ADD COLUMN checked_at timestamptz(3),
      ADD COLUMN check_result jsonb NOT NULL DEFAULT '{}';
  `,
  down: `ALTER TABLE channels DROP COLUMN checked_at, DROP COLUMN check_result`,
};
