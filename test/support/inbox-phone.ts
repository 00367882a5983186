import { lineHost } from '../../src/features/inbound/index.ts';
import type { LineState } from '../../src/platforms/adapter.ts';
import type { Product, ProductTenant } from './product.ts';

/** What the open line of this channel would tell, told where no line is open. */
export async function lineTells(
  { context }: Pick<Product, 'context'>,
  { tenant }: ProductTenant,
  channelId: number,
  state: LineState,
): Promise<void> {
  const host = lineHost({
    tenant,
    channel: { id: channelId, platform: 'whatsapp_web', webhook_token: 'of a phone' },
    run: work => context.tenants.runOn(tenant, work),
    fence: 1,
    isHeld: () => true,
    onDeliveries: () => undefined,
  });
  await host.tell(state);
}

/** A code as WhatsApp Web shows them, good for so long. */
export function pairingCode(letter: string, forMs = 60_000): NonNullable<LineState['pairing']> {
  return { code: `2@${letter.repeat(180)},key==`, expiresAt: new Date(Date.now() + forMs) };
}

export const scanMe = 'Scan the code with WhatsApp on the phone.';
