/**
 * A process of its own that holds an embedded Postgres: `<data folder> <role>`. It prints one line of JSON
 * when it has it (or could not get it) and lets go of it in order on SIGTERM.
 */
import { type EmbeddedPostgresRole, startEmbeddedPostgres } from '../../src/app/embedded-postgres/index.ts';
import { AppError } from '../../src/kit/errors.ts';

const [dataDir = '', role = 'all'] = process.argv.slice(2);
const quiet = { debug() {}, warn() {}, error() {} };

try {
  const postgres = await startEmbeddedPostgres({
    dataDir,
    connectionBudget: 20,
    role: role as EmbeddedPostgresRole,
    durability: 'none',
    log: quiet,
  });
  process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(0)));
  console.log(JSON.stringify({ url: postgres.superuserUrl, isOwner: postgres.isOwner }));
} catch (error) {
  const isExpected = error instanceof AppError;
  console.log(JSON.stringify({ error: isExpected ? error.message : String(error) }));
  process.exit(1);
}
