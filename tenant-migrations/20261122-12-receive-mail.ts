import type { Migration } from '../src/db/migration.ts';

export const receiveMail: Migration = {
  name: '20261122-12-receive-mail',
  up: `
    -- How far what is pulled again and again has come; moved by the transaction that stores what was pulled.
    CREATE TABLE channel_cursors (
      channel_id bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      what text NOT NULL,
      cursor text NOT NULL,
      moved_at timestamptz(3) NOT NULL DEFAULT now(),
      PRIMARY KEY (channel_id, what)
    );
    -- When the platform was asked for what was said while we were away.
    ALTER TABLE channels ADD COLUMN recalled_at timestamptz(3);
    -- A message as it was laid out, sanitised. Apart: lists and events do without it.
    CREATE TABLE message_layouts (
      message_id bigint PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
      html text NOT NULL
    );
    -- The layout shows the file in place, by cid: and this.
    ALTER TABLE message_attachments ADD COLUMN content_id text;
  `,
  down: `
    ALTER TABLE message_attachments DROP COLUMN content_id;
    DROP TABLE message_layouts;
    DROP TABLE channel_cursors;
    ALTER TABLE channels DROP COLUMN recalled_at;
  `,
};
