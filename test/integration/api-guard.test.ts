import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import { signWebhook } from '../../src/platforms/standard-webhooks.ts';
import { startProduct } from '../support/product.ts';
import { StubServer } from '../support/stub-server.ts';
import { until } from '../support/until.ts';
import { WebhookCallback } from '../support/webhook-callback.ts';

describe('another address of a provider that a tenant names', () => {
  it('in our own network is not called, whatever is set; one that an operator has named is', async function () {
    this.timeout(60_000);
    const inside = new StubServer();
    await inside.start();
    inside.answer = { body: { id: '1', ok: true, result: { id: 1, username: 'x' }, data: [] } };
    const product = await startProduct();
    try {
      const { acme } = product;
      const connect = (platform: string, settings: object) =>
        acme.http<Channel>('POST', '/channels', {
          platform,
          name: platform,
          settings: { ...settings, apiUrl: inside.url },
        });
      const made = [
        await connect('whatsapp', { phoneNumberId: '1', businessAccountId: '2', accessToken: 't' }),
        await connect('facebook', { pageId: '3', pageAccessToken: 't' }),
        await connect('telegram', { botToken: '7100000001:AAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
        await connect('sms', {
          accountSid: `AC${'0'.repeat(32)}`,
          authToken: 'a'.repeat(32),
          from: '+15550001111',
        }),
      ];
      for (const { status, body } of made) {
        expect(status, JSON.stringify(body)).to.equal(201);
        expect(body.health, body.platform).to.not.equal('ok');
        expect(body.healthMessage, body.platform).to.be.a('string');
      }
      expect(inside.seen).to.have.length(0);
      const [{ body: whatsapp } = { body: undefined }] = made;
      await acme.query('UPDATE channels SET trusts_api_url = true WHERE id = $1', [whatsapp?.id]);
      await acme.http('POST', `/channels/${whatsapp?.id}/check`);
      expect(inside.seen).to.not.have.length(0);
      const count = inside.seen.length;
      const moved = await acme.http<Channel>('PATCH', `/channels/${whatsapp?.id}`, {
        settings: { apiUrl: `${inside.url}/elsewhere` },
      });
      expect(moved.status).to.equal(200);
      expect(inside.seen, 'a tenant has changed it').to.have.length(count);
    } finally {
      await product.close();
      await inside.stop();
    }
  });
});

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
      expect(channel.health).to.equal('stopped');
      expect(channel.healthMessage).to.match(/^callbackUrl: 127\.0\.0\.1 is an address of our own network/);
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
      const mended = await acme.http<Channel>('PATCH', `/channels/${channel.id}`, {
        settings: { callbackUrl: 'https://1.1.1.1/hook' },
        isActive: false,
      });
      expect(mended.body).to.include({ health: 'ok', healthMessage: null });
    } finally {
      await product.close();
      await callback.close();
    }
  });
});

describe('a channel without a secret to verify with', () => {
  it('says that nothing can be received, unless this server has one for all', async function () {
    this.timeout(60_000);
    for (const [variables, isDeaf] of [
      [{}, true],
      [{ META_APP_SECRET: 'of one app for all' }, false],
    ] as const) {
      const product = await startProduct({ hasNoWorkers: true, variables });
      try {
        const { body } = await product.acme.http<Channel>('POST', '/channels', {
          platform: 'facebook',
          name: 'Our page',
          settings: { pageId: '660011', pageAccessToken: 't' },
        });
        const says = /^Nothing can be received: .* appSecret .* META_APP_SECRET/.test(
          body.healthMessage ?? '',
        );
        expect(says, body.healthMessage ?? '').to.equal(isDeaf);
        if (isDeaf) expect(body.health).to.equal('warning');
      } finally {
        await product.close();
      }
    }
  });
});
