import {
  businessEcho,
  inboundEdit,
  inboundReaction,
  inboundRevoke,
  inboundText,
  messageStatus,
  newWamid,
  type Random,
  type WhatsAppEvent,
  type WhatsAppPerson,
} from '../../src/simulator/index.ts';

/** What must be seen of one message when the storm is over. */
export interface ExpectedMessage {
  readonly id: string;
  readonly customer: string;
  readonly at: Date;
  readonly direction: 'inbound' | 'outbound';
  readonly status: 'delivered' | 'sent' | 'read' | 'failed';
  /** `null`: revoked. */
  readonly content: string | null;
  readonly emoji: string | null;
}
export interface Storm {
  readonly facts: readonly WhatsAppEvent[];
  readonly messages: readonly ExpectedMessage[];
  readonly customers: number;
}

type Status = 'sent' | 'delivered' | 'read' | 'failed';
const ladder: readonly Status[] = ['sent', 'failed', 'delivered', 'read'];
const emojis = ['👍', '❤️', '😮', undefined];

/** About `size` facts of `customers` people over the last hours: messages, echoes with receipts, edits, reactions, revocations. */
export function makeStorm(size: number, customers: number, random: Random, businessNumber: string): Storm {
  const facts: WhatsAppEvent[] = [];
  const messages: ExpectedMessage[] = [];
  const whole = (below: number) => Math.floor(random() * below);
  const startedAt = Math.floor(Date.now() / 1000) - 20_000;
  const people = Array.from({ length: customers }, (_, index): WhatsAppPerson => {
    const number = String(351_000_000_000 + index);
    return { waId: number, userId: `PT.${number}`, name: `Customer ${index}` };
  });
  /** Now and then a person shows the user id only. */
  const formOf = (person: WhatsAppPerson): WhatsAppPerson => {
    const { waId: _number, ...anonymous } = person;
    return random() < 0.2 ? anonymous : person;
  };
  for (let index = 0; facts.length < size; index++) {
    const person = people[index % people.length] ?? {};
    const second = startedAt + index;
    const at = (later: number) => ({ at: new Date((second + later) * 1000) });
    const id = newWamid(`storm ${index}`);
    const customer = person.waId ?? '';
    const isFirst = index < people.length;
    const text = `${customer} says ${index}`;
    if (!isFirst && random() < 0.12) {
      const statuses = Array.from({ length: 1 + whole(4) }, () => ladder[whole(4)] ?? 'sent');
      facts.push(businessEcho(person, businessNumber, text, { id, ...at(0) }));
      for (const [step, status] of statuses.entries())
        facts.push(messageStatus({ id, waId: customer }, status, at(step + 1)));
      const status =
        [...statuses].sort((one, other) => ladder.indexOf(other) - ladder.indexOf(one))[0] ?? 'sent';
      messages.push({ id, customer, ...at(0), direction: 'outbound', status, content: text, emoji: null });
      continue;
    }
    facts.push(inboundText(isFirst ? person : formOf(person), text, { id, ...at(0) }));
    const kind = random();
    let content: string | null = text;
    let emoji: string | null = null;
    if (kind < 0.08) {
      const edits = 1 + whole(3);
      for (let edit = 1; edit <= edits; edit++)
        facts.push(
          inboundEdit(person, id, `${text}, edit ${edit}`, {
            id: newWamid(`${id} edit ${edit}`),
            ...at(edit),
          }),
        );
      content = `${text}, edit ${edits}`;
    }
    if (kind > 0.05 && kind < 0.22) {
      const reactions = Array.from({ length: 1 + whole(4) }, () => emojis[whole(4)]);
      for (const [step, given] of reactions.entries())
        facts.push(
          inboundReaction(person, id, given, { id: newWamid(`${id} reaction ${step}`), ...at(step + 1) }),
        );
      emoji = reactions.at(-1) ?? null;
    }
    if (kind > 0.2 && kind < 0.23) {
      facts.push(inboundRevoke(person, id, { id: newWamid(`${id} revoke`), ...at(9) }));
      content = null;
    }
    messages.push({ id, customer, ...at(0), direction: 'inbound', status: 'delivered', content, emoji });
  }
  return { facts, messages, customers };
}
