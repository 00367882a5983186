import type { Migration } from '../src/db/migration.ts';

export const keepSessions: Migration = {
  name: '20261122-13-keep-sessions',
  up: `
    -- What a line must find again when it is opened anew: a browser's profile, paired with a phone. Its id is its version.
    CREATE TABLE whatsapp_sessions (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      channel_id bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      -- Of the line that saved it: one that was taken over meanwhile saves nothing any more.
      fence bigint NOT NULL,
      sha256 text NOT NULL,
      sealed text NOT NULL,
      -- The platform said that the session is over. It can be brought back for a week.
      ended_at timestamptz(3),
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX whatsapp_sessions_channel ON whatsapp_sessions (channel_id, id DESC);
    -- The code that a device must read now: {code, expiresAt}.
    ALTER TABLE channels ADD COLUMN pairing jsonb;
  `,
  down: `
    ALTER TABLE channels DROP COLUMN pairing;
    DROP TABLE whatsapp_sessions;
  `,
};
