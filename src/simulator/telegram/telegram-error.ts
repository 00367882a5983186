import { type Fault, refusal } from '../provider-fault.ts';
import type { ProviderReply } from '../provider-reply.ts';

export interface TelegramFault {
  readonly code: number;
  readonly description: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export function refusedByTelegram({ code, description, parameters }: TelegramFault): ProviderReply {
  return {
    status: code,
    body: { ok: false, error_code: code, description, ...(parameters && { parameters }) },
  };
}

/** As the Bot API refuses. */
export function telegramError(
  code: number,
  description: string,
  parameters?: TelegramFault['parameters'],
): Fault {
  return refusal(refusedByTelegram({ code, description, ...(parameters && { parameters }) }));
}

/** The whole bot is to wait. */
export function tooManyRequests(retryAfterSeconds: number): Fault {
  return telegramError(429, `Too Many Requests: retry after ${retryAfterSeconds}`, {
    retry_after: retryAfterSeconds,
  });
}

export function badRequest(what: string): TelegramFault {
  return { code: 400, description: `Bad Request: ${what}` };
}
