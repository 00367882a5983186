import { existsSync } from 'node:fs';

/** The shell without windows first: it has the same engine, and less to do beside the page. */
const installed = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The path of the program that the browser tests drive: the one that CHROMIUM_PATH names, one that is installed, or the
 * one in the packages, which is unpacked here and so once for all test processes.
 */
export async function findTestBrowser() {
  const path = process.env.CHROMIUM_PATH || installed.find(candidate => existsSync(candidate));
  if (path) return path;
  // The packaged one is a program for x86-64 Linux, and says so only by failing to run.
  if (process.arch !== 'x64' || process.platform !== 'linux')
    throw new Error(
      `The browser tests find no Chromium for ${process.platform} ${process.arch}: install Chromium, or set CHROMIUM_PATH.`,
    );
  return (await import('@sparticuz/chromium')).default.executablePath();
}
