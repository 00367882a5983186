import { runSession } from '../../src/platforms/whatsapp_web/run-session.ts';
import { createWebClient } from '../../src/platforms/whatsapp_web/web-client.ts';
import { pageVersion } from './whatsapp-web-page.ts';
import { fastTiming } from './whatsapp-web-timing.ts';

/** The program of a session, with a page of ours for WhatsApp Web: the browser is told its folder by a switch of no meaning. */
runSession(
  ({ directory, browser }) => {
    const folder = browser.args.find(arg => arg.startsWith('--played-page='))?.slice('--played-page='.length);
    return createWebClient({
      directory,
      browser,
      ...(folder === undefined ? {} : { page: { folder, version: pageVersion } }),
    });
  },
  {
    ...fastTiming,
    startWithinMs: 60_000,
    loadWithinMs: 60_000,
    pulseEveryMs: 200,
    pulseWithinMs: 5000,
    quietMs: 200,
    saveEveryMs: 500,
    askWithinMs: 3000,
    sendWithinMs: 10_000,
    fetchWithinMs: 30_000,
    browserCloseMs: 5000,
    probeAtCloseMs: 2000,
  },
);
