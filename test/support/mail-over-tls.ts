import type { EmailSettings } from '../../src/platforms/email/email-settings.ts';
import { emailAdapter } from '../../src/platforms/email/index.ts';
import { mailIo } from './mail-server.ts';

/** A process of its own: which authorities are trusted is decided when one starts. Prints what it got. */
const settings = JSON.parse(process.argv[2] ?? '{}') as EmailSettings;
// This machine, under an address that is not known to be it.
const io = { ...mailIo, resolve: async () => '::ffff:127.0.0.1' };
const attempt = (work: Promise<unknown> | undefined) =>
  Promise.resolve(work).then(
    value => value,
    (error: Error) => `${error.name}: ${error.message}`,
  );

const pulled = await attempt(emailAdapter.pull?.('inbox', settings, io));
const sent = await attempt(
  emailAdapter.send?.(
    {
      correlator: '12.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01',
      to: [{ kind: 'email', value: 'ana@customer.example' }],
      content: { type: 'text', text: 'Hello' },
    },
    settings,
    io,
  ),
);
console.log(JSON.stringify({ pulled, sent }));
