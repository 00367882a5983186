import type { AccountFact, IdentityFact } from '../inbound-fact.ts';
import {
  identifierOf,
  isObject,
  type JsonObject,
  type JsonValue,
  objectOf,
  objectsOf,
  textOf,
} from '../json.ts';
import { readGraphError } from '../meta/graph-error.ts';
import { idFromContent } from '../meta/meta-ids.ts';
import { timeOf } from '../platform-time.ts';
import { sentenceOf } from './whatsapp-errors.ts';
import { aliasesOf } from './whatsapp-identity.ts';
import type { Change } from './whatsapp-payload.ts';

type Severity = AccountFact['severity'];
interface Reading {
  readonly severity: Severity;
  readonly message: string;
}

/** Any webhook that is about the account. Its id is made of its content, so a retry gives the same one. */
export function readAccountFact(change: Change, receivedAt: Date): AccountFact {
  const { accountId, field, entry, value } = change;
  const hasErrors = field === 'messages' || field === 'standby';
  const reading = hasErrors ? readErrors(value) : (readers.get(field) ?? readOther)(value, field);
  return {
    kind: 'account',
    accountId,
    at: timeOf(value.timestamp) ?? timeOf(entry.time) ?? receivedAt,
    externalId: `${field}:${idFromContent(entry.id, entry.time, field, value)}`,
    topic: hasErrors ? 'error' : field || 'unknown',
    ...reading,
    details: value,
  };
}

const readers: ReadonlyMap<string, (value: JsonObject, field: string) => Reading> = new Map([
  ['message_template_status_update', readTemplateStatus],
  ['message_template_quality_update', readTemplateQuality],
  ['template_category_update', readTemplateCategory],
  ['phone_number_quality_update', readNumberQuality],
  ['account_update', readAccountUpdate],
  ['account_alerts', readAccountAlert],
  ['account_review_update', readAccountReview],
  ['security', readSecurity],
  ['history', readHistoryRefusal],
]);

function readErrors(value: JsonObject): Reading {
  const error = objectsOf(value.errors)
    .map(readGraphError)
    .find(candidate => candidate !== undefined);
  return {
    severity: 'warning',
    message: error === undefined ? 'WhatsApp reports an error without saying which.' : sentenceOf(error),
  };
}

function readOther(_value: JsonObject, field: string): Reading {
  return {
    severity: 'info',
    message: field === '' ? 'WhatsApp sent a notice.' : `WhatsApp sent a notice: ${field}.`,
  };
}

function templateOf(value: JsonObject): string {
  const language = textOf(value.message_template_language);
  const name = textOf(value.message_template_name) ?? identifierOf(value.message_template_id) ?? 'unknown';
  return `Template ${name}${language === undefined ? '' : ` (${language})`}`;
}

function wordOf(value: JsonValue | undefined): string {
  return (textOf(value) ?? 'unknown').toLowerCase().replaceAll('_', ' ');
}

const quietTemplateEvents: ReadonlySet<unknown> = new Set([
  'APPROVED',
  'PENDING',
  'REINSTATED',
  'UNPAUSED',
  'IN_APPEAL',
]);

function readTemplateStatus(value: JsonObject): Reading {
  const reason = textOf(value.reason);
  return {
    severity: quietTemplateEvents.has(value.event) ? 'info' : 'warning',
    message: `${templateOf(value)} is now ${wordOf(value.event)}${
      reason === undefined || reason === 'NONE' ? '' : `: ${wordOf(reason)}`
    }.`,
  };
}

function readTemplateQuality(value: JsonObject): Reading {
  return {
    severity: value.new_quality_score === 'RED' ? 'warning' : 'info',
    message: `${templateOf(value)} has quality ${wordOf(value.new_quality_score)}.`,
  };
}

function readTemplateCategory(value: JsonObject): Reading {
  return { severity: 'info', message: `${templateOf(value)} has category ${wordOf(value.new_category)}.` };
}

const badNumberEvents: ReadonlySet<unknown> = new Set(['FLAGGED', 'DOWNGRADE']);

function readNumberQuality(value: JsonObject): Reading {
  const limit = textOf(value.current_limit);
  return {
    severity: badNumberEvents.has(value.event) ? 'warning' : 'info',
    message: `The number's quality changed: ${wordOf(value.event)}${limit === undefined ? '' : `, limit ${wordOf(limit)}`}.`,
  };
}

/** After these nothing can be sent any more until a person acts. */
const endings: ReadonlySet<unknown> = new Set([
  'ACCOUNT_DELETED',
  'ACCOUNT_OFFBOARDED',
  'PARTNER_REMOVED',
  'PARTNER_APP_UNINSTALLED',
]);
const restrictions: ReadonlySet<unknown> = new Set([
  'ACCOUNT_RESTRICTION',
  'ACCOUNT_VIOLATION',
  'DISABLED_UPDATE',
]);

function readAccountUpdate(value: JsonObject): Reading {
  const banState = objectOf(value.ban_info).waba_ban_state;
  const event = wordOf(value.event);
  if (endings.has(value.event) || banState === 'DISABLE' || banState === 'DISABLED')
    return { severity: 'stop', message: `This WhatsApp account cannot be used any more: ${event}.` };
  if (banState === 'REINSTATE')
    return { severity: 'info', message: 'This WhatsApp account may be used again.' };
  return {
    severity: restrictions.has(value.event) ? 'warning' : 'info',
    message: `WhatsApp reports about this account: ${event}.`,
  };
}

function readAccountAlert(value: JsonObject): Reading {
  const alert = isObject(value.alert_info) ? value.alert_info : value;
  const description = textOf(alert.alert_description) ?? wordOf(alert.alert_type);
  return {
    severity: alert.alert_severity === 'CRITICAL' || alert.alert_severity === 'WARNING' ? 'warning' : 'info',
    message: `WhatsApp warns about this account: ${description}`,
  };
}

function readAccountReview(value: JsonObject): Reading {
  return {
    severity: value.decision === 'REJECTED' ? 'warning' : 'info',
    message: `WhatsApp reviewed this account: ${wordOf(value.decision)}.`,
  };
}

function readSecurity(value: JsonObject): Reading {
  return {
    severity: 'warning',
    message: `The security settings of this number changed: ${wordOf(value.event)}.`,
  };
}

/** Most often that the phone's owner did not want to share the old chats: the channel works, and begins empty. */
function readHistoryRefusal(value: JsonObject): Reading {
  const errors = objectsOf(value.history).flatMap(chunk => objectsOf(chunk.errors));
  const title = errors.map(error => textOf(error.message) ?? textOf(error.title)).find(Boolean);
  return {
    severity: 'info',
    message: `The old chats of this phone do not come here${title === undefined ? '.' : `: ${title}`}`,
  };
}

/** Field `user_id_update`: the same news as a system message, without a message of its own to hang it on. */
export function readUserIdUpdates(change: Change, receivedAt: Date): readonly IdentityFact[] {
  const { accountId, entry, value } = change;
  return objectsOf(value.user_id_update).flatMap(update => {
    const user = objectOf(update.user_id);
    const parent = objectOf(update.parent_user_id);
    const previous = aliasesOf({
      bsuid: identifierOf(user.previous) ?? identifierOf(update.previous_user_id),
      parentBsuid: identifierOf(parent.previous) ?? identifierOf(update.previous_parent_user_id),
    });
    const current = aliasesOf({
      bsuid: identifierOf(user.current) ?? identifierOf(update.user_id),
      parentBsuid: identifierOf(parent.current) ?? identifierOf(update.parent_user_id),
    });
    if (previous.length === 0 || current.length === 0) return [];
    const notice = textOf(update.detail);
    return [
      {
        kind: 'identity' as const,
        accountId,
        at: timeOf(update.timestamp) ?? timeOf(entry.time) ?? receivedAt,
        externalId: `user_id_update:${idFromContent(
          ...[...previous, ...current].map(alias => `${alias.kind} ${alias.value}`),
        )}`,
        previous,
        current,
        ...(notice === undefined ? {} : { notice }),
      },
    ];
  });
}
