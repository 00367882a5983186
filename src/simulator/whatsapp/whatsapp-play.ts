import { digitsOf, type PlayLine } from '../play-plan.ts';
import type { PlayedPlatform, PlaySettings } from '../played-platform.ts';
import { signedByMeta } from '../webhook-signatures.ts';
import { sampleTemplates } from './sample-templates.ts';
import { inboundText } from './whatsapp-customer.ts';
import { envelopeOf, newWamid, type WhatsAppEvent, type WhatsAppPerson } from './whatsapp-event.ts';
import { WhatsAppProvider } from './whatsapp-provider.ts';
import { lineOfBusiness } from './whatsapp-thread.ts';

/** Customers who write to one number. */
export function playWhatsApp(settings: PlaySettings): PlayedPlatform {
  const { phoneNumberId = '', businessAccountId = '', appSecret = '', accessToken = '' } = settings;
  const number = { phoneNumberId, businessAccountId };
  return {
    sign: signedByMeta(appSecret),
    write(line) {
      const body = Buffer.from(JSON.stringify(envelopeOf(number, [eventOf(line)])));
      return { messageId: idOf(line), body };
    },
    openProvider(webhookUrl, tell) {
      const account = {
        ...number,
        appSecret,
        accessToken,
        webhookUrl,
        displayName: 'The business',
        templates: sampleTemplates,
      };
      const provider = new WhatsAppProvider({ accounts: [account] });
      provider.behave(phoneNumberId, {
        receipts: [
          { status: 'sent', afterMs: 0 },
          { status: 'delivered', afterMs: 500 },
          { status: 'read', afterMs: 2000 },
        ],
      });
      provider.events.on('accepted', ({ to, body }) => tell(to, lineOfBusiness(body, [])));
      return {
        start: port => provider.start(port),
        stop: () => provider.stop(),
        hear: line => provider.note(phoneNumberId, eventOf(line)),
      };
    },
  };
}

function eventOf(line: PlayLine): WhatsAppEvent {
  return inboundText(personOf(line), line.text, { id: idOf(line), at: line.at });
}

function idOf({ seed, index }: PlayLine): string {
  return newWamid(`${seed} ${index}`);
}

function personOf(line: PlayLine): WhatsAppPerson {
  const digits = digitsOf(line);
  return { waId: `35191${digits}`, userId: `PT.${digits}`, name: line.name };
}
