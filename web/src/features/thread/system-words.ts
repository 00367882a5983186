import type { Message } from '../../../../src/contract/index.ts';
import { momentOf } from '../../ui/time.ts';

function nameOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string')
    return value.name;
  return null;
}

function idOf(value: unknown): number | null {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
    ? value.id
    : null;
}

/** What the machinery did, as a colleague would say it. Unknown events keep the server's own words. */
export function systemWords(message: Message, viewer: number, now: number): string {
  const { event, by, to, from } = message.metadata;
  const actor = idOf(by) === viewer ? 'You' : nameOf(by);
  const target = idOf(to) === viewer && event === 'assigned' ? 'you' : nameOf(to);
  const subject = actor ?? 'The conversation was';
  const passive = actor === null;
  const plain = (active: string, passively: string) =>
    passive ? `${subject} ${passively}` : `${actor} ${active}`;
  switch (event) {
    case 'assigned':
      if (idOf(by) !== null && idOf(by) === idOf(to)) return `${actor} took this`;
      return plain(`assigned this to ${target ?? 'somebody'}`, `assigned to ${target ?? 'somebody'}`);
    case 'unassigned':
      return plain('took the assignment away', 'unassigned');
    case 'team':
      return target
        ? plain(`moved this to the team ${target}`, `moved to the team ${target}`)
        : plain('took it out of its team', 'taken out of its team');
    case 'priority':
      return plain(`set the priority to ${target ?? 'another one'}`, `given the priority ${target ?? ''}`);
    case 'status':
      return statusWords(plain, target, nameOf(from), message.metadata, now);
    case 'tagged':
      return target
        ? plain(`added the tag ${target}`, `tagged ${target}`)
        : plain('changed the tags', 'tagged anew');
    case 'untagged':
      return target
        ? plain(`removed the tag ${target}`, `untagged ${target}`)
        : plain('changed the tags', 'tagged anew');
    default:
      return message.content ?? String(event ?? 'Something changed');
  }
}

type Plain = (active: string, passive: string) => string;

function statusWords(
  plain: Plain,
  to: string | null,
  from: string | null,
  metadata: Message['metadata'],
  now: number,
): string {
  const until =
    typeof metadata.snoozedUntil === 'string' ? ` until ${momentOf(metadata.snoozedUntil, now)}` : '';
  if (to === 'resolved') return plain('resolved this', 'resolved');
  if (to === 'snoozed') return plain(`snoozed this${until}`, `snoozed${until}`);
  if (to === 'pending') return plain('set this to pending', 'set to pending');
  if (to === 'open' && from !== 'new') return plain('reopened this', 'reopened');
  return plain(`set the status to ${to ?? 'another one'}`, `set to ${to ?? 'another status'}`);
}
