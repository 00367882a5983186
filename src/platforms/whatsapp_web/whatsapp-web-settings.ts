import { z } from 'zod';

/** The account is whichever phone reads the code; there is nothing to enter. */
export const whatsappWebSettings = z.strictObject({});
export type WhatsAppWebSettings = z.infer<typeof whatsappWebSettings>;
