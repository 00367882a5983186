import { z } from 'zod';

const printable = /^[\x21-\x7e]+$/;
const credential = z.string().min(1).max(200).regex(printable, 'Use printable characters without spaces.');

export const crispSettings = z.strictObject({
  /** It stands in the path of every request, so nothing but its own form is let in. */
  websiteId: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'Use the website ID as Crisp shows it: letters, digits and -.'),
  /** The two halves of a token. */
  identifier: credential,
  key: credential,
  /** Whose token it is: a plugin's, or one that was made for this website alone. */
  tier: z.enum(['plugin', 'website']).optional(),
  /** A plugin's hooks are signed with it; a website's carry it in their address, where a guess must not be worth while. */
  hookSecret: z
    .string()
    .min(16, 'Use at least 16 characters.')
    .max(200)
    .regex(printable, 'Use printable characters without spaces.'),
  /** Another base URL than Crisp's: a proxy or a simulator. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
});
export type CrispSettings = z.infer<typeof crispSettings>;
