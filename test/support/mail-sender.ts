import type { OutboundMessage } from '../../src/platforms/adapter.ts';
import type { EmailSettings } from '../../src/platforms/email/email-settings.ts';
import { sendEmail } from '../../src/platforms/email/send-email.ts';
import { mailIo, mailSettings, SmtpServer } from './mail-server.ts';

export const correlator = '12.0c9f6a2e-5d0b-4d55-8a4a-6f2f1f0f9b01';
export const mailText: OutboundMessage = {
  correlator,
  to: [{ kind: 'email', value: 'ana@customer.example' }],
  content: { type: 'text', text: 'Hello' },
};

/** To be called in a describe: a mail server that forgets between two tests, and what sends by it. */
export function useSmtp() {
  const server = new SmtpServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.answers = {};
    server.taken.length = 0;
  });
  const settings = (changes: Partial<EmailSettings> = {}) => mailSettings({ smtp: server.port }, changes);
  return {
    server,
    settings,
    send: (message: Partial<OutboundMessage> = {}, changes: Partial<EmailSettings> = {}) =>
      sendEmail({ ...mailText, ...message }, settings(changes), mailIo),
  };
}
