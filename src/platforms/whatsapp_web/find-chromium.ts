import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Rejected } from '../adapter.ts';

export interface Browser {
  readonly path: string;
  readonly args: readonly string[];
}
export type Variables = Readonly<Record<string, string | undefined>>;

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'] as const;
const usualFolders = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/homebrew/bin'] as const;
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
] as const;
/** A packaged browser for servers without one; not a dependency of ours. */
const packaged: string = '@sparticuz/chromium';

/** The program that WhatsApp Web runs in. Throws Rejected with the way out. */
export async function findChromium(variables: Variables): Promise<Browser> {
  const named = variables.CHROMIUM_PATH?.trim();
  if (named) {
    if (await isProgram(named)) return { path: named, args: [] };
    throw noBrowser(`CHROMIUM_PATH names ${named}, which is no program that can be run.`);
  }
  const folders = new Set([...(variables.PATH ?? '').split(delimiter).filter(Boolean), ...usualFolders]);
  const candidates = [...folders].flatMap(folder => names.map(name => join(folder, name)));
  for (const path of [...candidates, ...applications]) if (await isProgram(path)) return { path, args: [] };
  const browser = await packagedBrowser();
  if (browser) return browser;
  throw noBrowser('This server has no Chromium.');
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Made for programs that run a moment and alone: what takes the fences down is left out. */
const unfit =
  /^--(?:no-sandbox|disable-setuid-sandbox|single-process|no-zygote|disable-web-security|allow-running-insecure-content|disable-site-isolation-trials|headless|disable-features|enable-features)\b/;

async function packagedBrowser(): Promise<Browser | undefined> {
  // It is a program for x86-64 Linux, and says so only by failing to run.
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    const { default: chromium } = (await import(packaged)) as {
      readonly default: { executablePath(): Promise<string>; readonly args: readonly string[] };
    };
    const path = await chromium.executablePath();
    return { path, args: chromium.args.filter(arg => !unfit.test(arg)) };
  } catch {
    return undefined;
  }
}

function noBrowser(reason: string): Rejected {
  return new Rejected(
    'account',
    'no_browser',
    `${reason} WhatsApp Web runs in one: install Chromium or Google Chrome, or set CHROMIUM_PATH to where it is, and connect the channel again.`,
  );
}
