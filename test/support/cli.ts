import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { TestLandlord } from './cluster.ts';
import { noProviders } from './no-providers.ts';
import { PROGRAM } from './program.ts';

export type Variables = Readonly<Record<string, string>>;
export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing of the tester's own shell but what a program needs to run at all. */
export function spawnCli(parameters: readonly string[], variables: Variables): ChildProcess {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return spawn(process.execPath, [...PROGRAM, ...parameters], {
    env: { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export async function resultOf(child: ChildProcess, input = ''): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr?.on('data', chunk => {
    stderr += chunk;
  });
  child.stdin?.on('error', () => undefined).end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

export function runCli(parameters: readonly string[], variables: Variables, input = ''): Promise<CliResult> {
  return resultOf(spawnCli(parameters, variables), input);
}

/** The one JSON document on stdout of a command that did all it should. */
export async function jsonOf<Shape>(
  parameters: readonly string[],
  variables: Variables,
  input = '',
): Promise<Shape> {
  const { code, stdout, stderr } = await runCli([...parameters, '--json'], variables, input);
  expect(code, `${parameters.join(' ')}: ${stderr}`).to.equal(0);
  expect(stderr, 'stderr').to.equal('');
  return JSON.parse(stdout) as Shape;
}

/** The one line on stderr of a command that was refused: nothing on stdout, exit code 1. */
export async function refusalOf(
  parameters: readonly string[],
  variables: Variables,
  input = '',
): Promise<string> {
  const { code, stdout, stderr } = await runCli(parameters, variables, input);
  expect({ code, stdout }, `${parameters.join(' ')}: ${stderr}`).to.deep.equal({ code: 1, stdout: '' });
  expect(stderr, 'one line').to.match(/^[^\n]+\n$/);
  return stderr.trim();
}

export interface StartedCli {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Null for a worker. */
  readonly url: string | null;
  /** What it ends with after the signal. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `concierge start --json`, ready. */
export async function startCli(parameters: readonly string[], variables: Variables): Promise<StartedCli> {
  const child = spawnCli(['start', ...parameters, '--json'], variables);
  const errors: string[] = [];
  child.stderr?.on('data', chunk => errors.push(String(chunk)));
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  let document = '';
  const ready = await new Promise<{ pid: number; url: string | null }>((resolve, reject) => {
    void ended.then(code => reject(new Error(`start ended with ${code}: ${errors.join('')}`)));
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', line => {
        document += line;
        if (line === '}') resolve(JSON.parse(document));
      });
  });
  return {
    ...ready,
    child,
    stop: signal => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal ?? 'SIGTERM');
      return ended;
    },
  };
}

/** A Postgres of the operator's own, as the commands and the product are told of it. */
export function landlordVariables({ target, masterKey }: TestLandlord): Variables {
  const { user, password, host, port, database } = target;
  return {
    LANDLORD_DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${database}`,
    MASTER_KEY: masterKey.toString('base64'),
    TENANT_CONNECTION_BUDGET: '10',
    ...noProviders,
  };
}

export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return String(port);
}

/** One call of the product's HTTP API. */
export async function callApi<Body = unknown>(
  url: string,
  method: string,
  path: string,
  options: { readonly token?: string; readonly body?: unknown } = {},
): Promise<{ status: number; body: Body }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(options.token && { authorization: `Bearer ${options.token}` }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as Body };
}
