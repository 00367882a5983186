import { digitsOf, type PlayLine } from '../play-plan.ts';
import type { PlayedPlatform, PlaySettings } from '../played-platform.ts';
import { signedByTwilio } from '../webhook-signatures.ts';
import { inboundText } from './twilio-customer.ts';
import { inboundForm, newSid, type TwilioEvent } from './twilio-event.ts';
import { TwilioProvider } from './twilio-provider.ts';

/** Customers who write to one number of a Twilio account. */
export function playTwilio(settings: PlaySettings): PlayedPlatform {
  const { accountSid = '', authToken = '', from: number = '' } = settings;
  const prefix = number.startsWith('whatsapp:') ? 'whatsapp:' : '';
  const idOf = ({ seed, index }: PlayLine) => newSid('SM', `${accountSid} ${seed} ${index}`);
  const eventOf = (line: PlayLine): TwilioEvent =>
    inboundText(`${prefix}+35192${digitsOf(line)}`, line.text, { sid: idOf(line) });
  return {
    sign: signedByTwilio(authToken),
    write: line => ({
      messageId: idOf(line),
      body: inboundForm({ accountSid, to: number }, eventOf(line)),
    }),
    openProvider(webhookUrl, tell) {
      const account = { accountSid, authToken, numbers: [{ phoneNumber: number, webhookUrl }] };
      const provider = new TwilioProvider({ accounts: [account] });
      provider.behave(accountSid, {
        receipts: [
          { status: 'sent', afterMs: 0 },
          { status: 'delivered', afterMs: 1000 },
        ],
      });
      provider.events.on('accepted', ({ to, fields }) => tell(to, fields.get('Body') || '[file]'));
      return {
        start: port => provider.start(port),
        stop: () => provider.stop(),
        hear: line => provider.note(accountSid, number, eventOf(line)),
      };
    },
  };
}
