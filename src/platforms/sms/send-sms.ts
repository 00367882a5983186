import {
  type OutboundContent,
  type OutboundMessage,
  OutcomeUnknown,
  type PlatformIo,
  Rejected,
  type SentReceipt,
} from '../adapter.ts';
import { identifierOf } from '../json.ts';
import { isOnWhatsApp, recipientOf } from './sms-address.ts';
import { verdictOfAnswer } from './sms-errors.ts';
import { callTwilio, isSuccess } from './sms-request.ts';
import { isMessagingService, type SmsSettings } from './sms-settings.ts';

/** Throws Rejected, Unavailable or OutcomeUnknown, nothing else. */
export async function sendSms(
  message: OutboundMessage,
  settings: SmsSettings,
  io: PlatformIo,
): Promise<SentReceipt> {
  const to = recipientOf(message.to);
  if (to === undefined)
    throw new Rejected('message', 'no_address', 'We know no phone number of this customer.');
  const form = new URLSearchParams({ To: to });
  form.set(isMessagingService(settings.from) ? 'MessagingServiceSid' : 'From', settings.from);
  for (const [name, value] of contentOf(message.content, to)) form.append(name, value);
  // Without it we would never hear whether the message has arrived.
  if (io.door !== undefined) form.set('StatusCallback', io.door.url);
  const answer = await callTwilio('/Messages.json', form, settings, io);
  const externalId = identifierOf(answer.body?.sid);
  if (!isSuccess(answer)) throw verdictOfAnswer(answer);
  if (externalId === undefined)
    throw new OutcomeUnknown('Twilio accepted the message but did not name it; it may have been sent.');
  return { externalId, aliases: [] };
}

/** Of all files of a message together. */
const maximumBytes = 5 * 1024 * 1024;

/** The fields that say what the message says; Twilio fetches files by itself. Throws Rejected. */
function contentOf(content: OutboundContent, to: string): readonly (readonly [string, string])[] {
  if (content.type === 'text') return [['Body', content.text]];
  if (content.type !== 'media')
    throw new Rejected(
      'message',
      'unsupported',
      `A text message cannot be of the type ${content.type}. Send a text instead.`,
    );
  const { files, text } = content;
  if (isOnWhatsApp(to) && files.length > 1)
    throw new Rejected(
      'message',
      'one_file',
      'WhatsApp takes one file in each message. Send the files one by one.',
    );
  if (files.reduce((sum, file) => sum + file.size, 0) > maximumBytes)
    throw new Rejected(
      'message',
      'files_too_large',
      'The files of one message may have 5 MB together. Send them in several messages.',
    );
  return [
    ...(text === undefined ? [] : [['Body', text] as const]),
    ...files.map(file => ['MediaUrl', file.url] as const),
  ];
}
