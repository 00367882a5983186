import { pino } from 'pino';

export type Logger = pino.Logger;

/** JSON lines on stderr: stdout belongs to the commands' answers. Never give it message texts or secrets. */
export function createLogger(
  level: string,
  destination: pino.DestinationStream = pino.destination({ dest: 2, sync: false }),
): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'password',
          '*.password',
          'token',
          '*.token',
          'authorization',
          '*.authorization',
          'secret',
          '*.secret',
        ],
        censor: '[redacted]',
      },
      serializers: { error: errorInLog },
    },
    destination,
  );
}

const deepestCause = 4;

/** An error's words and plain facts. What else hangs on it stays out: a request knows its address and credentials. */
function errorInLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const plain = Object.entries(error).filter(
    ([, value]) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
  );
  const inner = (part: unknown) => (depth < deepestCause ? errorInLog(part, depth + 1) : String(part));
  return {
    type: name,
    message,
    stack,
    ...Object.fromEntries(plain),
    ...(cause instanceof Error && { cause: inner(cause) }),
    ...(error instanceof AggregateError && { errors: error.errors.slice(0, 20).map(inner) }),
  };
}
export const silentLogger: Logger = pino({ level: 'silent' });
