import { digitsOf, type PlayLine } from '../play-plan.ts';
import type { PlayedPlatform, PlaySettings } from '../played-platform.ts';
import { signedByCrisp } from '../webhook-signatures.ts';
import { inboundText } from './crisp-customer.ts';
import { type CrispEvent, crispBody, newFingerprint } from './crisp-event.ts';
import { CrispProvider } from './crisp-provider.ts';

/** Visitors who write in the chat of one website. */
export function playCrisp(settings: PlaySettings): PlayedPlatform {
  const { websiteId = '', identifier = '', key = '', hookSecret = '', tier } = settings;
  return {
    sign: signedByCrisp(hookSecret),
    write(line) {
      const event = eventOf(line);
      return {
        messageId: `${event.sessionId}:${fingerprintOf(line)}`,
        body: crispBody(websiteId, event),
      };
    },
    openProvider(webhookUrl, tell) {
      const token = {
        identifier,
        key,
        tier: tier === 'website' ? ('website' as const) : ('plugin' as const),
      };
      const provider = new CrispProvider({
        accounts: [{ websiteId, ...token, hookSecret, webhookUrl }],
      });
      provider.behave(websiteId, {
        receipts: [
          { status: 'echo', afterMs: 0 },
          { status: 'delivered', afterMs: 500 },
          { status: 'read', afterMs: 2000 },
        ],
      });
      provider.events.on('accepted', ({ sessionId, body: { content } }) =>
        tell(sessionId, typeof content === 'string' ? content : wordsOf(content)),
      );
      return {
        start: port => provider.start(port),
        stop: () => provider.stop(),
        hear: line => provider.note(websiteId, eventOf(line)),
      };
    },
  };
}

function wordsOf(content: unknown): string {
  const { text, name } = content as { text?: string; name?: string };
  return text ?? `[${name ?? 'file'}]`;
}

function eventOf(line: PlayLine): CrispEvent {
  const visitor = { sessionId: `session_${digitsOf(line)}`, nickname: line.name };
  return inboundText(visitor, line.text, { fingerprint: fingerprintOf(line), at: line.at });
}

function fingerprintOf({ seed, index }: PlayLine): number {
  return newFingerprint(`${seed} ${index}`);
}
