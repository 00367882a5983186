/**
 * Runs the tests: `npm test`, or `node scripts/test.mjs --only <suite, folder or file> …` for some of them.
 * Each suite that wants one has a throw-away Postgres of its own: one that has made and dropped some hundred databases is
 * slow to make the next.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTestBrowser } from './test-browser.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');
const SUITES = [
  { name: 'unit', folders: ['unit', 'contract'], jobs: 2, timeoutMs: 60_000, needsPostgres: false },
  { name: 'integration', folders: ['integration', 'migrations'], jobs: 2, timeoutMs: 60_000 },
  // The same queues, sockets and pipeline once more, with a Redis between them.
  {
    name: 'redis',
    folders: [],
    files: ['outbound', 'realtime', 'inbound-whatsapp', 'inbound-door', 'external'].map(
      name => `integration/${name}.test.ts`,
    ),
    jobs: 2,
    timeoutMs: 60_000,
    needs: 'TEST_REDIS_URL',
    variables: { PRODUCT_REDIS_URL: process.env.TEST_REDIS_URL },
  },
  // Mail once more, with the server that many mailboxes live on.
  {
    name: 'dovecot',
    folders: ['dovecot'],
    jobs: 1,
    timeoutMs: 60_000,
    needsPostgres: false,
    needs: 'TEST_DOVECOT',
  },
  { name: 'faults', folders: ['faults'], jobs: 1, timeoutMs: 180_000 },
  { name: 'browser', folders: ['browser'], jobs: 2, timeoutMs: 120_000, needsBrowser: true },
];
/** A suite that takes longer hangs. */
const SUITE_PATIENCE_MS = 20 * 60_000;
/** What still runs that long after the last test was left open by a test. */
const EXIT_PATIENCE_MS = 15_000;

const children = new Set();
let isInterrupted = false;

function start(args, options) {
  const child = spawn(process.execPath, ['--no-warnings', '--import=tsx', ...args], {
    cwd: ROOT,
    ...options,
  });
  children.add(child);
  child.ended = new Promise(end => child.once('exit', (code, signal) => end(code ?? signal)));
  child.ended.then(() => children.delete(child));
  return child;
}

/** The variables of this machine's own Postgres must not steer the tests' connections. */
function testEnvironment(postgresUrl, variables = {}) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PG[A-Z]/.test(name)));
  return { ...env, NODE_NO_WARNINGS: '1', TEST_POSTGRES_URL: postgresUrl, ...variables };
}

async function startPostgres() {
  const child = start([join(ROOT, 'test/support/postgres-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise((found, fail) => {
    lines.once('line', found);
    child.ended.then(outcome => fail(new Error(`The Postgres for the tests did not start (${outcome}).`)));
  });
  const stop = async () => {
    child.stdin.end();
    await child.ended;
  };
  return { url, stop };
}

/** Tests call commands as users do, of the program that was built; those in a browser want the app as well. */
function build({ withApp }) {
  const parts = withApp ? [] : ['--server-only'];
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), '--if-stale', ...parts], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The program could not be built.');
}

function filesOf(suite, only) {
  if (suite.files !== undefined)
    return only.length === 0 || only.includes(suite.name)
      ? suite.files.map(file => join(ROOT, 'test', file)).filter(file => existsSync(file))
      : [];
  const files = suite.folders
    .map(folder => join(ROOT, 'test', folder))
    .filter(folder => existsSync(folder))
    .flatMap(folder => readdirSync(folder, { recursive: true }).map(path => join(folder, path)))
    .filter(path => path.endsWith('.test.ts'))
    .sort();
  if (only.length === 0 || only.includes(suite.name)) return files;
  return files.filter(file => {
    const path = relative(join(ROOT, 'test'), file);
    return only.some(
      wanted => resolve(wanted) === file || path === wanted || path.startsWith(`${wanted}${sep}`),
    );
  });
}

const needsPostgres = suite => suite.needsPostgres !== false;

/** What a suite needs beside Node and npm, and this machine does not offer. */
const isWanting = suite => suite.needs !== undefined && !process.env[suite.needs];

async function runMocha(suite, files, postgresUrl, folder) {
  const browser = suite.needsBrowser ? { CHROMIUM_PATH: await findTestBrowser() } : {};
  const output = join(folder, `${suite.name}.json`);
  const parallel = suite.jobs > 1 && files.length > 1 ? ['--parallel', '--jobs', String(suite.jobs)] : [];
  const child = start(
    [
      MOCHA,
      '--no-config',
      '--no-package',
      '--forbid-only',
      '--forbid-pending',
      ...['--timeout', String(suite.timeoutMs)],
      ...['--reporter', join(ROOT, 'scripts/mocha-reporter.cjs')],
      ...['--reporter-option', `output=${output}`],
      ...parallel,
      ...files,
    ],
    { stdio: 'inherit', env: testEnvironment(postgresUrl, { ...suite.variables, ...browser }) },
  );
  const faults = [];
  const startedAt = Date.now();
  let finishedAt;
  const watch = setInterval(() => {
    finishedAt ??= existsSync(output) ? Date.now() : undefined;
    if (Date.now() - startedAt > SUITE_PATIENCE_MS) faults.push('did not come to an end');
    else if (finishedAt !== undefined && Date.now() - finishedAt > EXIT_PATIENCE_MS)
      faults.push('left something open that keeps the process alive');
    else return;
    clearInterval(watch);
    child.kill('SIGKILL');
  }, 1000);
  const outcome = await child.ended;
  clearInterval(watch);
  const isWhole = existsSync(output);
  const counts = isWhole ? JSON.parse(readFileSync(output, 'utf8')) : { passes: 0, failures: 0 };
  if (faults.length === 0 && (!isWhole || (outcome !== 0 && counts.failures === 0)))
    faults.push(`ended ${isWhole ? '' : 'in its midst '}with ${outcome}`);
  return { passed: counts.passes, failed: counts.failures + faults.length, faults };
}

/** Whatever hinders one suite, the others are run, and all of them counted. */
async function runSuite(suite, files, folder) {
  try {
    const postgres = needsPostgres(suite) ? await startPostgres() : undefined;
    if (isInterrupted) {
      await postgres?.stop();
      return { passed: 0, failed: 0, faults: [] };
    }
    return await runMocha(suite, files, postgres?.url ?? '', folder).finally(postgres?.stop);
  } catch (error) {
    console.error(error.message);
    return { passed: 0, failed: 1, faults: [error.message] };
  }
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } });
  const chosen = SUITES.map(suite => ({ suite, files: filesOf(suite, values.only) })).filter(
    ({ files }) => files.length > 0,
  );
  for (const { suite } of chosen.filter(({ suite }) => isWanting(suite)))
    console.log(`The ${suite.name} suite is not run here: ${suite.needs} is not set. .ci/run sets it.`);
  const folder = mkdtempSync(join(tmpdir(), 'concierge-test-run-'));
  const summary = [];
  let passed = 0;
  let failed = 0;
  try {
    if (chosen.some(({ suite }) => needsPostgres(suite)))
      build({ withApp: chosen.some(({ suite }) => suite.needsBrowser) });
    for (const { suite, files } of chosen.filter(({ suite }) => !isWanting(suite))) {
      if (isInterrupted) break;
      console.log(`\n${suite.name}: ${files.length} files`);
      const startedAt = Date.now();
      const result = await runSuite(suite, files, folder);
      passed += result.passed;
      failed += result.failed;
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      const faults = result.faults.map(fault => `, ${fault}`).join('');
      summary.push(`${suite.name}: ${result.passed} passed, ${result.failed} failed${faults}, ${seconds} s`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(['', ...summary].join('\n'));
  if (passed + failed === 0) console.log('No test ran.');
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = isInterrupted ? 130 : failed > 0 || passed === 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    isInterrupted = true;
    // The runner waits for its children: mocha ends now, Postgres when its stdin does.
    for (const child of children) if (child.stdin === null) child.kill('SIGTERM');
  });

await main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
