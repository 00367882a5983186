/** Why nobody should answer a mail by program: no person wrote it, or it went to many. */
export type AutomaticReason =
  | 'auto-reply'
  | 'auto-generated'
  | 'bounce'
  | 'list'
  | 'bulk'
  | 'no-reply'
  | 'suppressed';

/** The value of a header of the mail, the uppermost when there are several; names are lower case. */
export type HeaderOf = (name: string) => string | undefined;

const daemons = /^(?:mailer-daemon|postmaster|mail-daemon|double-bounce)(?:[+@]|$)/i;
const noReply = /^(?:no-?_?\.?reply|do-?_?not-?_?reply|noreply-[\w.-]+)(?:[+@]|$)/i;

/** `undefined` for what a person seems to have written to us. */
export function automaticReason(header: HeaderOf, sender: string | undefined): AutomaticReason | undefined {
  const submitted = wordIn(header('auto-submitted'));
  const precedence = wordIn(header('precedence'));
  if (submitted === 'auto-replied' || precedence === 'auto_reply') return 'auto-reply';
  if (['x-autoreply', 'x-autorespond', 'x-auto-reply', 'x-autoresponder'].some(name => isSaid(header(name))))
    return 'auto-reply';
  const isFromNobody = /^<\s*>/.test(header('return-path')?.trim() ?? '');
  if (isFromNobody || daemons.test(sender ?? '')) return 'bounce';
  if (submitted !== undefined && submitted !== 'no') return 'auto-generated';
  if (isSaid(header('list-id')) || isSaid(header('list-unsubscribe')) || precedence === 'list') return 'list';
  if (precedence === 'bulk' || precedence === 'junk') return 'bulk';
  if (noReply.test(sender ?? '')) return 'no-reply';
  const suppress = wordIn(header('x-auto-response-suppress'));
  return suppress === undefined || suppress === 'none' ? undefined : 'suppressed';
}

function wordIn(value: string | undefined): string | undefined {
  const word = value?.split(/[;,(]/)[0]?.trim().toLowerCase();
  return word === '' ? undefined : word;
}
function isSaid(value: string | undefined): boolean {
  return value !== undefined && !/^(?:no|false|)$/i.test(value.trim());
}
