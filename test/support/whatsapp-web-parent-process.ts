import { openWebLine } from '../../src/platforms/whatsapp_web/open-web-line.ts';
import { MemoryHost } from './whatsapp-web-host.ts';
import { pageProgram } from './whatsapp-web-line.ts';

/** Holds a line with a real browser, says when it is open, and waits to be killed. */
const [browser = '', ...args] = process.argv.slice(2);
const host = new MemoryHost();
await openWebLine(host, { program: pageProgram, browser: async () => ({ path: browser, args }) });
await host.untilState(({ pairing }) => pairing !== undefined);
console.log('open');
setInterval(() => undefined, 60_000);
