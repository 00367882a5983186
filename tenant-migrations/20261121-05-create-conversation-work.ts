import type { Migration } from '../src/db/migration.ts';

export const createConversationWork: Migration = {
  name: '20261121-05-create-conversation-work',
  up: `
    CREATE TABLE conversation_notes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      user_id bigint REFERENCES users (id),
      content text NOT NULL,
      is_pinned boolean NOT NULL DEFAULT false,
      -- The writer's own name of it: written twice, it is there once.
      client_id uuid,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX conversation_notes_conversation ON conversation_notes (conversation_id, id);
    CREATE UNIQUE INDEX conversation_notes_client_id ON conversation_notes (conversation_id, client_id)
      WHERE client_id IS NOT NULL;
    CREATE INDEX conversation_notes_user ON conversation_notes (user_id);
    CREATE TABLE mentions (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      note_id bigint NOT NULL REFERENCES conversation_notes (id) ON DELETE CASCADE,
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      UNIQUE (note_id, user_id)
    );
    CREATE INDEX mentions_user ON mentions (user_id, id);
    CREATE INDEX mentions_conversation ON mentions (conversation_id);
    CREATE TABLE conversation_tags (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      color text NOT NULL DEFAULT '#4c6ef5',
      description text,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE TABLE conversation_tag (
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      conversation_tag_id bigint NOT NULL REFERENCES conversation_tags (id) ON DELETE CASCADE,
      PRIMARY KEY (conversation_id, conversation_tag_id)
    );
    CREATE INDEX conversation_tag_tag ON conversation_tag (conversation_tag_id, conversation_id);
    CREATE TABLE conversation_assignments (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      assigned_to bigint REFERENCES users (id),
      team_id bigint REFERENCES teams (id),
      assigned_by bigint REFERENCES users (id),
      assignment_type text NOT NULL CHECK (assignment_type IN ('manual','auto_round_robin','auto_least_active',
        'auto_skill_based','transfer','macro','rule','api')),
      reason text,
      assigned_at timestamptz(3) NOT NULL DEFAULT now(),
      unassigned_at timestamptz(3)
    );
    CREATE INDEX conversation_assignments_conversation ON conversation_assignments (conversation_id, id);
    CREATE INDEX conversation_assignments_to ON conversation_assignments (assigned_to);
    CREATE INDEX conversation_assignments_team ON conversation_assignments (team_id);
    CREATE INDEX conversation_assignments_by ON conversation_assignments (assigned_by);
    CREATE TABLE conversation_transfers (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      from_user_id bigint REFERENCES users (id),
      to_user_id bigint REFERENCES users (id),
      to_team_id bigint REFERENCES teams (id),
      transferred_by bigint REFERENCES users (id),
      reason text,
      transferred_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX conversation_transfers_conversation ON conversation_transfers (conversation_id, id);
    CREATE INDEX conversation_transfers_from ON conversation_transfers (from_user_id);
    CREATE INDEX conversation_transfers_to ON conversation_transfers (to_user_id);
    CREATE INDEX conversation_transfers_team ON conversation_transfers (to_team_id);
    CREATE INDEX conversation_transfers_by ON conversation_transfers (transferred_by);
    CREATE TABLE conversation_watchers (
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, user_id)
    );
    CREATE INDEX conversation_watchers_user ON conversation_watchers (user_id);
    CREATE TABLE conversation_links (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      linked_conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      kind text NOT NULL CHECK (kind IN ('merge','related')),
      created_by bigint REFERENCES users (id),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      UNIQUE (conversation_id, linked_conversation_id, kind)
    );
    CREATE INDEX conversation_links_linked ON conversation_links (linked_conversation_id);
    CREATE INDEX conversation_links_by ON conversation_links (created_by);
    CREATE TABLE canned_responses (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      title text NOT NULL,
      shortcut text NOT NULL,
      content text NOT NULL,
      category text,
      user_id bigint REFERENCES users (id) ON DELETE CASCADE,
      team_id bigint REFERENCES teams (id) ON DELETE CASCADE,
      is_shared boolean NOT NULL DEFAULT false,
      platforms jsonb NOT NULL DEFAULT '[]',
      attachments jsonb NOT NULL DEFAULT '[]',
      usage_count integer NOT NULL DEFAULT 0,
      last_used_at timestamptz(3),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX canned_responses_shared_shortcut ON canned_responses (shortcut) WHERE user_id IS NULL;
    CREATE UNIQUE INDEX canned_responses_own_shortcut ON canned_responses (user_id, shortcut) WHERE user_id IS NOT NULL;
    CREATE INDEX canned_responses_team ON canned_responses (team_id);
    CREATE TABLE automated_replies (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      trigger_type text NOT NULL CHECK (trigger_type IN ('keyword','greeting','away')),
      keywords jsonb NOT NULL DEFAULT '[]',
      reply_message text NOT NULL,
      reply_type text NOT NULL DEFAULT 'text' CHECK (reply_type IN ('text','template','buttons')),
      reply_metadata jsonb NOT NULL DEFAULT '{}',
      conditions jsonb NOT NULL DEFAULT '{}',
      priority integer NOT NULL DEFAULT 0,
      is_active boolean NOT NULL DEFAULT true,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    -- campaign_id becomes a foreign key when the campaigns table comes.
    CREATE TABLE campaign_messages (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      campaign_id bigint NOT NULL,
      customer_id bigint NOT NULL REFERENCES customers (id),
      message_id bigint REFERENCES messages (id),
      status text NOT NULL CHECK (status IN ('pending','sent','delivered','read','failed')),
      sent_at timestamptz(3),
      delivered_at timestamptz(3),
      read_at timestamptz(3),
      failed_at timestamptz(3),
      error_message text,
      UNIQUE (campaign_id, customer_id)
    );
    CREATE INDEX campaign_messages_customer ON campaign_messages (customer_id);
    CREATE INDEX campaign_messages_message ON campaign_messages (message_id);
    CREATE TABLE drafts (
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      content text NOT NULL,
      updated_at timestamptz(3) NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, user_id)
    );
    CREATE INDEX drafts_user ON drafts (user_id);
    CREATE TABLE scheduled_messages (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      user_id bigint REFERENCES users (id),
      body jsonb NOT NULL,
      send_at timestamptz(3) NOT NULL,
      message_id bigint REFERENCES messages (id),
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX scheduled_messages_conversation ON scheduled_messages (conversation_id);
    CREATE INDEX scheduled_messages_user ON scheduled_messages (user_id);
    CREATE INDEX scheduled_messages_message ON scheduled_messages (message_id);
    CREATE INDEX scheduled_messages_due ON scheduled_messages (send_at) WHERE message_id IS NULL;
    CREATE TABLE saved_views (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      user_id bigint REFERENCES users (id) ON DELETE CASCADE,
      name text NOT NULL,
      filters jsonb NOT NULL,
      color text NOT NULL DEFAULT '#4c6ef5',
      position integer NOT NULL DEFAULT 0,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX saved_views_user ON saved_views (user_id);
    CREATE TABLE macros (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      actions jsonb NOT NULL,
      user_id bigint REFERENCES users (id) ON DELETE CASCADE,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX macros_user ON macros (user_id);
    CREATE TABLE notifications (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      conversation_id bigint REFERENCES conversations (id) ON DELETE CASCADE,
      kind text NOT NULL,
      data jsonb NOT NULL DEFAULT '{}',
      read_at timestamptz(3),
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX notifications_user ON notifications (user_id, id);
    CREATE INDEX notifications_conversation ON notifications (conversation_id);
  `,
  down: `
    DROP TABLE notifications; DROP TABLE macros; DROP TABLE saved_views; DROP TABLE scheduled_messages; DROP TABLE drafts;
    DROP TABLE campaign_messages; DROP TABLE automated_replies; DROP TABLE canned_responses; DROP TABLE conversation_links;
    DROP TABLE conversation_watchers; DROP TABLE conversation_transfers; DROP TABLE conversation_assignments;
    DROP TABLE conversation_tag; DROP TABLE conversation_tags; DROP TABLE mentions; DROP TABLE conversation_notes;
  `,
};
