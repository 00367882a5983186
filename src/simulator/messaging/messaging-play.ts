import { digitsOf, type PlayLine } from '../play-plan.ts';
import type { PlayedPlatform } from '../played-platform.ts';
import { signedByMeta } from '../webhook-signatures.ts';
import type { MessagingAccount } from './messaging-account.ts';
import { inboundText } from './messaging-customer.ts';
import { type MessagingEvent, messagingBody, newMid } from './messaging-event.ts';
import { MessagingProvider } from './messaging-provider.ts';

/** Customers who write to one page or one Instagram account. */
export function playMessaging(account: Omit<MessagingAccount, 'webhookUrl'>): PlayedPlatform {
  const { object, id, appSecret } = account;
  const idOf = ({ seed, index }: PlayLine) => newMid(`${id} ${seed} ${index}`);
  const eventOf = (line: PlayLine): MessagingEvent =>
    inboundText(`25990${digitsOf(line)}`, line.text, { mid: idOf(line), at: line.at });
  return {
    sign: signedByMeta(appSecret),
    write: line => ({
      messageId: idOf(line),
      body: messagingBody(object, { id, events: [eventOf(line)] }),
    }),
    openProvider(webhookUrl, tell) {
      const provider = new MessagingProvider({ accounts: [{ ...account, webhookUrl }] });
      provider.behave(id, {
        receipts: [
          { status: 'echo', afterMs: 0 },
          { status: 'delivered', afterMs: 500 },
          { status: 'read', afterMs: 2000 },
        ],
      });
      provider.events.on('accepted', ({ personId, message }) =>
        tell(personId, typeof message.text === 'string' ? message.text : '[file]'),
      );
      return {
        start: port => provider.start(port),
        stop: () => provider.stop(),
        hear: line => {
          const event = eventOf(line);
          provider.introduce(id, event.personId, { name: line.name });
          provider.note(id, event);
        },
      };
    },
  };
}
