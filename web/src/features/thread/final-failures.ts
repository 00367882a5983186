import type { Channel, Message } from '../../../../src/contract/index.ts';

type Rules = Pick<Channel['abilities'], 'finalErrors' | 'windowErrors'>;

/** Said by Concierge itself, on every platform: the same message meets the same answer again. */
const finalEverywhere: ReadonlySet<string> = new Set([
  'blocked',
  'channel_removed',
  'file_gone',
  'no_address',
  'unsupported',
]);

/** Some codes stand for several things; then the sentence tells whether another try is worth it. */
const invitesAnotherTry = /\btry again\b|\bsend it again\b/i;

/** Whether this message, as it is, will never go out: another try would only fail again. */
export function isFinal(rules: Rules | undefined, { code, message }: NonNullable<Message['error']>): boolean {
  if (invitesAnotherTry.test(message)) return false;
  return finalEverywhere.has(code) || (rules?.finalErrors.includes(code) ?? false);
}

/** Whether it came too late after the customer's last words: another try helps when they have written since. */
export function isTooLate(rules: Rules | undefined, { code }: NonNullable<Message['error']>): boolean {
  return code === 'window_closed' || (rules?.windowErrors.includes(code) ?? false);
}
