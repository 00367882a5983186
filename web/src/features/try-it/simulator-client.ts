export interface SimulatedCustomer {
  readonly waId: string;
  readonly name: string;
}
export interface SimulatedMessage {
  readonly id: string;
  /** As the business sees it: `in` is what the customer wrote. */
  readonly direction: 'in' | 'out';
  readonly text: string;
  readonly status: string;
  readonly at: string;
}

const root = '/simulator/whatsapp';

/** `null`: there is nothing of this kind. */
async function ask<T>(path: string, body?: unknown): Promise<T | null> {
  const response = await fetch(root + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 404 && body === undefined) return null;
  if (!response.ok) throw new Error(`The simulated WhatsApp answered ${response.status}.`);
  return response.status === 204 ? null : ((await response.json()) as T);
}

/** `null`: this server has no simulator. */
export async function simulatedCustomers(): Promise<SimulatedCustomer[] | null> {
  return (await ask<{ customers: SimulatedCustomer[] }>(''))?.customers ?? null;
}

/** A customer who has never written has an empty one. */
export async function simulatedThread(waId: string): Promise<SimulatedMessage[]> {
  const answer = await ask<{ items?: SimulatedMessage[] }>(`/thread/${encodeURIComponent(waId)}`);
  return answer?.items ?? [];
}

export async function writeAsCustomer(customer: SimulatedCustomer, text: string): Promise<void> {
  await ask('/messages', { ...customer, text });
}

export async function readAsCustomer(waId: string): Promise<void> {
  await ask('/read', { waId });
}
