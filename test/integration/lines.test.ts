import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { sessionVault } from '../../src/features/channels/index.ts';
import { claimLines, type HeldLine, renewLines, restLine, wakeLine } from '../../src/landlord/line-store.ts';
import { putRoute } from '../../src/landlord/route-store.ts';
import { DamagedSession, LineLost } from '../../src/platforms/adapter.ts';
import { careForTenant } from '../../workers/care-for-tenant.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { rejection } from '../support/stub-server.ts';

describe('lines', () => {
  let product: Product;
  const keyOf = ({ tenantId, channelId }: Pick<HeldLine, 'tenantId' | 'channelId'>) =>
    `${tenantId} ${channelId}`;

  before(async function () {
    this.timeout(60_000);
    product = await startProduct({ hasNoWorkers: true });
    for (const tenant of [product.acme, product.globex])
      for (const channelId of [501, 502, 503])
        await product.context.landlord.transaction(tx =>
          putRoute(tx, {
            tenantId: tenant.tenant.id,
            channelId,
            platform: 'email',
            externalAccountId: `${tenant.tenant.slug}-${channelId}`,
            token: randomUUID(),
            sealedCredentials: '',
          }),
        );
  });
  after(() => product?.close());
  beforeEach(() => db().query('DELETE FROM channel_lines'));

  const db = () => product.context.landlord.db;
  const claim = (holder: string, limit = 10) => claimLines(db(), holder, ['email'], limit);
  const expire = () => db().query(`UPDATE channel_lines SET held_until = now() - interval '1 second'`);

  it('are each given to one of many who want them at once', async () => {
    const holders = Array.from({ length: 6 }, () => randomUUID());
    const taken = (await Promise.all(holders.map(holder => claim(holder)))).flat();
    expect(taken.map(keyOf)).to.have.length(6);
    expect(new Set(taken.map(keyOf))).to.have.property('size', 6);
    expect(await claim(randomUUID())).to.deep.equal([]);
  });

  it('are taken no more of than there is room for, and none of other platforms', async () => {
    expect(await claim(randomUUID(), 2)).to.have.length(2);
    expect(await claim(randomUUID(), 0)).to.have.length(0);
    expect(await claimLines(db(), randomUUID(), ['whatsapp_web'], 10)).to.have.length(0);
  });

  it('stay with who prolongs them; whoever comes late finds a higher fence and nothing of theirs', async () => {
    const [slow, quick] = [randomUUID(), randomUUID()];
    const first = await claim(slow);
    expect(await renewLines(db(), slow)).to.have.length(6);
    await expire();
    expect(await renewLines(db(), slow), 'too late').to.deep.equal([]);
    const second = await claim(quick);
    expect(second).to.have.length(6);
    for (const line of second) {
      const before = first.find(candidate => keyOf(candidate) === keyOf(line));
      expect(line.fence).to.equal((before?.fence ?? 0) + 1);
    }
    await restLine(db(), slow, second[0] as HeldLine, 0);
    expect(await renewLines(db(), quick), 'what somebody else gave back').to.have.length(6);
  });

  it('rest when they were given back, until somebody wakes them', async () => {
    const holder = randomUUID();
    const [line] = (await claim(holder)) as [HeldLine];
    await restLine(db(), holder, line, 3_600_000);
    expect(await renewLines(db(), holder)).to.have.length(5);
    expect(await claim(randomUUID())).to.deep.equal([]);
    await wakeLine(db(), line.tenantId, line.channelId);
    expect((await claim(randomUUID())).map(keyOf)).to.deep.equal([keyOf(line)]);
  });

  it('of a suspended tenant and of a removed channel are nobody’s', async () => {
    const { acme, globex } = product;
    const holder = randomUUID();
    await claim(holder);
    await db().query(`UPDATE tenants SET status = 'suspended' WHERE id = $1`, [globex.tenant.id]);
    await db().query('DELETE FROM channel_routes WHERE tenant_id = $1 AND channel_id = 501', [
      acme.tenant.id,
    ]);
    const kept = await renewLines(db(), holder);
    expect(kept.map(line => line.channelId).sort()).to.deep.equal([502, 503]);
    await expire();
    expect((await claim(randomUUID())).map(line => line.channelId).sort()).to.deep.equal([502, 503]);
    await db().query(`UPDATE tenants SET status = 'active' WHERE id = $1`, [globex.tenant.id]);
  });

  describe('the vault of a session', () => {
    const vaultOf = ({ tenant }: ProductTenant, fence: number, id = 1) =>
      sessionVault(
        work => product.context.tenants.run(tenant.id, work),
        tenant,
        { id, webhook_token: `token of ${id}` },
        fence,
      );
    const content = (text: string) => Buffer.from(text.repeat(1000));
    afterEach(() => product.acme.query('DELETE FROM whatsapp_sessions'));

    it('keeps the last three, the newest first', async () => {
      const vault = vaultOf(product.acme, 1);
      for (const text of ['a', 'b', 'c', 'd']) await vault.save(content(text));
      const versions = await vault.versions();
      const opened = await Promise.all(versions.map(version => vault.open(version)));
      expect(opened.map(bytes => bytes.toString('utf8', 0, 1))).to.deep.equal(['d', 'c', 'b']);
      expect(await vaultOf(product.acme, 1, 2).versions()).to.deep.equal([]);
      expect(await vaultOf(product.globex, 1).versions()).to.deep.equal([]);
    });
    it('holds nothing in clear, and opens nothing that was changed or put elsewhere', async () => {
      const vault = vaultOf(product.acme, 1);
      await vault.save(content('secret '));
      const [version] = (await vault.versions()) as [number];
      const [row] = await product.acme.query<{ sealed: string }>('SELECT sealed FROM whatsapp_sessions');
      expect(Buffer.from(row?.sealed.split('.')[2] ?? '', 'base64url').includes('secret')).to.equal(false);
      await product.acme.query(`UPDATE whatsapp_sessions SET sha256 = 'x'`);
      expect(await rejection(vault.open(version)))
        .to.be.instanceOf(DamagedSession)
        .with.property('message')
        .that.includes('damaged');
      await product.acme.query('UPDATE whatsapp_sessions SET channel_id = 2');
      expect(await rejection(vaultOf(product.acme, 1, 2).open(version)))
        .to.be.instanceOf(DamagedSession)
        .with.nested.property('cause.name', 'SealBroken');
      expect(await rejection(vault.open(version))).to.be.instanceOf(Error);
    });
    it('does not call a session damaged that it cannot read at the moment', async () => {
      const { tenant } = product.acme;
      const away = sessionVault(
        () => Promise.reject(new Error('The database is away.')),
        tenant,
        { id: 1, webhook_token: 'token of 1' },
        1,
      );
      expect(await rejection(away.open(1))).to.have.property('message', 'The database is away.');
    });
    it('takes nothing of a line that somebody else holds by now', async () => {
      const [old, young] = [vaultOf(product.acme, 1), vaultOf(product.acme, 2)];
      await old.save(content('a'));
      await young.save(content('b'));
      expect(await rejection(old.save(content('c')))).to.be.instanceOf(LineLost);
      await old.end();
      expect(await young.versions()).to.have.length(1);
    });
    it('shows no session that was ended, and destroys it after a week', async () => {
      const vault = vaultOf(product.acme, 1);
      await vault.save(content('a'));
      await vault.end();
      expect(await vault.versions()).to.deep.equal([]);
      await vault.save(content('b'));
      expect(await product.acme.query('SELECT 1 FROM whatsapp_sessions')).to.have.length(2);
      await product.acme.query(
        `UPDATE whatsapp_sessions SET ended_at = now() - interval '8 days' WHERE ended_at IS NOT NULL`,
      );
      await vault.save(content('c'));
      expect(
        await product.acme.query('SELECT 1 FROM whatsapp_sessions WHERE ended_at IS NOT NULL'),
      ).to.have.length(0);
    });
    it('destroys it also when nothing is saved any more, and nothing sooner', async () => {
      const ofChannel = [1, 2, 3].map(id => vaultOf(product.acme, 1, id));
      for (const vault of ofChannel) await vault.save(content('a'));
      for (const vault of ofChannel.slice(0, 2)) await vault.end();
      await product.acme.query(
        `UPDATE whatsapp_sessions SET ended_at = now() - CASE channel_id WHEN 1 THEN interval '7 days 1 minute'
           ELSE interval '6 days 23 hours' END WHERE ended_at IS NOT NULL`,
      );
      await careForTenant(product.context, product.acme.tenant.id);
      expect(
        await product.acme.query('SELECT channel_id AS id FROM whatsapp_sessions ORDER BY channel_id'),
      ).to.deep.equal([{ id: 2 }, { id: 3 }]);
    });
  });
});
