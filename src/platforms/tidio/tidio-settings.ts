import { z } from 'zod';

const credential = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'Use printable characters without spaces.');

export const tidioSettings = z.strictObject({
  /** Every webhook names it. */
  projectPublicKey: z.string().regex(/^[\w-]{1,200}$/, 'Use the public key as Tidio shows it.'),
  clientId: credential,
  clientSecret: credential,
  webhookSecret: credential,
  /** Who answers tickets: Tidio takes no reply without the name of one of its operators. */
  operatorId: z
    .string()
    .regex(
      /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
      "Use an operator's id, like 1f0c8a52-…: the check of the channel lists them.",
    )
    .optional(),
  /** Another base URL than Tidio's: a proxy or a simulator. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
});
export type TidioSettings = z.infer<typeof tidioSettings>;
