import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { EmailSettings } from '../../../src/platforms/email/email-settings.ts';
import { ImapServer, mailCertificate, mailSettings, SmtpServer } from '../../support/mail-server.ts';

const script = fileURLToPath(new URL('../../support/mail-over-tls.ts', import.meta.url));

describe('Mail over TLS', () => {
  const run = async (settings: EmailSettings) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--import=tsx', script, JSON.stringify(settings)],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: fileURLToPath(mailCertificate) } },
    );
    return JSON.parse(stdout) as { readonly pulled: unknown; readonly sent: unknown };
  };
  for (const tls of ['from the start', 'when asked'] as const)
    it(`asked for ${tls}, checks the certificate for the name in the settings`, async () => {
      const secure = tls === 'from the start';
      const imap = new ImapServer({ tls });
      const smtp = new SmtpServer({ secure, disabledCommands: [], allowInsecureAuth: false });
      await Promise.all([imap.start(), smtp.start()]);
      try {
        const settings = mailSettings({ imap: imap.port, smtp: smtp.port });
        const named = (host: string): EmailSettings => ({
          ...settings,
          imap: { ...settings.imap, host, secure },
          smtp: { ...settings.smtp, host, secure },
        });
        const good = await run(named('mail.shop.example'));
        expect(good.pulled).to.have.property('cursor');
        expect(good.sent).to.have.property('externalId');
        expect(smtp.taken).to.have.length(1);
        const bad = await run(named('mail.other.example'));
        for (const outcome of [bad.pulled, bad.sent])
          expect(outcome).to.match(
            /certificate of mail\.other\.example cannot be trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
          );
        expect(smtp.taken).to.have.length(1);
      } finally {
        await Promise.all([imap.stop(), smtp.stop()]);
      }
    });
});
