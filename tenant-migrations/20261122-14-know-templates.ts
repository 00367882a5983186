import type { Migration } from '../src/db/migration.ts';

export const knowTemplates: Migration = {
  name: '20261122-14-know-templates',
  up: `
    -- What the platform has approved to be sent at any time, as it told last.
    CREATE TABLE templates (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      channel_id bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      name text NOT NULL,
      language text NOT NULL,
      status text NOT NULL CHECK (status IN ('approved','pending','rejected','paused','disabled')),
      category text,
      reason text,
      -- header, body, variables, footer, buttons.
      content jsonb NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now(),
      UNIQUE (channel_id, name, language)
    );
    -- NULL: never, or the platform has said since that some of them changed.
    ALTER TABLE channels ADD COLUMN templates_synced_at timestamptz(3);
  `,
  down: `
    ALTER TABLE channels DROP COLUMN templates_synced_at;
    DROP TABLE templates;
  `,
};
