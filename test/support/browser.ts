import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Page,
} from 'playwright-core';

const RESULTS = fileURLToPath(new URL('../../test-results/', import.meta.url));
const LAUNCH_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PATIENCE_MS = 20_000;
/** A page that nobody is signed in to asks once whether somebody is. */
const FIRST_REFRESH = /status of 401 .*\/api\/v1\/auth\/refresh$/;

export interface TestBrowser {
  /** A new window with cookies and storage of its own; closed after the test. */
  window(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** The first page of a new window. */
  page(options?: BrowserContextOptions): Promise<Page>;
  /** What this test brings about on purpose: matched against the console's line with the address behind it. */
  expectProblem(pattern: RegExp): void;
}

/**
 * A browser for the tests of one `describe`, and a window of its own for each of them. A test fails on errors of the
 * page, on its console's errors and on what the content security policy refuses.
 */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  let windows: BrowserContext[] = [];
  let problems: string[] = [];
  let expected: RegExp[] = [];

  before(async () => {
    const executablePath = process.env.CHROMIUM_PATH;
    if (!executablePath) throw new Error('The test runner names the browser: start it with npm test.');
    browser = await chromium.launch({ executablePath, args: LAUNCH_ARGUMENTS });
  });
  afterEach(async function () {
    const failed = this.currentTest?.state === 'failed' ? this.currentTest : undefined;
    if (failed) await savePictures(windows, failed.fullTitle());
    await Promise.all(windows.map(window => window.close()));
    const unexpected = problems.filter(problem => !expected.some(pattern => pattern.test(problem)));
    windows = [];
    problems = [];
    expected = [];
    if (failed && unexpected.length > 0) console.error(`The page also said:\n${unexpected.join('\n')}`);
    if (!failed) expect(unexpected, 'problems that the page reported').to.deep.equal([]);
  });
  after(async () => browser?.close());

  const watch = (page: Page) => {
    page.on('pageerror', error => problems.push(`page error: ${error.stack ?? error.message}`));
    page.on('console', message => {
      if (message.type() === 'error') problems.push(lineOf(message));
    });
  };
  const window = async (options: BrowserContextOptions = {}) => {
    if (!browser) throw new Error('The browser is started by the hooks of the describe that it is used in.');
    const context = await browser.newContext({
      viewport: { width: 1440, height: 860 },
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('page', watch);
    windows.push(context);
    return context;
  };
  return {
    window,
    page: async options => (await window(options)).newPage(),
    expectProblem: pattern => void expected.push(pattern),
  };

  function lineOf(message: ConsoleMessage): string {
    const line = `${message.text()} ${message.location().url}`;
    if (FIRST_REFRESH.test(line)) expected.push(FIRST_REFRESH);
    return line;
  }
}

async function savePictures(windows: readonly BrowserContext[], title: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const name = title.toLowerCase().replaceAll(/\W+/g, '-').slice(0, 120);
  for (const [index, page] of windows.flatMap(window => window.pages()).entries())
    await page.screenshot({ path: `${RESULTS}${name}-${index + 1}.png` }).catch(() => undefined);
}
