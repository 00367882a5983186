import type { Migration } from '../src/db/migration.ts';

export const followWatermarks: Migration = {
  name: '20261121-09-follow-watermarks',
  up: `
    -- How far this person has got and read what we sent, where the platform says it so.
    ALTER TABLE channel_contacts
      ADD COLUMN delivered_up_to timestamptz(3),
      ADD COLUMN read_up_to timestamptz(3);
    -- 'echo': a message that may be our own, while one of ours is on its way: looked at again a little later.
    ALTER TABLE held_facts DROP CONSTRAINT held_facts_reason_check,
      ADD CONSTRAINT held_facts_reason_check CHECK (reason IN ('target','failed','echo'));
  `,
  down: `
    DELETE FROM held_facts WHERE reason = 'echo';
    ALTER TABLE held_facts DROP CONSTRAINT held_facts_reason_check,
      ADD CONSTRAINT held_facts_reason_check CHECK (reason IN ('target','failed'));
    ALTER TABLE channel_contacts DROP COLUMN delivered_up_to, DROP COLUMN read_up_to;
  `,
};
