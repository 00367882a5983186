import type { Message, Platform } from '../../../../src/contract/index.ts';

/** Said by Concierge itself: the same message meets the same answer again. */
const finalEverywhere: ReadonlySet<string> = new Set([
  'bad_address',
  'bad_file',
  'blocked',
  'channel_removed',
  'chat_not_found',
  'chat_read_only',
  'choice_too_long',
  'deactivated',
  'file_gone',
  'file_too_large',
  'files_too_large',
  'message_gone',
  'no_address',
  'no_voice',
  'not_on_whatsapp',
  'not_started',
  'not_supported',
  'one_file',
  'picture_refused',
  'too_large',
  'too_long',
  'too_many_recipients',
  'unsupported',
]);

const metaMessaging = ['100'];
/** The platforms' own codes for a recipient, a content or a template that will not be taken the next time either. */
const finalThere: Partial<Record<Platform, ReadonlySet<string>>> = {
  whatsapp: new Set([
    // Content and file.
    ...['100', '131008', '131009', '131051', '131053'],
    // The recipient.
    ...['130472', '131021', '131050', '131062'],
    // The template.
    ...['132000', '132001', '132005', '132007', '132008', '132012', '132015', '132016'],
  ]),
  facebook: new Set(metaMessaging),
  instagram: new Set(metaMessaging),
  sms: new Set([
    // The number.
    ...['21211', '21217', '21265', '21604', '21610', '21612', '21614', '21635', '30004', '30005', '30006'],
    ...['63003', '63024', '63032'],
    // Content and file.
    ...['11751', '21602', '21605', '21617', '21619', '21620', '21623', '30007', '30019'],
    ...['63005', '63013', '63019', '63021', '63049'],
  ]),
  email: new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.2.3', '5.3.4', '552']),
};

/** Some codes stand for several things; then the sentence tells whether another try is worth it. */
const invitesAnotherTry = /\btry again\b|\bsend it again\b/i;

/** Whether this message, as it is, will never go out: another try would only fail again. */
export function isFinal(platform: Platform, { code, message }: NonNullable<Message['error']>): boolean {
  if (invitesAnotherTry.test(message)) return false;
  return finalEverywhere.has(code) || (finalThere[platform]?.has(code) ?? false);
}

const closedWindows: Partial<Record<Platform, string>> = {
  whatsapp: '131047',
  facebook: '10',
  instagram: '10',
  sms: '63016',
};

/** Whether it came too late after the customer's last words: another try helps when they have written since. */
export function isTooLate(platform: Platform, { code }: NonNullable<Message['error']>): boolean {
  return code === 'window_closed' || closedWindows[platform] === code;
}
