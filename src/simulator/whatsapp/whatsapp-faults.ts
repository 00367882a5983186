import type { ProviderFault } from '../graph/graph-error.ts';

/** Answers 200 with JSON that breaks off, although the message was taken. */
export const brokenJson: ProviderFault = {
  kind: 'answer',
  status: 200,
  body: '{"messaging_product":"whatsapp","messages":[{"id":',
  isAccepted: true,
};

/** The number sends too fast. */
export function rateLimited(retryAfterSeconds: number): ProviderFault {
  return { kind: 'error', status: 429, code: 130429, message: 'Rate limit hit', retryAfterSeconds };
}
