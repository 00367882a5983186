import { expect } from 'chai';
import { findChannel, openSettings, renewSecrets } from '../../src/features/channels/index.ts';
import { adapters } from '../../src/platforms/registry.ts';
import { type Product, startProduct } from '../support/product.ts';

describe('secrets that grow old', () => {
  const adapter = adapters.whatsapp as { renew?: unknown };
  const realRenew = adapter.renew;
  let product: Product;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct({ hasNoWorkers: true });
  });
  afterEach(() => {
    adapter.renew = realRenew;
  });
  after(() => product?.close());

  const renew = () => {
    const { acme, context } = product;
    const { providerUrls, outboundAllow } = context.config;
    return renewSecrets(
      work => context.tenants.run(acme.tenant.id, work),
      context.landlord,
      acme.whatsapp.id,
      { providerUrls, outboundAllow, publicUrl: product.url },
    );
  };
  const token = () =>
    product.context.tenants.run(product.acme.tenant.id, async ({ db, tenant }) => {
      const row = await findChannel(db, product.acme.whatsapp.id);
      return row && openSettings(tenant, row).accessToken;
    });
  const set = (accessToken: string) =>
    product.acme.http('PATCH', `/channels/${product.acme.whatsapp.id}`, { settings: { accessToken } });

  it('are exchanged when it is time', async () => {
    adapter.renew = async () => ({ accessToken: 'younger' });
    await renew();
    expect(await token()).to.equal('younger');
    adapter.renew = async () => undefined;
    await renew();
    expect(await token()).to.equal('younger');
  });
  it('give way to what a person has set meanwhile', async () => {
    adapter.renew = async ({ accessToken }: { accessToken: string }) => {
      expect(await set('by-hand')).to.include({ status: 200 });
      return { accessToken: `${accessToken}-exchanged` };
    };
    await renew();
    expect(await token()).to.equal('by-hand');
  });
  it('stay when the platform does not exchange them now', async () => {
    adapter.renew = async () => {
      throw new Error('away');
    };
    await renew();
    expect(await token()).to.equal('by-hand');
  });
});
