import { parentPort } from 'node:worker_threads';
import { UnreadableDelivery } from '../adapter.ts';
import type { MailAnswer, MailTask } from './mail-reader.ts';
import { readMail, unpackFile } from './read-stored-mail.ts';

/** The other thread: reads one mail after the other, and answers each. Whoever asks ends it when it takes too long. */
parentPort?.on('message', async (task: MailTask) => {
  const answer = await answerTo(task);
  parentPort?.postMessage(answer);
});

async function answerTo({ body, unpack }: MailTask): Promise<MailAnswer> {
  const bytes = Buffer.from(body);
  try {
    return { result: unpack === undefined ? await readMail(bytes) : await unpackFile(bytes, unpack) };
  } catch (error) {
    if (error instanceof UnreadableDelivery) return { unreadable: error.message };
    return {
      unreadable: `The mail cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

parentPort?.postMessage('ready');
