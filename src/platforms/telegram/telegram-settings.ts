import { randomBytes } from 'node:crypto';
import { z } from 'zod';

export const telegramSettings = z.strictObject({
  /** It stands in the path of every request, so nothing but its own form is let in. */
  botToken: z
    .string()
    .regex(
      /^\d{1,20}:[A-Za-z0-9_-]{1,200}$/,
      'Use the token as BotFather shows it: digits, a colon, letters and digits.',
    ),
  /** Comes with every delivery and is its only proof. */
  secretToken: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,256}$/, 'Use 1 to 256 letters, digits, _ and -.')
    .optional(),
  /** Another base URL than Telegram's: a proxy, a simulator, or a Bot API server of one's own. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
});
export type TelegramSettings = z.infer<typeof telegramSettings>;

export function completeTelegramSettings(settings: TelegramSettings): TelegramSettings {
  return { ...settings, secretToken: settings.secretToken ?? randomBytes(32).toString('base64url') };
}

/** A token begins with the id of its bot, which stays when the token is changed. */
export function botIdOf({ botToken }: TelegramSettings): string {
  return botToken.slice(0, botToken.indexOf(':'));
}
