import type { Migration } from '../src/db/migration.ts';

export const pull: Migration = {
  name: '20261121-11-pull',
  up: `
    -- What a platform only rang for, or what is fetched again after an outage: one row for each thing to be fetched.
    CREATE TABLE channel_pulls (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      channel_id bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      what text NOT NULL,
      -- How often it was asked for: asked for again during a fetch, it is fetched again.
      wanted integer NOT NULL DEFAULT 1,
      attempts integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
      claimed_until timestamptz(3),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      UNIQUE (channel_id, what)
    );
    CREATE INDEX channel_pulls_due ON channel_pulls (next_attempt_at);
    ALTER TABLE channels ADD COLUMN pulled_at timestamptz(3);
  `,
  down: `
    ALTER TABLE channels DROP COLUMN pulled_at;
    DROP TABLE channel_pulls;
  `,
};
