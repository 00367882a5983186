import { cleanText } from '../json.ts';
import { normalAddress } from './email-address.ts';
import { messageIdIn } from './message-ids.ts';

/** What became of a mail for one of its recipients. */
export interface ReportedRecipient {
  readonly address?: string;
  readonly action: 'failed' | 'delayed' | 'delivered' | 'other';
  /** As `5.1.1`. */
  readonly status?: string;
  /** As the other server said it. */
  readonly diagnostic?: string;
}
/** A server's report on a mail that went out (RFC 3464). */
export interface DeliveryReport {
  readonly recipients: readonly ReportedRecipient[];
  /** The `Message-ID` of the mail, without brackets. */
  readonly messageId?: string;
  /** Whom the mail was addressed to first of all, as far as its head came along. */
  readonly to: readonly string[];
}

const mostRecipients = 100;
const mostDiagnostic = 500;

/** `status` is the machine's part of the report, `head` the head of the mail that it is about. */
export function readDeliveryReport(status: string, head: string): DeliveryReport | undefined {
  const recipients = status
    .split(/\r?\n[ \t]*\r?\n/)
    .map(fieldsOf)
    .filter(
      fields => fields.has('final-recipient') || fields.has('original-recipient') || fields.has('action'),
    )
    .slice(0, mostRecipients)
    .map(readRecipient);
  if (recipients.length === 0) return undefined;
  const fields = fieldsOf(head.split(/\r?\n\r?\n/)[0] ?? '');
  const messageId = messageIdIn(fields.get('message-id') ?? '');
  const to = (fields.get('to') ?? '').match(/[^\s<>,;:"()@]{1,64}@[^\s<>,;:"()@]{1,255}/g) ?? [];
  return {
    recipients,
    ...(messageId === undefined ? {} : { messageId }),
    to: to.slice(0, mostRecipients).flatMap(address => normalAddress(address) ?? []),
  };
}

function readRecipient(fields: ReadonlyMap<string, string>): ReportedRecipient {
  const address = addressIn(fields.get('original-recipient')) ?? addressIn(fields.get('final-recipient'));
  const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get('status') ?? '')?.[1];
  const diagnostic = fields
    .get('diagnostic-code')
    ?.replace(/^[\w-]{1,20};\s*/, '')
    .trim();
  return {
    ...(address === undefined ? {} : { address }),
    action: actionOf(fields.get('action'), status),
    ...(status === undefined ? {} : { status }),
    ...(diagnostic === undefined || diagnostic === ''
      ? {}
      : { diagnostic: cleanText(diagnostic.slice(0, mostDiagnostic)) }),
  };
}

/** Some servers leave the action out; the status then says as much. */
function actionOf(action: string | undefined, status: string | undefined): ReportedRecipient['action'] {
  const word = action?.trim().toLowerCase().split(/\s/)[0];
  if (word === 'failed' || word === 'delayed' || word === 'delivered') return word;
  if (word !== undefined && word !== '') return 'other';
  if (status?.startsWith('5')) return 'failed';
  return status?.startsWith('4') ? 'delayed' : 'other';
}

/** `rfc822; somebody@example.com`. */
function addressIn(value: string | undefined): string | undefined {
  return normalAddress((value ?? '').replace(/^[\w-]{1,20};/, '').replace(/[<>]/g, ''));
}

/** Names are lower case; the first of a name counts. Lines that go on are joined. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const at = line.indexOf(':');
    const name = line.slice(0, Math.max(at, 0)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(at + 1).trim());
  }
  return fields;
}
