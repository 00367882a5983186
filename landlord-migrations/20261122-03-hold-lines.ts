import type { Migration } from '../src/db/migration.ts';

export const holdLines: Migration = {
  name: '20261122-03-hold-lines',
  up: `
    -- Which process holds the open line of a channel that is listened to. Whoever takes it over raises the fence.
    CREATE TABLE channel_lines (
      tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
      channel_id bigint NOT NULL,
      -- NULL: nobody; it rests until held_until.
      holder uuid,
      fence bigint NOT NULL DEFAULT 1,
      held_until timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, channel_id)
    );
    CREATE INDEX channel_lines_holder ON channel_lines (holder);
    CREATE INDEX channel_routes_platform ON channel_routes (platform) WHERE platform IN ('email','whatsapp_web');
  `,
  down: 'DROP INDEX channel_routes_platform; DROP TABLE channel_lines;',
};
