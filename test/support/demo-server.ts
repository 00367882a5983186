import { prepareDemo } from '../../src/app/demo/index.ts';
import { type RunningServer, startServer } from '../../src/app/start-server.ts';
import { loadConfig } from '../../src/config/config.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { startWorkers } from '../../workers/main.ts';
import { createLandlord } from './cluster.ts';
import { variablesOf } from './product.ts';
import { makeTemporaryDataDir } from './temporary-data-dir.ts';

export interface DemoServer extends RunningServer {
  readonly login: { readonly email: string; readonly password: string };
}

/** The product as it starts for a newcomer, in this process: the demo with its sample and the simulated WhatsApp. */
export async function startDemo(): Promise<DemoServer> {
  const landlord = await createLandlord();
  const folder = await makeTemporaryDataDir();
  const clean = async () => {
    await landlord.close();
    await folder.remove();
  };
  const config = loadConfig(variablesOf(landlord, { DATA_DIR: folder.path }));
  const said: string[] = [];
  try {
    const server = await startServer(
      config,
      'all',
      { startWorkers, prepare: context => prepareDemo(context, line => said.push(line)) },
      silentLogger,
    );
    const [, email = '', password = ''] = /Demo login: (\S+) \/ (\S+) /.exec(said.join('\n')) ?? [];
    return {
      ...server,
      login: { email, password },
      async close() {
        await server.close();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
