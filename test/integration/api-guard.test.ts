import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import { signWebhook } from '../../src/platforms/standard-webhooks.ts';
import { startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { WebhookCallback } from '../support/webhook-callback.ts';

describe('the callback of an API channel', () => {
  it('in our own network is not called, and the channel says why', async function () {
    this.timeout(60_000);
    const [product, callback] = await Promise.all([startProduct(), WebhookCallback.start()]);
    try {
      const { acme } = product;
      const { body: channel } = await acme.http<Channel & { secret: string }>('POST', '/channels', {
        platform: 'api',
        name: 'Inside',
        settings: { callbackUrl: callback.url },
      });
      const body = Buffer.from(
        JSON.stringify({ type: 'message', id: 'm-1', customer: { id: 'c-1' }, text: 'From outside' }),
      );
      const response = await fetch(channel.webhookUrl ?? '', {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          ...signWebhook([channel.secret], 'd-1', new Date(), body),
        },
      });
      expect(response.status).to.equal(200);
      await acme.applied();
      const [row] = await acme.query<{ id: number }>(
        `SELECT conversation_id AS id FROM messages WHERE platform_message_id = 'm-1'`,
      );
      await acme.http('POST', `/conversations/${row?.id}/messages`, { content: 'To the inside' });
      const now = async () => (await acme.http<Channel>('GET', `/channels/${channel.id}`)).body;
      await until('the channel has stopped', async () => (await now()).health === 'stopped');
      expect((await now()).healthMessage).to.include('OUTBOUND_ALLOW');
      expect(callback.requests).to.have.length(0);
    } finally {
      await product.close();
      await callback.close();
    }
  });
});
