import { Worker, type WorkerOptions } from 'node:worker_threads';
import { Unavailable, UnreadableDelivery } from '../adapter.ts';
import type { ReadMail } from './read-mail.ts';

/** What the other thread is asked: to read a stored mail, or to unpack one of its files. */
export interface MailTask {
  readonly body: ArrayBuffer;
  readonly unpack?: number;
}
export type MailAnswer = { readonly result: unknown } | { readonly unreadable: string };

export interface MailReaderOptions {
  /** The script of the thread. */
  readonly thread: URL;
  /** What one mail may take once the thread is warm; of a large one, see `bytesForAsMuchAgain`. */
  readonly limitMs: number;
}

/** A busy machine makes an honest mail slow: before it is given up it gets so many times the limit, once. */
const secondChance = 5;
/** A thread starts in well under a second; on a machine that is busy it may take longer. */
const startLimitMs = 30_000;
const memoryLimits: WorkerOptions['resourceLimits'] = { maxOldGenerationSizeMb: 512 };

/**
 * Reads mails on a thread of its own, one after the other: a hostile one costs its thread at most, and the thread is then
 * replaced. Between mails the thread stays, and keeps no process alive.
 */
export class MailReader {
  readonly #options: MailReaderOptions;
  #thread: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: MailReaderOptions) {
    this.#options = options;
  }

  /** Throws UnreadableDelivery, also for what takes too long; Unavailable when no thread can be had. */
  read(body: Buffer): Promise<ReadMail> {
    return this.#ask(body, undefined) as Promise<ReadMail>;
  }

  /** Throws UnreadableDelivery; `undefined` when the mail has no such file. */
  unpack(
    body: Buffer,
    index: number,
  ): Promise<{ readonly content: Uint8Array; readonly mimeType: string } | undefined> {
    return this.#ask(body, index) as ReturnType<MailReader['unpack']>;
  }

  /** Whoever waits goes before a second try. */
  async #ask(body: Buffer, unpack: number | undefined): Promise<unknown> {
    const { limitMs } = this.#options;
    try {
      return await this.#inTurn(body, unpack, limitMs).catch(error => {
        if (!(error instanceof TimeIsUp)) throw error;
        return this.#inTurn(body, unpack, secondChance * limitMs);
      });
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      throw new UnreadableDelivery(`The mail cannot be read: ${error.message}`);
    }
  }

  #inTurn(body: Buffer, unpack: number | undefined, limitMs: number): Promise<unknown> {
    const result = this.#last.then(() => this.#askThread(body, unpack, limitMs));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #askThread(body: Buffer, unpack: number | undefined, limitMs: number): Promise<unknown> {
    const thread = await this.#warmThread();
    const bytes = new Uint8Array(body).buffer;
    const task: MailTask = { body: bytes, ...(unpack !== undefined && { unpack }) };
    thread.ref();
    thread.postMessage(task, [bytes]);
    try {
      const forItsSizeMs = (this.#options.limitMs * body.length) / bytesForAsMuchAgain;
      const answer = (await messageOf(thread, limitMs + forItsSizeMs)) as MailAnswer;
      if ('unreadable' in answer) throw new UnreadableDelivery(answer.unreadable);
      return answer.result;
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      if (this.#thread === thread) this.#thread = undefined;
      await thread.terminate();
      throw error;
    } finally {
      thread.unref();
    }
  }

  async #warmThread(): Promise<Worker> {
    if (this.#thread) return this.#thread;
    const thread = new Worker(this.#options.thread, { execArgv: [], resourceLimits: memoryLimits });
    const drop = () => {
      if (this.#thread === thread) this.#thread = undefined;
    };
    thread.once('exit', drop);
    // What nobody waits for must not end the process.
    thread.on('error', drop);
    await messageOf(thread, startLimitMs).catch(async (error: Error) => {
      await thread.terminate();
      throw new Unavailable(
        'channel',
        'no_thread',
        `The thread that reads mails does not start: ${error.message}`,
      );
    });
    thread.unref();
    this.#thread = thread;
    return thread;
  }
}

/** A large mail of honest files takes its time. */
const bytesForAsMuchAgain = 5 * 1024 * 1024;

/** The thread did not answer in time, or is no more. */
class ThreadLost extends Error {}
/** It may still be alive: whoever asked ends it. */
class TimeIsUp extends ThreadLost {}

/** The next thing that a thread says. */
function messageOf(thread: Worker, limitMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      thread.off('message', told);
      thread.off('error', failed);
      thread.off('exit', exited);
      settle();
    };
    const told = (message: unknown) => end(() => resolve(message));
    const failed = (error: Error) => end(() => reject(new ThreadLost(error.message)));
    const exited = () => end(() => reject(new ThreadLost('its thread has ended.')));
    const timer = setTimeout(
      () => end(() => reject(new TimeIsUp(`it takes longer than ${Math.round(limitMs)} ms.`))),
      limitMs,
    );
    thread.once('message', told);
    thread.once('error', failed);
    thread.once('exit', exited);
  });
}

const isSource = import.meta.url.endsWith('.ts');

/** Of this process. */
export const mailReader = new MailReader({
  thread: new URL(isSource ? './mail-thread-from-source.mjs' : './mail-thread.js', import.meta.url),
  limitMs: 2000,
});
