import { parentPort } from 'node:worker_threads';

// A thread that reads mails, and never comes to the end of one that says so.
parentPort.on('message', ({ body }) => {
  const text = Buffer.from(body).toString();
  if (text.includes('endless')) for (;;);
  if (text.includes('fatal')) throw new Error('out of order');
  parentPort.postMessage({ result: text });
});
parentPort.postMessage('ready');
