#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const has = path => existsSync(join(root, path));
const load = path => import(pathToFileURL(join(root, path)).href);

await start(process.argv.slice(2));

async function start(args) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isFit = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!isFit) {
    refuse(`Concierge needs Node 20.19 or newer of 20, or 22.12 or newer; this is ${process.version}.`);
  }
  // An installed package comes built, without its sources and scripts.
  if (has('src') && has('scripts/build')) await ensureBuilt(args);
  process.setSourceMapsEnabled(true);
  await load('dist/main.js');
}

async function ensureBuilt(args) {
  const { isFresh, serverPart, stampOf, webPart } = await load('scripts/build/inputs.mjs');
  const parts = needsWeb(args) && has('web/src') ? [serverPart, webPart] : [serverPart];
  if (parts.every(part => isFresh(part, root))) return;

  const isBuilt = parts.every(part => stampOf(part, root) !== undefined);
  if (!has('node_modules/esbuild')) {
    // Installed without development dependencies: what was built elsewhere is what is meant to run.
    if (isBuilt) return;
    refuse('Concierge is not built and its packages are not installed. Run `npm ci` here, then start again.');
  }
  process.stderr.write(`Building Concierge (${isBuilt ? 'the sources changed' : 'first start'})…\n`);
  // In a process of its own: the bundlers' memory and environment stay out of the server.
  await build(parts.includes(webPart) ? [] : ['--server-only']);
}

/** Only the server shows the web app. Options may stand before the command. */
function needsWeb([first, ...others]) {
  return first === 'start' || (first?.startsWith('-') === true && others.includes('start'));
}

function build(options) {
  const child = spawn(process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale', ...options], {
    stdio: ['ignore', 2, 2],
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const passOn = signal => child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  return new Promise(resolve => {
    child.once('error', error => refuse(`The build could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, passOn);
      if (signal !== null) process.kill(process.pid, signal);
      else if (code === 0) resolve();
      else process.exit(code);
    });
  });
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
