import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  freePort,
  jsonOf,
  refusalOf,
  resultOf,
  runCli,
  spawnCli,
  startCli,
  type Variables,
} from '../support/cli.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../support/temporary-data-dir.ts';
import { until } from '../support/until.ts';

/** The product on its embedded Postgres, one DATA_DIR for all of these. */
describe('start', function () {
  this.timeout(90_000);
  let folder: TemporaryDataDir;
  let variables: Variables;

  before(async () => {
    folder = await makeTemporaryDataDir();
    variables = { DATA_DIR: folder.path, PORT: await freePort(), TENANT_CONNECTION_BUDGET: '20' };
  });
  after(() => folder.remove());

  function postgresPid(): number | null {
    const path = join(folder.path, 'postgres.json');
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { pid: number | null }).pid : null;
  }
  function isAlive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  it('serves with no settings, shares its database with commands, and ends on Ctrl-C with all it started', async () => {
    const product = await startCli([], variables);
    const pid = postgresPid() ?? 0;
    expect(isAlive(pid)).to.equal(true);
    expect(product.url).to.equal(`http://127.0.0.1:${variables.PORT}`);
    const [list, second, simulated] = await Promise.all([
      jsonOf<{ tenants: { slug: string }[] }>(['tenant', 'list'], variables),
      refusalOf(['start'], { ...variables, PORT: '0' }),
      jsonOf<object>(
        ['simulate', 'whatsapp', '--tenant', 'demo', '--messages', '5', '--rate', '100'],
        variables,
      ),
    ]);
    expect(list.tenants.map(tenant => tenant.slug)).to.deep.equal(['demo']);
    expect(second).to.match(/^Another Concierge is already running on .+ \(pid \d+\)/);
    expect(simulated).to.include({ messages: 5, acknowledgedMessages: 5 });
    expect(isAlive(pid), 'a command leaves the database running').to.equal(true);

    expect(await product.stop('SIGINT')).to.equal(0);
    expect(isAlive(pid)).to.equal(false);
    expect(isAlive(product.pid)).to.equal(false);
  });

  it('a command starts the database for itself and stops it again', async () => {
    const { code, stdout } = await runCli(['tenant', 'show', 'demo'], variables);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^Deliveries +0 pending, 0 parked$/m);
    expect(postgresPid()).to.equal(null);
  });

  it('Ctrl-C in the doctor, and a terminal that is closed, leave no database behind', async () => {
    for (const [parameters, signal] of [
      [['doctor'], 'SIGINT'],
      [['tenant', 'show', 'demo'], 'SIGHUP'],
      [['start'], 'SIGHUP'],
    ] as const) {
      const child = spawnCli(parameters, variables);
      const ended = resultOf(child);
      await until('its database is there', () => postgresPid() !== null, 30_000);
      const pid = postgresPid() ?? 0;
      child.kill(signal);
      expect((await ended).code, parameters.join(' ')).to.equal(parameters[0] === 'start' ? 0 : 130);
      expect(isAlive(pid), parameters.join(' ')).to.equal(false);
      expect(postgresPid()).to.equal(null);
    }
  });

  it('a reader that stops early leaves no database behind', async () => {
    const child = spawnCli(['tenant', 'list'], variables);
    child.stdout?.destroy();
    const ended = new Promise(resolve => child.once('exit', resolve));
    await until('its database is there', () => postgresPid() !== null, 30_000);
    await ended;
    expect(postgresPid()).to.equal(null);
  });

  it('Ctrl-C during the start ends it in order, also when npm passes it on once more', async () => {
    const child = spawnCli(['start'], variables);
    const ended = resultOf(child);
    await until('its database is there', () => postgresPid() !== null, 30_000);
    const pid = postgresPid() ?? 0;
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).to.equal(0);
    expect(stdout).to.include('stopping').and.not.to.include('is ready');
    expect(isAlive(pid)).to.equal(false);
  });
});
