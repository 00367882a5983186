import type { Migration } from '../src/db/migration.ts';

export const createTenants: Migration = {
  name: '20261121-01-create-tenants',
  up: `
    CREATE TABLE landlord_state (
      key text PRIMARY KEY,
      value text NOT NULL
    );
    CREATE TABLE database_servers (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      name text NOT NULL UNIQUE,
      host text NOT NULL,
      port integer NOT NULL,
      admin_user text NOT NULL,
      sealed_admin_password text NOT NULL,
      max_tenants integer,
      is_default boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX database_servers_one_default ON database_servers (is_default) WHERE is_default;
    CREATE TABLE plans (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      name text NOT NULL UNIQUE,
      limits jsonb NOT NULL DEFAULT '{}',
      features jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE tenants (
      id uuid PRIMARY KEY,
      slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'),
      name text NOT NULL,
      status text NOT NULL CHECK (status IN ('provisioning','active','suspended','migrating','archived','deleting')),
      plan_id uuid REFERENCES plans (id),
      subscription_status text NOT NULL DEFAULT 'trial'
        CHECK (subscription_status IN ('trial','active','past_due','suspended','cancelled')),
      trial_ends_at timestamptz,
      contact_name text,
      contact_email text,
      domain text,
      timezone text NOT NULL DEFAULT 'UTC',
      locale text NOT NULL DEFAULT 'en',
      server_id uuid NOT NULL REFERENCES database_servers (id),
      database_name text NOT NULL CHECK (database_name ~ '^t_[0-9a-f]{32}$'),
      database_role text NOT NULL CHECK (database_role ~ '^t_[0-9a-f]{32}$'),
      sealed_data_key text NOT NULL,
      sealed_password text NOT NULL,
      connection_version integer NOT NULL DEFAULT 1,
      schema_version text,
      migration_state text NOT NULL DEFAULT 'idle' CHECK (migration_state IN ('idle','running','failed')),
      migration_error text,
      settings jsonb NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (server_id, database_name)
    );
    CREATE INDEX tenants_plan ON tenants (plan_id) WHERE plan_id IS NOT NULL;
    CREATE TABLE tenant_domains (
      domain text PRIMARY KEY CHECK (domain = lower(domain)),
      tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX tenant_domains_tenant ON tenant_domains (tenant_id);
    CREATE TABLE tenant_operations (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      tenant_id uuid NOT NULL,
      slug text NOT NULL,
      kind text NOT NULL,
      state text NOT NULL CHECK (state IN ('running','done','failed')),
      step text,
      progress jsonb NOT NULL DEFAULT '{}',
      error text,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX tenant_operations_tenant ON tenant_operations (tenant_id, created_at);
    CREATE TABLE audit_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT now(),
      actor text NOT NULL,
      action text NOT NULL,
      tenant_id uuid,
      details jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX audit_log_tenant ON audit_log (tenant_id, id);
  `,
  down: `
    DROP TABLE audit_log; DROP TABLE tenant_operations; DROP TABLE tenant_domains; DROP TABLE tenants;
    DROP TABLE plans; DROP TABLE database_servers; DROP TABLE landlord_state;
  `,
};
