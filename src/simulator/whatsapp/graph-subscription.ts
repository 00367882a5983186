import axios from 'axios';
import { z } from 'zod';
import { errorReply } from '../graph/graph-error.ts';
import type { ProviderReply } from '../provider-reply.ts';
import type { WhatsAppState } from './whatsapp-account.ts';

/** A business account: what all its numbers share. */
export interface Business {
  /** Instead of the address of the app, for numbers without one of their own. */
  webhookUrl?: string | undefined;
}

/** What Graph says of a number. */
export function numberOf({ account, webhookUrl }: WhatsAppState, business: Business): object {
  const configuration = {
    ...(business.webhookUrl === undefined ? {} : { whatsapp_business_account: business.webhookUrl }),
    ...(webhookUrl === undefined ? {} : { phone_number: webhookUrl }),
  };
  return {
    id: account.phoneNumberId,
    display_phone_number: account.displayPhoneNumber ?? '15550000000',
    verified_name: account.displayName ?? 'Business',
    quality_rating: 'GREEN',
    throughput: { level: 'STANDARD' },
    ...(Object.keys(configuration).length === 0 ? {} : { webhook_configuration: configuration }),
  };
}

/** Which apps the business account's webhooks go to. */
export function subscriptionsOf({ webhookUrl }: Business): ProviderReply {
  const app = { whatsapp_business_api_data: { name: 'Concierge' } };
  return {
    status: 200,
    body: { data: [webhookUrl === undefined ? app : { ...app, override_callback_uri: webhookUrl }] },
  };
}

const override = z.object({ override_callback_uri: z.url(), verify_token: z.string().min(1) });
const numberChange = z.object({ webhook_configuration: override });

/** Subscribes the app; an address of the business account's that is not given again is over. */
export function subscribe(business: Business, body: unknown): Promise<ProviderReply> {
  return giveAddress(business, override.safeParse(body).data);
}

/** Changes a number: it may have an address that no other number shares. */
export async function changeNumber(state: WhatsAppState, body: unknown): Promise<ProviderReply> {
  const asked = numberChange.safeParse(body).data;
  return asked === undefined
    ? errorReply({ status: 400, code: 100, message: '(#100) Nothing of the number is changed.' })
    : giveAddress(state, asked.webhook_configuration);
}

/** As Meta does: the address has to answer the challenge before it is taken. */
async function giveAddress(
  owner: { webhookUrl?: string | undefined },
  asked: z.infer<typeof override> | undefined,
): Promise<ProviderReply> {
  if (asked !== undefined && !(await answersChallenge(asked.override_callback_uri, asked.verify_token)))
    return errorReply({
      status: 400,
      code: 2200,
      message:
        '(#2200) Callback verification failed with the following errors: the challenge was not answered.',
    });
  owner.webhookUrl = asked?.override_callback_uri;
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
