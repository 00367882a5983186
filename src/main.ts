import { CommanderError } from 'commander';
import { buildProgram } from './cli/program.ts';
import { stopUnheard } from './cli/stop-signals.ts';
import { AppError } from './kit/errors.ts';

/** One line that says what to do; the rest with --verbose. */
function tell(error: unknown): void {
  const isVerbose = process.argv.includes('--verbose');
  if (error instanceof AppError) console.error(error.message);
  else {
    const { message, code } = (error ?? {}) as { message?: string; code?: string };
    const reason = (message || code || String(error)).split('\n', 1)[0];
    console.error(`Something went wrong: ${reason}${isVerbose ? '' : ' (more with --verbose)'}`);
  }
  if (isVerbose) console.error(error);
}

// A pipe that ended early (EPIPE), a terminal that was closed (EIO). What cannot be said must not end us before the
// database that we may have started.
let isUnheard = false;
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    if (stream === process.stdout && !isUnheard) stopUnheard();
    isUnheard ||= stream === process.stdout;
  });

try {
  await buildProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    tell(error);
    process.exitCode = 1;
  }
}
