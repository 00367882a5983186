import { startWorkers } from '../../../workers/main.ts';
import { prepareDemo } from '../../app/demo/index.ts';
import { type Role, startServer } from '../../app/start-server.ts';
import { loadConfig } from '../../config/config.ts';
import { createLogger } from '../../observability/logger.ts';
import { printJson, warn } from '../output.ts';
import { onStopSignal } from '../stop-signals.ts';

export interface StartOptions {
  readonly role: Role;
  readonly demo?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Runs until it is told to stop. The first Ctrl-C stops in order, also while the start is under way; a second one, a
 * moment later, at once.
 */
export async function start({ role, demo, json }: StartOptions): Promise<void> {
  const say = json ? warn : (line: string) => console.log(line);
  const config = loadConfig();
  const log = createLogger(config.logLevel);
  const hasDemo = role !== 'worker' && (demo ?? config.landlordDatabaseUrl === undefined);
  const startedAt = performance.now();
  let isStopping = false;
  const starting = startServer(
    config,
    role,
    { startWorkers, ...(hasDemo && { prepare: context => prepareDemo(context, say) }) },
    log,
  );
  const forget = onStopSignal(signal => {
    isStopping = true;
    say(`\n${signal}: stopping …`);
    starting
      .then(server => server.close())
      .then(
        () => {
          say('Stopped.');
          process.exit(0);
        },
        error => {
          warn(`It did not stop in order: ${error instanceof Error ? error.message : error}`);
          process.exit(1);
        },
      );
  });
  const server = await starting.catch(error => {
    forget();
    throw error;
  });
  if (isStopping) return;
  const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
  const url = role === 'worker' ? null : server.url;
  if (json) return printJson({ role, pid: process.pid, url, readyAfterSeconds: seconds });
  say(`Concierge (${role}) is ready after ${seconds.toFixed(1)} s`);
  if (url === null) return;
  say(`  Inbox      ${url}/`);
  say(`  API        ${url}/docs`);
}
