import type { Migration } from '../src/db/migration.ts';

export const tryForATime: Migration = {
  name: '20261122-16-try-for-a-time',
  up: `
    -- Since when the platform has been tried without a word of its own: what is not taken within some hours fails. Waiting
    -- for a person, for a line, for its turn does not count. NULL: not tried yet.
    ALTER TABLE message_sends ADD COLUMN tried_since timestamptz(3);
    UPDATE message_sends SET tried_since = now() WHERE attempt > 0;
  `,
  down: 'ALTER TABLE message_sends DROP COLUMN tried_since',
};
