import type { Message } from '../../../../src/contract/index.ts';

export interface MailPerson {
  readonly address: string;
  readonly name: string | null;
}
/** What is told of a mail beside its words. */
export interface Mail {
  readonly from: MailPerson | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  /** The servers on its way say that somebody else sent it. */
  readonly isUnverified: boolean;
  /** Why nobody needs to answer: no person wrote it. `null`: somebody did. */
  readonly automatic: string | null;
  /** Where the quoted history begins in its text. */
  readonly quotedFrom: number | null;
  /** Not all of it is here. */
  readonly isCut: boolean;
}

const automaticWords: Readonly<Record<string, string>> = {
  'auto-reply': 'automatic reply',
  'auto-generated': 'automatic mail',
  bounce: 'not delivered',
  list: 'mailing list',
  bulk: 'bulk mail',
  'no-reply': 'takes no replies',
  suppressed: 'wants no automatic reply',
};

/** `null` when the message is no mail, or was deleted. */
export function mailOf({ email, metadata }: Message): Mail | null {
  if (!email) return null;
  const held = (typeof metadata.email === 'object' && metadata.email) || {};
  const fields = held as Readonly<Record<string, unknown>>;
  const { quotedFrom, automaticReason } = fields;
  return {
    from: personOf(fields.from),
    to: email.to,
    cc: email.cc,
    bcc: email.bcc,
    replyTo: Array.isArray(fields.replyTo) ? fields.replyTo.map(String) : [],
    isUnverified: fields.isVerified === false,
    automatic:
      fields.isAutomatic === true ? (automaticWords[String(automaticReason)] ?? 'automatic mail') : null,
    quotedFrom: typeof quotedFrom === 'number' && quotedFrom > 0 ? quotedFrom : null,
    isCut: fields.textCut === true || fields.htmlCut === true,
  };
}

function personOf(value: unknown): MailPerson | null {
  if (typeof value !== 'object' || value === null || !('address' in value)) return null;
  const { address, name } = value as { address: unknown; name?: unknown };
  if (typeof address !== 'string') return null;
  return { address, name: typeof name === 'string' && name !== '' ? name : null };
}

/** Without what mail programs put before it: `AW: Re: [Ticket 5] Lamp` is about the same as `Lamp`. */
function bareSubject(subject: string): string {
  return subject
    .replace(/^(?:\s*(?:re|fwd?|aw|wg|sv|vs|antw|rif|res|enc|rv|tr|odp|ynt)(?:\[\d+\])?\s*:\s*)+/iu, '')
    .trim()
    .toLocaleLowerCase();
}

export function isSameSubject(one: string, other: string): boolean {
  return bareSubject(one) === bareSubject(other);
}
