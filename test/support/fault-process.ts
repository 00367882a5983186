import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../src/app/start-server.ts';
import { PROGRAM } from './program.ts';
import { until } from './until.ts';

const START_PATIENCE_MS = 90_000;

export interface FaultProcessOptions {
  readonly role: Role;
  readonly dataDir: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** `concierge start` as an operator starts it, in a process of its own that may be killed and started again. */
export class FaultProcess {
  readonly role: Role;
  /** Ends that nobody asked for. */
  readonly crashes: string[] = [];
  readonly #options: FaultProcessOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<number | NodeJS.Signals> = Promise.resolve(0);
  #isEndWanted = false;
  #starts = 0;

  constructor(options: FaultProcessOptions) {
    this.#options = options;
    this.role = options.role;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get #logFile(): string {
    return join(this.#options.dataDir, `${this.role}-${this.#starts}.log`);
  }

  /** Everything that this process has written, over all its starts. */
  get log(): string {
    return Array.from({ length: this.#starts }, (_, index) =>
      readFileSync(join(this.#options.dataDir, `${this.role}-${index + 1}.log`), 'utf8'),
    ).join('');
  }

  /** Resolves when it says that it is ready. */
  async start(): Promise<void> {
    const { role, dataDir, variables } = this.#options;
    this.#starts++;
    this.#isEndWanted = false;
    const log = openSync(this.#logFile, 'a');
    const child = spawn(process.execPath, [...PROGRAM, 'start', '--role', role], {
      env: { PATH: process.env.PATH, HOME: dataDir, ...variables, DATA_DIR: dataDir },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise(resolve =>
      child.once('exit', (code, signal) => {
        if (!this.#isEndWanted)
          this.crashes.push(`${role} ended by itself with ${code ?? signal}:\n${this.#tail()}`);
        resolve(code ?? signal ?? 0);
      }),
    );
    await until(
      `the ${role} is ready`,
      () => {
        if (!this.isRunning && !this.#isEndWanted)
          throw new Error(`The ${role} did not start:\n${this.#tail()}`);
        return this.#isEndWanted || readFileSync(this.#logFile, 'utf8').includes(' is ready after ');
      },
      START_PATIENCE_MS,
    );
  }

  /** As a machine that loses its power: at once, without a word. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** In order. Resolves with what it exits with: 0 when all is well. */
  stop(): Promise<number | NodeJS.Signals> {
    return this.#end('SIGTERM');
  }

  #end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#isEndWanted = true;
    if (this.isRunning) this.#child?.kill(signal);
    return this.#ended;
  }

  #tail(): string {
    return readFileSync(this.#logFile, 'utf8').split('\n').slice(-25).join('\n');
  }
}
