import type { Migration } from '../src/db/migration.ts';

export const createChannelsAndCustomers: Migration = {
  name: '20261121-02-create-channels-and-customers',
  up: `
    CREATE TABLE channels (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      platform text NOT NULL CHECK (platform IN ('widget','whatsapp','whatsapp_web','facebook','instagram','telegram',
        'email','sms','crisp','tidio','api')),
      name text NOT NULL,
      external_account_id text,
      settings jsonb NOT NULL DEFAULT '{}',
      -- The secret settings, sealed with the tenant's data key.
      sealed_credentials text NOT NULL,
      webhook_token text NOT NULL UNIQUE,
      health text NOT NULL DEFAULT 'unknown' CHECK (health IN ('ok','warning','reauthorise','stopped','unknown')),
      health_message text,
      -- Nothing is sent on this channel before this time: the platform asked us to wait.
      paused_until timestamptz(3),
      last_inbound_at timestamptz(3),
      last_outbound_at timestamptz(3),
      is_active boolean NOT NULL DEFAULT true,
      removed_at timestamptz(3),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX channels_account ON channels (platform, external_account_id) WHERE removed_at IS NULL;
    CREATE TABLE channel_health_events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      channel_id bigint NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
      external_id text,
      severity text NOT NULL CHECK (severity IN ('info','warning','stop')),
      topic text NOT NULL,
      message text NOT NULL,
      details jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX channel_health_events_once ON channel_health_events (channel_id, external_id);
    CREATE TABLE customers (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      public_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
      name text NOT NULL,
      email citext,
      phone text,
      avatar text,
      locale text,
      timezone text,
      custom_attributes jsonb NOT NULL DEFAULT '{}',
      is_blocked boolean NOT NULL DEFAULT false,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX customers_newest ON customers (created_at DESC, id DESC);
    CREATE INDEX customers_search ON customers USING gin
      ((name || ' ' || coalesce(email::text, '') || ' ' || coalesce(phone, '')) gin_trgm_ops);
    -- One person on one channel. The conversation's owner, and what concurrent first messages lock on.
    CREATE TABLE channel_contacts (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      channel_id bigint NOT NULL REFERENCES channels (id),
      customer_id bigint NOT NULL REFERENCES customers (id),
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX channel_contacts_channel ON channel_contacts (channel_id);
    CREATE INDEX channel_contacts_customer ON channel_contacts (customer_id);
    CREATE TABLE customer_identities (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      channel_contact_id bigint NOT NULL REFERENCES channel_contacts (id) ON DELETE CASCADE,
      channel_id bigint NOT NULL REFERENCES channels (id),
      kind text NOT NULL,
      value text NOT NULL,
      is_verified boolean NOT NULL DEFAULT true,
      profile jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      UNIQUE (channel_id, kind, value)
    );
    CREATE INDEX customer_identities_contact ON customer_identities (channel_contact_id);
  `,
  down: `
    DROP TABLE customer_identities; DROP TABLE channel_contacts; DROP TABLE customers;
    DROP TABLE channel_health_events; DROP TABLE channels;
  `,
};
