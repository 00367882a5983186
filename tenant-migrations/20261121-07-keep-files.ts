import type { Migration } from '../src/db/migration.ts';

export const keepFiles: Migration = {
  name: '20261121-07-keep-files',
  up: `
    -- The bytes of a file come after its row: 'waiting' until they are fetched, 'stored' with url and thumbnail_url as
    -- their keys in the store, 'unavailable' when they will never come. A file that an agent has uploaded is stored
    -- first, and belongs to no message until one is sent with it.
    ALTER TABLE message_attachments
      ALTER COLUMN message_id DROP NOT NULL,
      ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid(),
      ADD COLUMN state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','stored','unavailable')),
      ADD COLUMN error text,
      ADD COLUMN is_voice boolean NOT NULL DEFAULT false,
      ADD COLUMN attempts integer NOT NULL DEFAULT 0,
      ADD COLUMN next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
      ADD COLUMN claimed_until timestamptz(3),
      ADD COLUMN uploaded_by bigint REFERENCES users (id),
      ADD COLUMN position integer NOT NULL DEFAULT 0,
      ADD CONSTRAINT message_attachments_stored CHECK (state <> 'stored' OR url IS NOT NULL),
      ADD CONSTRAINT message_attachments_owner CHECK (message_id IS NOT NULL OR state = 'stored');
    CREATE INDEX message_attachments_waiting ON message_attachments (next_attempt_at) WHERE state = 'waiting';
    CREATE INDEX message_attachments_loose ON message_attachments (created_at) WHERE message_id IS NULL;
    CREATE INDEX message_attachments_uploaded_by ON message_attachments (uploaded_by) WHERE uploaded_by IS NOT NULL;
    -- Files whose rows are gone (a message was deleted): removed from the store, then from here.
    CREATE TABLE media_removals (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      store_key text NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE FUNCTION remove_media() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO media_removals (store_key)
      SELECT key FROM unnest(ARRAY[old.url, old.thumbnail_url]) AS key WHERE key IS NOT NULL;
      RETURN NULL;
    END $$;
    CREATE TRIGGER message_attachments_remove_media AFTER DELETE ON message_attachments
      FOR EACH ROW EXECUTE FUNCTION remove_media();
  `,
  down: `
    DROP TRIGGER message_attachments_remove_media ON message_attachments;
    DROP FUNCTION remove_media();
    DROP TABLE media_removals;
    DROP INDEX message_attachments_loose;
    DELETE FROM message_attachments WHERE message_id IS NULL;
    ALTER TABLE message_attachments
      ALTER COLUMN message_id SET NOT NULL,
      DROP COLUMN public_id, DROP COLUMN state, DROP COLUMN error, DROP COLUMN is_voice, DROP COLUMN attempts,
      DROP COLUMN next_attempt_at, DROP COLUMN claimed_until, DROP COLUMN uploaded_by,
      DROP COLUMN position;
  `,
};
