import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Client } from 'pg';
import { findPlatformPackage, prepareBinaries } from '../../src/app/embedded-postgres/binaries.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresRole,
  startEmbeddedPostgres,
} from '../../src/app/embedded-postgres/index.ts';
import { runCommand } from '../../src/app/embedded-postgres/postgres-command.ts';
import { choosePostgresUser } from '../../src/app/embedded-postgres/unprivileged-user.ts';
import { SetupError } from '../../src/kit/errors.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../support/temporary-data-dir.ts';

const SCRIPT = fileURLToPath(new URL('../support/embedded-postgres-process.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
/** Only root runs Postgres as somebody else. */
const itAsRoot = (title: string, run: () => Promise<void>) =>
  isRoot ? it(title, run) : console.log(`  (for root only: ${title})`);
const quiet = { debug() {}, warn() {}, error() {} };

interface Holder {
  readonly child: ChildProcess;
  readonly url: string;
  readonly isOwner: boolean;
  readonly error?: string;
}

describe('embedded Postgres', function () {
  this.timeout(20_000);
  let folder: TemporaryDataDir;
  let opened: EmbeddedPostgres[] = [];
  let spawned: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await makeTemporaryDataDir();
  });

  afterEach(async () => {
    for (const postgres of opened) await postgres.stop();
    for (const child of spawned.filter(isRunning)) await end(child, 'SIGTERM');
    opened = [];
    spawned = [];
    const left = serversOf(folder.path);
    await folder.remove();
    expect(left, 'servers left running').to.deep.equal([]);
  });

  async function start(role: EmbeddedPostgresRole = 'all', connectionBudget = 20): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({
      dataDir: folder.path,
      connectionBudget,
      role,
      durability: 'none',
      log: quiet,
    });
    opened.push(postgres);
    return postgres;
  }

  async function spawnHolder(
    role: EmbeddedPostgresRole,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Holder> {
    const child = spawn(process.execPath, ['--import=tsx', SCRIPT, folder.path, role], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    spawned.push(child);
    const [line] = await once(createInterface(child.stdout), 'line');
    return { child, ...JSON.parse(line) };
  }

  it('makes a UTF-8 cluster whatever the locale of the shell, in a process group of its own', async () => {
    const { url } = await spawnHolder('all', {
      LANG: 'C',
      LC_ALL: 'C',
      LC_CTYPE: 'pl_PL.ISO8859-2',
      PGPORT: '1',
    });
    const [settings] = await query(
      url,
      `SELECT current_setting('server_encoding') AS encoding, datlocprovider AS provider, datlocale AS locale,
              upper('żółć') AS upper, current_setting('max_connections')::integer AS connections,
              current_setting('unix_socket_directories') AS sockets, current_setting('password_encryption') AS password
         FROM pg_database WHERE datname = 'postgres'`,
    );
    expect(settings).to.deep.equal({
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
      upper: 'ŻÓŁĆ',
      connections: 80,
      sockets: '',
      password: 'scram-sha-256',
    });
    expect((await stat(join(folder.path, 'postgres-password'))).mode & 0o777).to.equal(0o600);
    const { pid } = await record();
    const group = Number(execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }));
    expect(group).to.equal(pid);
    const withoutPassword = new URL(url);
    withoutPassword.password = 'guess';
    await rejects(query(withoutPassword.href, 'SELECT 1'), /password authentication failed/);
  });

  it('finds its data again on the same port, and on another one when that is taken', async () => {
    const first = await start();
    await query(first.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(serversOf(folder.path)).to.deep.equal([]);
    expect((await record()).pid).to.equal(null);

    const second = await start();
    expect(second.isOwner).to.equal(true);
    expect(second.superuserUrl).to.equal(first.superuserUrl);
    await second.stop();

    const squatter = createServer().listen(Number(new URL(first.superuserUrl).port), '127.0.0.1');
    await once(squatter, 'listening');
    const third = await start();
    squatter.close();
    expect(new URL(third.superuserUrl).port).not.to.equal(new URL(first.superuserUrl).port);
    expect(await query(third.superuserUrl, 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
  });

  it('adopts the server of a killed owner, also when its lock file was left behind', async () => {
    const owner = await spawnHolder('all');
    const { pid } = await record();
    const stale = { pid: process.pid, startedAt: 'another time', token: 'of a process that had our pid' };
    await writeFile(join(folder.path, 'instance.lock'), JSON.stringify(stale));
    await end(owner.child, 'SIGKILL');
    const adopted = await start();
    expect(adopted.isOwner).to.equal(false);
    expect(adopted.superuserUrl).to.equal(owner.url);
    expect((await record()).pid).to.equal(pid);
    expect(await query(adopted.superuserUrl, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    await adopted.stop();
    expect(serversOf(folder.path)).to.deep.equal([]);
  });

  it('gives an adopted server more connections when nobody else uses it', async () => {
    const owner = await spawnHolder('all');
    await end(owner.child, 'SIGKILL');
    const bigger = await start('all', 90);
    const [row] = await query(bigger.superuserUrl, `SELECT current_setting('max_connections') AS count`);
    expect(row).to.deep.equal({ count: '150' });
  });

  it('starts a killed server again on the same port with its data', async () => {
    const postgres = await start();
    const second = await spawnHolder('worker');
    await query(postgres.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const killed = (await record()).pid ?? 0;
    process.kill(killed, 'SIGKILL');
    expect(await queryPatiently(postgres.superuserUrl, 'SELECT answer FROM kept')).to.deep.equal([
      { answer: 42 },
    ]);
    expect(second.url).to.equal(postgres.superuserUrl);
    expect(serversOf(folder.path)).to.have.length(1).and.not.include(killed);
    // Both watch it; once both are back, the first to leave must not stop it.
    await eventually(async () => (await members(postgres.superuserUrl)).length === 2);
    await postgres.stop();
    expect(await query(second.url, 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
  });

  it('is not fooled by a process that got the former pid', async () => {
    const first = await start();
    await query(first.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pidFile = join(await realpath(join(folder.path, 'postgres')), 'cluster', 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    const { uid, gid } = await stat(pidFile);
    const crashed = (await record()).pid ?? 0;
    await first.stop();
    // Of the same user as the server: Postgres itself would take it for a living one.
    const stranger = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    spawned.push(stranger);
    lines[0] = String(stranger.pid);
    await writeFile(pidFile, lines.join('\n'));
    await chmod(pidFile, 0o600);
    if (isRoot) execFileSync('chown', [`${uid}:${gid}`, pidFile]);
    const second = await start();
    expect(second.isOwner).to.equal(true);
    expect((await record()).pid).not.to.equal(crashed);
    expect(await query(second.superuserUrl, 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
    expect(isRunning(stranger)).to.equal(true);
  });

  it('lets others join, refuses a second "all", and is stopped by the last to leave', async () => {
    const all = await spawnHolder('all');
    const [refused, web] = await Promise.all([spawnHolder('all'), spawnHolder('web')]);
    expect(refused.error).to.equal(
      `Another Concierge is already running on ${folder.path} (pid ${all.child.pid}). ` +
        'Stop it, or start this one with another DATA_DIR.',
    );
    expect(web).to.include({ url: all.url, isOwner: false });
    await end(all.child, 'SIGTERM');
    const next = await start('all');
    await next.stop();
    expect(await query(web.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    await end(web.child, 'SIGTERM');
    expect(serversOf(folder.path)).to.deep.equal([]);
  });

  it('is started once by many at the same time, over a first start that was cut off', async () => {
    const orphan = join(folder.path, 'postgres', 'draft-of-a-killed-start');
    await mkdir(orphan, { recursive: true });
    const several = await Promise.all(Array.from({ length: 4 }, () => start('command')));
    expect(several.filter(postgres => postgres.isOwner)).to.have.length(1);
    expect(new Set(several.map(postgres => postgres.superuserUrl)).size).to.equal(1);
    expect(serversOf(folder.path)).to.have.length(1);
    await rejects(stat(orphan), /ENOENT/);
  });

  itAsRoot('puts the cluster where its user can reach it and leaves a closed folder closed', async () => {
    await chmod(folder.path, 0o700);
    const first = await start();
    await query(first.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect((await stat(folder.path)).mode & 0o777).to.equal(0o700);
    const place = await realpath(join(folder.path, 'postgres'));
    expect(place).to.match(/^\/var\/lib\/concierge\//);
    expect((await stat(place)).mode & 0o777).to.equal(0o700);
    const second = await start();
    expect(await query(second.superuserUrl, 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
  });

  itAsRoot('moves a cluster whose folder was closed after its first start', async () => {
    const first = await start();
    await query(first.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await chmod(folder.path, 0o700);
    const second = await start();
    expect(await realpath(join(folder.path, 'postgres'))).to.match(/^\/var\/lib\/concierge\//);
    expect(await query(second.superuserUrl, 'SELECT answer FROM kept')).to.deep.equal([{ answer: 42 }]);
    expect((await stat(folder.path)).mode & 0o777).to.equal(0o700);
  });

  it('runs a mended copy of binaries that are out of reach and lack their links', async () => {
    const user = await choosePostgresUser(join(folder.path, 'postgres', 'cluster'));
    const whole = await findPlatformPackage();
    const closed = join(folder.path, 'closed');
    await mkdir(closed, { mode: 0o700 });
    execFileSync('cp', ['-R', whole.native, join(closed, 'native')]);
    execFileSync('find', [join(closed, 'native'), '-type', 'l', '-delete']);
    await chmod(join(closed, 'native', 'bin', 'postgres'), 0o644);
    const copies = join(folder.path, 'copies');
    await mkdir(copies);
    const source = { native: join(closed, 'native'), label: 'incomplete' };
    const binaries = await prepareBinaries(source, user, async () => copies);
    expect(binaries.postgres.startsWith(copies)).to.equal(true);
    expect((await runCommand(binaries.initdb, ['--version'], user)).output).to.match(
      /initdb \(PostgreSQL\) \d+/,
    );
    expect((await stat(closed)).mode & 0o777).to.equal(0o700);
  });

  it('says in one line what to do', async () => {
    const file = join(tmpdir(), `concierge-file-${process.pid}`);
    await writeFile(file, '');
    const inFile = startEmbeddedPostgres({ dataDir: join(file, 'data'), connectionBudget: 20, log: quiet });
    await refuses(inFile, /^Cannot write to the data folder .* \(ENOTDIR\)\. .* set DATA_DIR/);
    await rm(file);

    const first = await start();
    await first.stop();
    const cluster = join(await realpath(join(folder.path, 'postgres')), 'cluster');
    await appendFile(join(cluster, 'pg_hba.conf'), 'nonsense\n');
    await refuses(start(), /^The embedded Postgres did not start: .*pg_hba\.conf.*postgres\.log\.$/);
    await writeFile(join(cluster, 'PG_VERSION'), '15\n');
    await refuses(start(), /was made by Postgres 15 and this release brings 1\d/);
    await rm(join(cluster, 'PG_VERSION'));
    await refuses(start(), /is not a whole Postgres data folder\. Restore it/);
  });

  async function record(): Promise<{ pid: number | null; port: number }> {
    return JSON.parse(await readFile(join(folder.path, 'postgres.json'), 'utf8'));
  }
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function queryPatiently(url: string, sql: string): Promise<Record<string, unknown>[]> {
  let rows: Record<string, unknown>[] = [];
  await eventually(async () => {
    rows = await query(url, sql);
    return true;
  });
  return rows;
}

/** Until another process has got so far: there is no event of it here to await. */
async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      if (await condition()) return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error('It did not come about in time');
    await delay(20);
  }
}

function members(url: string): Promise<Record<string, unknown>[]> {
  return query(url, `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 2 AND granted`);
}

async function rejects(promise: Promise<unknown>, expected: RegExp): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(Error);
    expect((error as Error).message).to.match(expected);
    return error as Error;
  }
  throw new Error('It was expected to fail');
}

async function refuses(promise: Promise<unknown>, expected: RegExp): Promise<void> {
  const error = await rejects(promise, expected);
  expect(error).to.be.instanceOf(SetupError);
  expect(error.message).not.to.include('\n');
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Pids of the servers of this data folder, wherever their cluster was put. */
function serversOf(dataDir: string): number[] {
  const place = execFileSync('sh', ['-c', 'readlink -f "$0/postgres" || echo "$0"', dataDir], {
    encoding: 'utf8',
  });
  const listing = execFileSync('ps', ['-ww', '-eo', 'pid=,stat=,args='], { encoding: 'utf8' });
  return listing
    .split('\n')
    .filter(line => line.includes(`-D ${place.trim()}/`) && !/^\s*\d+\s+Z/.test(line))
    .map(line => Number.parseInt(line, 10));
}
