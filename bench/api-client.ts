import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
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

/**
 * Signs in as the tenant's administrator; the access token lasts a quarter of an hour. From one address only so many may
 * sign in a minute: whoever wants more waits, as the answer says.
 */
export async function signIn(url: string, { slug, email, password }: BenchTenant): Promise<string> {
  for (;;) {
    const response = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tenant: slug, email, password }),
    });
    const text = await response.text();
    if (response.ok) return (JSON.parse(text) as { accessToken: string }).accessToken;
    if (response.status !== 429) throw new Error(`Signing in was answered ${response.status}: ${text}`);
    await delay(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
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
