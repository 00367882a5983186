import { digitsOf, type PlayLine } from '../play-plan.ts';
import type { PlayedPlatform, PlaySettings } from '../played-platform.ts';
import { seededUuid } from '../seeded-uuid.ts';
import { signedByTidio } from '../webhook-signatures.ts';
import { inboundChat, inboundTicketReply } from './tidio-customer.ts';
import { newUlid, type TidioEvent, tidioBody } from './tidio-event.ts';
import { TidioProvider } from './tidio-provider.ts';

/** As the Plus plan has it. */
const requestsPerMinute = 60;

/**
 * Contacts of one project, by turns in the live chat, which only rings, so that their words must be fetched from the
 * provider, and in tickets, which can be answered.
 */
export function playTidio(settings: PlaySettings): PlayedPlatform {
  const {
    projectPublicKey = '',
    clientId = '',
    clientSecret = '',
    webhookSecret = '',
    operatorId,
  } = settings;
  return {
    sign: signedByTidio(webhookSecret),
    write: line => ({ messageId: idOf(line), body: tidioBody(projectPublicKey, eventOf(line)) }),
    openProvider(webhookUrl, tell) {
      const operators = operatorId === undefined ? [] : [{ id: operatorId, name: 'Operator' }];
      const access = { projectPublicKey, clientId, clientSecret, webhookSecret };
      const provider = new TidioProvider({
        accounts: [{ ...access, webhookUrl, operators, requestsPerMinute }],
      });
      provider.events.on('accepted', ({ contactId, text }) => tell(contactId, text));
      return {
        start: port => provider.start(port),
        stop: () => provider.stop(),
        hear: line => provider.note(projectPublicKey, eventOf(line)),
      };
    },
  };
}

function eventOf(line: PlayLine): TidioEvent {
  const { seed, index, customer, name, text, at } = line;
  const [firstName = '', ...others] = name.split(' ');
  const contact = { id: seededUuid(`contact ${seed} ${customer}`), firstName, lastName: others.join(' ') };
  const options = { messageId: idOf(line), webhookId: seededUuid(`webhook ${seed} ${index}`), at };
  return customer % 2 === 0
    ? inboundChat(contact, text, options)
    : inboundTicketReply(
        contact,
        { id: Number(digitsOf(line)), subject: `A question of ${name}` },
        text,
        options,
      );
}

function idOf({ seed, index }: PlayLine): string {
  return newUlid(`${seed} ${index}`);
}
