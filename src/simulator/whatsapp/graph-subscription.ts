import axios from 'axios';
import { z } from 'zod';
import { errorReply } from '../graph/graph-error.ts';
import type { ProviderReply } from '../provider-reply.ts';
import type { WhatsAppState } from './whatsapp-account.ts';

const override = z.object({ override_callback_uri: z.url(), verify_token: z.string().min(1) });

/** What Graph says of a number. */
export function numberOf({ account }: WhatsAppState): object {
  return {
    id: account.phoneNumberId,
    display_phone_number: account.displayPhoneNumber ?? '15550000000',
    verified_name: account.displayName ?? 'Business',
    quality_rating: 'GREEN',
    throughput: { level: 'STANDARD' },
  };
}

/** As Meta does: the address has to answer the challenge before it is taken. */
export async function subscribe(state: WhatsAppState, body: unknown): Promise<ProviderReply> {
  const asked = override.safeParse(body);
  if (asked.success) {
    const { override_callback_uri: url, verify_token: token } = asked.data;
    if (!(await answersChallenge(url, token)))
      return errorReply({
        status: 400,
        code: 2200,
        message:
          '(#2200) Callback verification failed with the following errors: the challenge was not answered.',
      });
    state.subscriptions = [{ whatsapp_business_api_data: { name: 'Concierge' }, override_callback_uri: url }];
  } else state.subscriptions = [{ whatsapp_business_api_data: { name: 'Concierge' } }];
  return { status: 200, body: { success: true } };
}

async function answersChallenge(url: string, token: string): Promise<boolean> {
  const challenge = String(Math.floor(Math.random() * 1e9));
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': token,
    'hub.challenge': challenge,
  });
  try {
    const { data } = await axios.get<unknown>(`${url}?${query}`, {
      responseType: 'text',
      transformResponse: [(text: unknown) => text],
      timeout: 5000,
      proxy: false,
    });
    return data === challenge;
  } catch {
    return false;
  }
}
