import type { Migration } from '../src/db/migration.ts';

export const createConversations: Migration = {
  name: '20261121-03-create-conversations',
  up: `
    CREATE TABLE sla_policies (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      description text,
      first_response_time_minutes integer CHECK (first_response_time_minutes > 0),
      next_response_time_minutes integer CHECK (next_response_time_minutes > 0),
      resolution_time_hours integer CHECK (resolution_time_hours > 0),
      priority_times jsonb NOT NULL DEFAULT '{}',
      conditions jsonb NOT NULL DEFAULT '{}',
      business_hours_id bigint,
      is_active boolean NOT NULL DEFAULT true,
      is_default boolean NOT NULL DEFAULT false,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX sla_policies_one_default ON sla_policies (is_default) WHERE is_default AND is_active;
    CREATE TABLE conversations (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      public_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
      customer_id bigint NOT NULL REFERENCES customers (id),
      channel_id bigint NOT NULL REFERENCES channels (id),
      channel_contact_id bigint NOT NULL REFERENCES channel_contacts (id),
      thread_key text NOT NULL DEFAULT '',
      platform text NOT NULL,
      platform_conversation_id text,
      status text NOT NULL DEFAULT 'new'
        CHECK (status IN ('new','open','pending','snoozed','resolved','archived')),
      priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low','normal','high','urgent')),
      subject text,
      kind text NOT NULL DEFAULT 'support',
      channel_type text NOT NULL DEFAULT 'direct' CHECK (channel_type IN ('direct','broadcast','group')),
      assigned_to bigint REFERENCES users (id),
      team_id bigint REFERENCES teams (id),
      last_message_at timestamptz(3) NOT NULL,
      last_message_id bigint,
      last_inbound_at timestamptz(3),
      waiting_since timestamptz(3),
      first_response_at timestamptz(3),
      resolved_at timestamptz(3),
      snoozed_until timestamptz(3),
      window_expires_at timestamptz(3),
      message_count integer NOT NULL DEFAULT 0,
      -- Inbound messages in all, and since the last reply of an agent.
      inbound_count integer NOT NULL DEFAULT 0,
      unread_count integer NOT NULL DEFAULT 0,
      page_url text,
      referrer text,
      language text,
      metadata jsonb NOT NULL DEFAULT '{}',
      sla_policy_id bigint REFERENCES sla_policies (id),
      sla_first_response_due_at timestamptz(3),
      sla_first_response_breached boolean NOT NULL DEFAULT false,
      sla_next_response_due_at timestamptz(3),
      sla_next_response_breached boolean NOT NULL DEFAULT false,
      sla_resolution_due_at timestamptz(3),
      sla_resolution_breached boolean NOT NULL DEFAULT false,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    ) WITH (fillfactor = 80);
    -- At most one unresolved conversation of a contact and thread, whoever races.
    CREATE UNIQUE INDEX conversations_one_unresolved ON conversations (channel_contact_id, thread_key)
      WHERE status IN ('new','open','pending','snoozed');
    CREATE INDEX conversations_contact ON conversations (channel_contact_id, thread_key, last_message_at DESC);
    -- Lists read one status at a time in this order and merge: no list sorts, whatever its filter.
    CREATE INDEX conversations_by_status ON conversations (status, last_message_at DESC, id DESC);
    CREATE INDEX conversations_by_assignee ON conversations (assigned_to, status, last_message_at DESC, id DESC);
    CREATE INDEX conversations_by_team ON conversations (team_id, status, last_message_at DESC, id DESC);
    CREATE INDEX conversations_by_channel ON conversations (channel_id, status, last_message_at DESC, id DESC);
    CREATE INDEX conversations_by_customer ON conversations (customer_id, last_message_at DESC, id DESC);
    CREATE INDEX conversations_platform_id ON conversations (platform_conversation_id)
      WHERE platform_conversation_id IS NOT NULL;
    CREATE INDEX conversations_sla_policy ON conversations (sla_policy_id) WHERE sla_policy_id IS NOT NULL;
    CREATE INDEX conversations_subject ON conversations USING gin (subject gin_trgm_ops) WHERE subject IS NOT NULL;
    CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE status = 'snoozed';

    -- Counts of every view are sums over these rows. Changes are appended, so that no two writers wait for each
    -- other; a sweep folds them together.
    CREATE TABLE conversation_counts (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      status text NOT NULL,
      assigned_to bigint,
      team_id bigint,
      channel_id bigint NOT NULL,
      amount integer NOT NULL
    );
    CREATE FUNCTION conversation_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        INSERT INTO conversation_counts (status, assigned_to, team_id, channel_id, amount)
        VALUES (OLD.status, OLD.assigned_to, OLD.team_id, OLD.channel_id, -1);
      END IF;
      IF TG_OP <> 'DELETE' THEN
        INSERT INTO conversation_counts (status, assigned_to, team_id, channel_id, amount)
        VALUES (NEW.status, NEW.assigned_to, NEW.team_id, NEW.channel_id, 1);
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER conversation_counted AFTER INSERT OR DELETE ON conversations
      FOR EACH ROW EXECUTE FUNCTION conversation_counted();
    CREATE TRIGGER conversation_recounted AFTER UPDATE ON conversations FOR EACH ROW
      WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.assigned_to IS DISTINCT FROM NEW.assigned_to
        OR OLD.team_id IS DISTINCT FROM NEW.team_id OR OLD.channel_id IS DISTINCT FROM NEW.channel_id)
      EXECUTE FUNCTION conversation_counted();

    CREATE TABLE conversation_participants (
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      channel_contact_id bigint NOT NULL REFERENCES channel_contacts (id),
      joined_at timestamptz(3) NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, channel_contact_id)
    );
    CREATE INDEX conversation_participants_contact ON conversation_participants (channel_contact_id);
    CREATE TABLE conversation_reads (
      conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      last_read_message_id bigint,
      read_inbound_count integer NOT NULL DEFAULT 0,
      read_at timestamptz(3) NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, user_id)
    );
    CREATE INDEX conversation_reads_user ON conversation_reads (user_id);
  `,
  down: `
    DROP TABLE conversation_reads; DROP TABLE conversation_participants;
    DROP TABLE conversations; DROP FUNCTION conversation_counted(); DROP TABLE conversation_counts; DROP TABLE sla_policies;
  `,
};
