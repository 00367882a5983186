import { CommanderError } from 'commander';
import { buildProgram } from './cli/program.ts';
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

// Whoever reads our answer may stop early: `concierge tenant list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
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
