export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
export type { EmbeddedPostgresLog } from './ensure-server.ts';
export { findOrphans } from './placement.ts';
export type { Role as EmbeddedPostgresRole } from './presence.ts';
export type { Durability } from './server-settings.ts';
