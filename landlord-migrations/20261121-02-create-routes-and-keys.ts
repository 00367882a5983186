import type { Migration } from '../src/db/migration.ts';

export const createRoutesAndKeys: Migration = {
  name: '20261121-02-create-routes-and-keys',
  up: `
    CREATE TABLE channel_routes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
      channel_id bigint NOT NULL,
      platform text NOT NULL,
      -- The platform's id of the account: one account speaks to one channel of one tenant only.
      external_account_id text,
      -- The last part of /webhooks/:platform/:token; for a widget channel its public key.
      token text NOT NULL UNIQUE,
      -- Signing secrets and verify token, sealed with the tenant's data key.
      sealed_credentials text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (platform, external_account_id),
      UNIQUE (tenant_id, channel_id)
    );
    CREATE TABLE api_keys (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
      key_hash text NOT NULL UNIQUE,
      prefix text NOT NULL,
      name text NOT NULL,
      permissions text[] NOT NULL,
      expires_at timestamptz,
      last_used_at timestamptz,
      is_active boolean NOT NULL DEFAULT true,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX api_keys_tenant ON api_keys (tenant_id, created_at);
    -- Deliveries of tenants whose database was not at hand, sealed with the tenant's data key until they are drained.
    CREATE TABLE delivery_spill (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant_id uuid NOT NULL,
      channel_id bigint NOT NULL,
      delivery_key text NOT NULL,
      sealed text NOT NULL,
      received_at timestamptz NOT NULL
    );
    CREATE INDEX delivery_spill_tenant ON delivery_spill (tenant_id, id);
  `,
  down: 'DROP TABLE delivery_spill; DROP TABLE api_keys; DROP TABLE channel_routes;',
};
