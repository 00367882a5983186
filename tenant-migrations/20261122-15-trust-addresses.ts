import type { Migration } from '../src/db/migration.ts';

export const trustAddresses: Migration = {
  name: '20261122-15-trust-addresses',
  up: `
    -- An operator has named the address of this channel's provider (the command line, the demo's simulator): it may lie in
    -- our own network. One that the tenant has named may not.
    ALTER TABLE channels ADD COLUMN trusts_api_url boolean NOT NULL DEFAULT false;
  `,
  down: 'ALTER TABLE channels DROP COLUMN trusts_api_url',
};
