import { z } from 'zod';

const phoneNumber = /^\+[1-9]\d{6,14}$/;
const shortCode = /^\d{3,8}$/;
const messagingService = /^MG[0-9a-fA-F]{32}$/;
const whatsappSender = /^whatsapp:\+[1-9]\d{6,14}$/;
/** Letters that stand where the number would; nobody can answer to them. */
const alphanumericSender = /^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 &+_-]{0,10}$/;

export const smsSettings = z.strictObject({
  /** It stands in the path of every request, so nothing but its own form is let in. */
  accountSid: z
    .string()
    .regex(
      /^AC[0-9a-fA-F]{32}$/,
      'Use the account SID as Twilio shows it: AC and 32 digits or letters from a to f.',
    ),
  /** Opens the account, and signs what Twilio sends us. */
  authToken: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]+$/, 'Use printable characters without spaces.'),
  from: z
    .string()
    .refine(
      from =>
        [phoneNumber, shortCode, messagingService, whatsappSender, alphanumericSender].some(form =>
          form.test(from),
        ),
      'Use a number as +351210000001, a short code, a messaging service (MG…), a sender of letters (at most 11), or whatsapp:+351….',
    ),
  /** Another base URL than Twilio's: a proxy or a simulator. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
});
export type SmsSettings = z.infer<typeof smsSettings>;

export function isPhoneNumber(address: string): boolean {
  return phoneNumber.test(address);
}
export function isMessagingService(from: string): boolean {
  return messagingService.test(from);
}
/** Whether customers can write to it at all. */
export function canReceive(from: string): boolean {
  return !alphanumericSender.test(from);
}
