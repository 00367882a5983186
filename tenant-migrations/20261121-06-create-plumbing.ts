import type { Migration } from '../src/db/migration.ts';

export const createPlumbing: Migration = {
  name: '20261121-06-create-plumbing',
  up: `
    -- What arrived, as it arrived. A row is here before the sender hears 200.
    CREATE TABLE inbound_deliveries (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      channel_id bigint NOT NULL REFERENCES channels (id),
      -- The same for every retry of the sender.
      delivery_key text NOT NULL UNIQUE,
      body bytea NOT NULL,
      -- The hash of the whole body as it was signed; of a batch for several tenants only our part is stored.
      body_sha256 text NOT NULL,
      headers jsonb NOT NULL DEFAULT '{}',
      state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','done','parked')),
      error text,
      received_at timestamptz(3) NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    ) WITH (fillfactor = 90);
    -- Compressing a large body would cost more than all else of its row, and it is kept for a while only.
    ALTER TABLE inbound_deliveries ALTER COLUMN body SET STORAGE EXTERNAL;
    CREATE INDEX inbound_deliveries_pending ON inbound_deliveries (id) WHERE state = 'pending';
    CREATE INDEX inbound_deliveries_parked ON inbound_deliveries (id) WHERE state = 'parked';
    CREATE INDEX inbound_deliveries_channel ON inbound_deliveries (channel_id, id);
    -- Facts that could not be applied yet: their target has not come ('target'), or applying them failed ('failed').
    CREATE TABLE held_facts (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      delivery_id bigint NOT NULL REFERENCES inbound_deliveries (id) ON DELETE CASCADE,
      fact_index integer NOT NULL,
      channel_id bigint NOT NULL REFERENCES channels (id),
      reason text NOT NULL CHECK (reason IN ('target','failed')),
      target_external_id text,
      state text NOT NULL DEFAULT 'held' CHECK (state IN ('held','parked')),
      attempts integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
      expires_at timestamptz(3),
      error text,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      UNIQUE (delivery_id, fact_index)
    );
    CREATE INDEX held_facts_channel ON held_facts (channel_id);
    CREATE INDEX held_facts_target ON held_facts (target_external_id) WHERE state = 'held' AND reason = 'target';
    CREATE INDEX held_facts_due ON held_facts (next_attempt_at) WHERE state = 'held';

    -- One row. Whoever writes events takes its lock last, just before the commit: numbers are committed in order
    -- and without gaps, so that no reader can pass one over.
    CREATE TABLE outbox_counter (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      seq bigint NOT NULL
    );
    INSERT INTO outbox_counter (seq) VALUES (0);
    CREATE TABLE outbox_events (
      seq bigint PRIMARY KEY,
      type text NOT NULL,
      -- 'conversation:12': what the event is about.
      aggregate text NOT NULL,
      -- Text that is checked, not jsonb: it is written once and read whole, and nobody asks what is in it.
      payload json NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
    );
    CREATE TABLE audit_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz(3) NOT NULL DEFAULT now(),
      user_id bigint REFERENCES users (id),
      actor text NOT NULL,
      action text NOT NULL,
      target text,
      details jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX audit_log_user ON audit_log (user_id, id);
  `,
  down: `
    DROP TABLE audit_log; DROP TABLE outbox_events; DROP TABLE outbox_counter; DROP TABLE held_facts;
    DROP TABLE inbound_deliveries;
  `,
};
