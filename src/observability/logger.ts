import { pino } from 'pino';

export type Logger = pino.Logger;

/** JSON lines on stderr: stdout belongs to the commands' answers. Never give it message texts or secrets. */
export function createLogger(level: string): Logger {
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
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
export const silentLogger: Logger = pino({ level: 'silent' });
