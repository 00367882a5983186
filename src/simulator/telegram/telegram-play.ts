import { digitsOf, type PlayLine } from '../play-plan.ts';
import type { PlayedPlatform, PlaySettings } from '../played-platform.ts';
import { signedByTelegram } from '../webhook-signatures.ts';
import { botIdOf } from './telegram-bot.ts';
import { inboundText } from './telegram-customer.ts';
import { type TelegramPerson, updateOf } from './telegram-event.ts';
import { TelegramProvider } from './telegram-provider.ts';

/** Customers who write to one bot. */
export function playTelegram({ botToken = '', secretToken }: PlaySettings): PlayedPlatform {
  return {
    sign: signedByTelegram(secretToken),
    write(line) {
      const event = eventOf(line);
      const body = updateOf(updateIdOf(line), event);
      return { messageId: `${event.chatId}:${event.value.message_id}`, body };
    },
    openProvider(webhookUrl, tell) {
      const bot = { botToken, webhookUrl, ...(secretToken === undefined ? {} : { secretToken }) };
      const provider = new TelegramProvider({ accounts: [bot] });
      provider.events.on('accepted', ({ chatId, message: { text, caption } }) =>
        tell(chatId, [text, caption].find(words => typeof words === 'string') ?? '[file]'),
      );
      return {
        start: port => provider.start(port),
        stop: () => provider.stop(),
        hear: line => provider.note(botIdOf(bot), eventOf(line)),
      };
    },
  };
}

function eventOf(line: PlayLine) {
  return inboundText(personOf(line), line.text, { messageId: messageIdOf(line), at: line.at });
}

/** Each seed has a million numbers of its own. */
function updateIdOf({ seed, index }: PlayLine): number {
  return Math.abs(seed) * 1_000_000 + index;
}

/** Within 31 bits; seeds that share their numbers have other customers. */
function messageIdOf({ seed, index }: PlayLine): number {
  return (Math.floor(Math.abs(seed) / 1000) % 2000) * 1_000_000 + index + 1;
}

function personOf(line: PlayLine): TelegramPerson {
  const [firstName = '', ...others] = line.name.split(' ');
  return { id: Number(`7${digitsOf(line)}`), firstName, lastName: others.join(' ') };
}
