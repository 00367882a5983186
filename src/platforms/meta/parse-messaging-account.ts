import type { AccountFact } from '../inbound-fact.ts';
import { identifierOf, type JsonObject, objectOf, textOf } from '../json.ts';
import type { MessagingEvent } from './messaging-events.ts';
import type { EventScope } from './messaging-scope.ts';
import { idFromContent } from './meta-ids.ts';

type Reading = Pick<AccountFact, 'severity' | 'message'>;

/** Who and when, not what. */
const circumstances: ReadonlySet<string> = new Set(['sender', 'recipient', 'timestamp']);

/** What an event is about: the key that holds it, or the field it came under. `undefined` when it says nothing. */
export function topicOf({ event, field }: MessagingEvent): string | undefined {
  const keys = Object.keys(event).filter(key => !circumstances.has(key));
  if (keys.length === 0) return undefined;
  const known = keys.find(key => sentences.has(key) || key === 'policy_enforcement');
  return (
    known ?? (field === '' ? (keys.map(identifierOf).find(key => key !== undefined) ?? 'unknown') : field)
  );
}

/** Whatever is no customer's words and no news of a message; its id is made of its content, so a retry has the same. */
export function noticeOf(scope: EventScope, topic: string): AccountFact {
  const { accountId, at, event } = scope;
  return {
    kind: 'account',
    accountId,
    at,
    externalId: `notice:${idFromContent(accountId, topic, event)}`,
    topic,
    ...readingOf(scope, topic),
    details: event,
  };
}

function readingOf({ event, platform }: EventScope, topic: string): Reading {
  if (topic === 'policy_enforcement') return readPolicy(objectOf(event.policy_enforcement), platform);
  if (topic === 'message_without_sender')
    return {
      severity: 'warning',
      message: `${platform} passed on a message that names nobody as its sender.`,
    };
  const sentence = sentences.get(topic);
  return { severity: 'info', message: sentence ?? `${platform} sent a notice: ${topic}.` };
}

const sentences: ReadonlyMap<string, string> = new Map([
  ['referral', 'A customer came back to the chat by a link or an advertisement.'],
  ['optin', 'A customer agreed to hear from this page.'],
  ['pass_thread_control', 'Another app was given a conversation, or gave it to this one.'],
  ['take_thread_control', 'A conversation was taken over from another app.'],
  ['request_thread_control', 'Another app asks to take over a conversation.'],
  ['app_roles', 'The apps that share the conversations of this account have changed.'],
  ['account_linking', 'A customer linked or unlinked an account.'],
]);

/** A block forbids every message until Meta lifts it; a warning comes before one. */
function readPolicy(policy: JsonObject, platform: string): Reading {
  const reason = textOf(policy.reason);
  const because = reason === undefined ? '' : ` ${platform} says: ${reason}`;
  switch (policy.action) {
    case 'block':
      return {
        severity: 'stop',
        message: `${platform} has blocked this account from sending messages. Look at it in Meta Business Suite.${because}`,
      };
    case 'unblock':
      return { severity: 'info', message: `${platform} lets this account send messages again.` };
    default:
      return {
        severity: 'warning',
        message: `${platform} warns that this account breaks its rules.${because}`,
      };
  }
}
