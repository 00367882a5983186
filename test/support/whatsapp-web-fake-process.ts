import { spawn } from 'node:child_process';
import { runSession } from '../../src/platforms/whatsapp_web/run-session.ts';
import { FakeWebClient, fakeMessage } from './whatsapp-web-fake-client.ts';
import { fastTiming } from './whatsapp-web-timing.ts';

/** A program that stands for the browser: the leader of a group of its own, that runs until it is ended. */
class FakeWithBrowser extends FakeWebClient {
  readonly #directory: string;
  readonly #steps: readonly string[];
  #browser: ReturnType<typeof spawn> | undefined;
  #tellBrowser: (pid: number) => void = () => undefined;

  constructor(directory: string, steps: readonly string[]) {
    super();
    this.#directory = directory;
    this.#steps = steps;
  }
  override onBrowser(listener: (pid: number) => void): void {
    this.#tellBrowser = listener;
  }
  override async initialize(): Promise<void> {
    this.#browser = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], {
      detached: true,
      stdio: 'ignore',
    });
    if (this.#browser.pid !== undefined) this.#tellBrowser(this.#browser.pid);
    for (const step of this.#steps) await this.#do(step);
  }
  override async close(): Promise<void> {
    this.#browser?.kill('SIGKILL');
    await super.close();
  }

  async #do(step: string): Promise<void> {
    const [what, value = ''] = step.split('=');
    if (what === 'profile') await this.writeProfile(this.#directory, value);
    else if (what === 'unless-known') {
      // A browser shows a code when it has no profile, or one that WhatsApp does not know.
      if (value !== (await readMark(this.#directory))) this.emit('qr', 'code-1');
      else this.ready();
    } else if (what === 'ready') this.ready();
    else if (what === 'messages')
      for (let number = 1; number <= Number(value); number++)
        this.emit('message_create', fakeMessage(`M${number}`));
    else if (what === 'logout') this.emit('disconnected', 'LOGOUT');
    else if (what === 'throw') setImmediate(() => Promise.reject(new Error('nobody catches this')));
    else if (what === 'crash') setImmediate(() => process.abort());
    else if (what === 'deaf') this.close = () => new Promise(() => undefined);
  }
}

async function readMark(directory: string): Promise<string> {
  const { readMark: read } = await import('./whatsapp-web-session.ts');
  return read(directory).catch(() => '');
}

runSession(({ directory, browser }) => new FakeWithBrowser(directory, browser.args), fastTiming);
