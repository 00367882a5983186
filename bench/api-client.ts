import { randomBytes } from 'node:crypto';
import type { BenchTenant } from './world.ts';

/** One call of the product's API. Throws when the answer is not a 2xx. */
export async function callApi<Answer>(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** Signs in as the tenant's administrator; the access token lasts a quarter of an hour. */
export async function signIn(url: string, { slug, email, password }: BenchTenant): Promise<string> {
  const body = { tenant: slug, email, password };
  return (await callApi<{ accessToken: string }>(url, '', 'POST', '/auth/login', body)).accessToken;
}

/** A WhatsApp number of a tenant: where its webhooks go and what signs them. */
export interface BenchChannel {
  readonly id: number;
  /** The path of its webhook. */
  readonly path: string;
  readonly appSecret: string;
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
}

export async function connectWhatsApp(url: string, tenant: BenchTenant): Promise<BenchChannel> {
  const digits = () => String(randomBytes(6).readUIntBE(0, 6) + 1e14);
  const settings = {
    phoneNumberId: digits(),
    businessAccountId: digits(),
    accessToken: randomBytes(24).toString('hex'),
    appSecret: randomBytes(16).toString('hex'),
  };
  const channel = await callApi<{ id: number; webhookUrl: string }>(url, tenant.apiKey, 'POST', '/channels', {
    platform: 'whatsapp',
    name: 'WhatsApp',
    settings,
  });
  return { ...settings, id: channel.id, path: new URL(channel.webhookUrl).pathname };
}
