import type { Migration } from '../src/db/migration.ts';

export const createPeople: Migration = {
  name: '20261121-01-create-people',
  up: `
    CREATE EXTENSION IF NOT EXISTS citext;
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE TABLE roles (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      permissions text[] NOT NULL,
      is_built_in boolean NOT NULL DEFAULT false,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE TABLE users (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      email citext NOT NULL UNIQUE,
      name text NOT NULL,
      password_hash text NOT NULL,
      role_id bigint NOT NULL REFERENCES roles (id),
      avatar text,
      status text NOT NULL DEFAULT 'active' CHECK (status IN ('active','invited')),
      locale text,
      timezone text,
      last_active_at timestamptz(3),
      is_active boolean NOT NULL DEFAULT true,
      -- Raised to end every session at once: access tokens carry it.
      session_version integer NOT NULL DEFAULT 1,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX users_role ON users (role_id);
    CREATE INDEX users_name ON users (name, id);
    CREATE TABLE teams (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      updated_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE TABLE team_members (
      team_id bigint NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      PRIMARY KEY (team_id, user_id)
    );
    CREATE INDEX team_members_user ON team_members (user_id);
    CREATE TABLE refresh_tokens (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      -- All tokens that grew from one sign-in: one reused token ends them all.
      family_id uuid NOT NULL,
      token_hash text NOT NULL UNIQUE,
      expires_at timestamptz(3) NOT NULL,
      used_at timestamptz(3),
      revoked_at timestamptz(3),
      user_agent text,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);
    CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
  `,
  down: `
    DROP TABLE refresh_tokens; DROP TABLE team_members; DROP TABLE teams; DROP TABLE users; DROP TABLE roles;
    DROP EXTENSION pg_trgm; DROP EXTENSION citext;
  `,
};
