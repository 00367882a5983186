import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import { adapters } from '../../src/platforms/registry.ts';
import { mailSettings } from './mail-server.ts';
import type { ProductTenant } from './product.ts';

type Parts = 'check' | 'open' | 'polls' | 'pull' | 'parse' | 'renew';
/** The adapter of mail, whose parts a test may play. */
export type PlayedAdapter = Partial<Record<Parts, unknown>>;

/** To be called in a describe: mailboxes that are in order, which nobody listens to or asks by himself. */
export function usePlayedMailboxes(): PlayedAdapter {
  const adapter = adapters.email as PlayedAdapter;
  const real = { ...adapter };
  before(() => {
    adapter.check = async () => ({ health: 'ok', message: null });
    adapter.open = async () => {
      let close: () => void = () => undefined;
      const ended = new Promise<void>(resolve => {
        close = resolve;
      });
      return { ended, close: async () => close() };
    };
    adapter.polls = () => [];
    adapter.pull = async () => ({ bodies: [] });
  });
  after(() => {
    Object.assign(adapter, real);
  });
  return adapter;
}

export async function playedMailbox(tenant: ProductTenant, name: string): Promise<Channel> {
  const settings = mailSettings({}, { address: `${name}@shop.example` });
  const made = await tenant.http<Channel>('POST', '/channels', { platform: 'email', name, settings });
  expect(made.status, JSON.stringify(made.body)).to.equal(201);
  return made.body;
}
