import type { Migration } from '../src/db/migration.ts';

export const indexUnassigned: Migration = {
  name: '20261121-08-index-unassigned',
  up: `
    -- Postgres does not take "IS NULL" for an equality, so the index by assignee cannot give the unassigned in order. Two
    -- halves instead of a whole: each conversation stands in one of them.
    DROP INDEX conversations_by_assignee;
    CREATE INDEX conversations_by_assignee ON conversations (assigned_to, status, last_message_at DESC, id DESC)
      WHERE assigned_to IS NOT NULL;
    CREATE INDEX conversations_unassigned ON conversations (status, last_message_at DESC, id DESC)
      WHERE assigned_to IS NULL;
  `,
  down: `
    DROP INDEX conversations_unassigned;
    DROP INDEX conversations_by_assignee;
    CREATE INDEX conversations_by_assignee ON conversations (assigned_to, status, last_message_at DESC, id DESC);
  `,
};
