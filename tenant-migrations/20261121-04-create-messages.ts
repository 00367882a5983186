import type { Migration } from '../src/db/migration.ts';

export const createMessages: Migration = {
  name: '20261121-04-create-messages',
  up: `
    CREATE TABLE messages (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      public_id uuid NOT NULL DEFAULT gen_random_uuid(),
      conversation_id bigint NOT NULL REFERENCES conversations (id),
      channel_id bigint NOT NULL REFERENCES channels (id),
      platform_message_id text,
      direction text NOT NULL CHECK (direction IN ('inbound','outbound')),
      type text NOT NULL CHECK (type IN ('text','image','video','audio','document','sticker','location','contacts',
        'template','interactive','reaction','story','system','unsupported')),
      content text,
      user_id bigint REFERENCES users (id),
      sender_type text NOT NULL CHECK (sender_type IN ('customer','user','system','bot')),
      status text NOT NULL CHECK (status IN ('pending','sending','sent','delivered','read','failed','unknown')),
      delivered_at timestamptz(3),
      read_at timestamptz(3),
      failed_at timestamptz(3),
      error_code text,
      error_message text,
      reply_to_id bigint REFERENCES messages (id),
      edited_at timestamptz(3),
      deleted_at timestamptz(3),
      platform_timestamp timestamptz(3),
      -- The order of the thread: the platform's time, clamped to now, else ours.
      sent_at timestamptz(3) NOT NULL,
      client_id uuid,
      metadata jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now(),
      -- The same platform message twice: no effect.
      UNIQUE (channel_id, platform_message_id)
    );
    CREATE INDEX messages_thread ON messages (conversation_id, sent_at, id);
    CREATE UNIQUE INDEX messages_client_id ON messages (conversation_id, client_id) WHERE client_id IS NOT NULL;
    CREATE INDEX messages_user ON messages (user_id) WHERE user_id IS NOT NULL;
    CREATE INDEX messages_reply_to ON messages (reply_to_id) WHERE reply_to_id IS NOT NULL;
    CREATE INDEX messages_unfinished ON messages (status, created_at)
      WHERE status IN ('pending','sending','unknown','failed');

    -- Messages (and reactions) on their way out; a row leaves when its outcome is known.
    CREATE TABLE message_sends (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      message_id bigint NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      channel_id bigint NOT NULL REFERENCES channels (id),
      -- 'message' sends the message itself; 'reaction' sends 'emoji' on it.
      kind text NOT NULL CHECK (kind IN ('message','reaction')),
      emoji text,
      attempt integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
      -- A worker is calling the platform until then; later nobody knows, and the message becomes 'unknown'.
      claimed_until timestamptz(3),
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX message_sends_once ON message_sends (message_id) WHERE kind = 'message';
    CREATE INDEX message_sends_order ON message_sends (conversation_id, id);
    CREATE INDEX message_sends_due ON message_sends (next_attempt_at, id);
    CREATE INDEX message_sends_message ON message_sends (message_id);
    CREATE INDEX message_sends_channel ON message_sends (channel_id);

    CREATE TABLE message_attachments (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      message_id bigint NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      type text NOT NULL CHECK (type IN ('image','video','audio','document','sticker')),
      url text,
      platform_media_id text,
      platform_url text,
      mime_type text,
      filename text,
      file_size bigint,
      width integer,
      height integer,
      duration numeric,
      thumbnail_url text,
      metadata jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX message_attachments_message ON message_attachments (message_id, type);
    -- Append-only: every receipt and every attempt, in the order in which we learned of them.
    CREATE TABLE message_status_updates (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      message_id bigint NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      status text NOT NULL,
      status_at timestamptz(3) NOT NULL,
      metadata jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX message_status_updates_message ON message_status_updates (message_id, id);
    CREATE TABLE message_reactions (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      message_id bigint NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      -- 'customer' or 'user': each side has one reaction at a time, as on the platforms.
      side text NOT NULL CHECK (side IN ('customer','user')),
      user_id bigint REFERENCES users (id),
      emoji text NOT NULL,
      reacted_at timestamptz(3) NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      UNIQUE (message_id, side)
    );
    CREATE INDEX message_reactions_user ON message_reactions (user_id) WHERE user_id IS NOT NULL;
    CREATE TABLE message_edits (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      message_id bigint NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
      previous_content text,
      edited_at timestamptz(3) NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX message_edits_message ON message_edits (message_id, id);
  `,
  down: `
    DROP TABLE message_edits; DROP TABLE message_reactions; DROP TABLE message_status_updates;
    DROP TABLE message_attachments; DROP TABLE message_sends; DROP TABLE messages;
  `,
};
