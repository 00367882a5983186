import { expect } from 'chai';
import type { Channel, ChannelHealth } from '../../src/contract/channels.ts';
import { checkChannel, type RunInTenant } from '../../src/features/channels/index.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';

describe('the check of a channel', () => {
  let product: Product;
  let acme: ProductTenant;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct({ variables: { OUTBOUND_ALLOW: '127.0.0.1:*' } });
    ({ acme } = product);
  });
  after(() => product?.close());

  const check = async (id: number) => (await acme.http<ChannelHealth>('POST', `/channels/${id}/check`)).body;

  it('that reaches nobody says so of a channel that was in order, until one does', async () => {
    const { id } = acme.whatsapp;
    expect(await check(id)).to.include({ health: 'ok', healthMessage: null });
    const apiUrl = 'http://127.0.0.1:1';
    const [before] = await acme.query<{ settings: object }>('SELECT settings FROM channels WHERE id = $1', [
      id,
    ]);
    await acme.query('UPDATE channels SET settings = settings || $2 WHERE id = $1', [id, { apiUrl }]);
    const lost = await check(id);
    expect(lost.health).to.equal('warning');
    expect(lost.healthMessage).to.match(/^WhatsApp cannot be asked at the moment/);
    await acme.query('UPDATE channels SET settings = $2 WHERE id = $1', [id, before?.settings]);
    expect(await check(id)).to.include({ health: 'ok', healthMessage: null });
  });

  it('without settings says that they are wanting', async () => {
    const [row] = await acme.query<{ id: number }>(
      `INSERT INTO channels (platform, name, settings, sealed_credentials, webhook_token)
       VALUES ('instagram', 'Of a sample', '{}', '', 'none') RETURNING id`,
    );
    expect(await check(row?.id ?? 0)).to.include({
      health: 'stopped',
      healthMessage: 'The settings of this channel are not complete. Set them again.',
    });
  });

  it('by a command that may not call an address stops nothing: the server judges by its own rules', async () => {
    const callbackUrl = 'http://127.0.0.1:9/callback';
    const { body: channel } = await acme.http<Channel>('POST', '/channels', {
      platform: 'api',
      name: 'Hooks',
      settings: { callbackUrl },
    });
    expect((await check(channel.id)).health).to.equal('ok');
    const run: RunInTenant = work => product.context.tenants.runOn(acme.tenant, work);
    const said = await checkChannel(run, channel.id, {
      ...{ providerUrls: product.context.config.providerUrls, outboundAllow: [], shared: {} },
      ...{ publicUrl: product.url, connects: false, isByPerson: true, isServer: false },
    });
    expect(said).to.match(/^callbackUrl: .*OUTBOUND_ALLOW/);
    const { body } = await acme.http<ChannelHealth>('GET', `/channels/${channel.id}/health`);
    expect(body).to.include({ health: 'ok', healthMessage: null });
  });
});
