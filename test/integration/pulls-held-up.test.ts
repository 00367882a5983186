import { expect } from 'chai';
import type { Channel } from '../../src/contract/channels.ts';
import { type PlatformIo, type Pulled, Rejected } from '../../src/platforms/adapter.ts';
import type { EmailSettings } from '../../src/platforms/email/email-settings.ts';
import { adapters } from '../../src/platforms/registry.ts';
import { playedMailbox, usePlayedMailboxes } from '../support/played-mailboxes.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

describe('what is fetched beside servers that hang', function () {
  this.timeout(60_000);
  const mail = usePlayedMailboxes();
  const whatsapp = adapters.whatsapp as { pull?: unknown };
  const realPull = whatsapp.pull;
  let product: Product;
  let acme: ProductTenant;
  let globex: ProductTenant;
  /** Whose server does not answer, by their address, and what ends that. */
  const hanging = new Map<string, () => void>();
  const asked: string[] = [];
  const askedFor = (name: string) => asked.filter(other => other === name).length;
  const letGo = () => {
    for (const end of hanging.values()) end();
    hanging.clear();
  };

  before(async () => {
    product = await startProduct();
    ({ acme, globex } = product);
    mail.pull = async (_what: string, { address }: EmailSettings): Promise<Pulled> => {
      const name = address.split('@')[0] ?? '';
      asked.push(name);
      if (name.startsWith('dead')) await new Promise<void>(end => hanging.set(name, end));
      return { bodies: [] };
    };
    whatsapp.pull = async (): Promise<Pulled> => {
      asked.push('whatsapp');
      return { bodies: [] };
    };
  });
  after(async () => {
    letGo();
    await product?.close();
    whatsapp.pull = realPull;
  });
  afterEach(letGo);

  const ring = async (tenant: ProductTenant, { id }: Pick<Channel, 'id'>, what = 'inbox') => {
    await tenant.query(
      `INSERT INTO channel_pulls (channel_id, what) VALUES ($1, $2)
       ON CONFLICT (channel_id, what) DO UPDATE SET wanted = channel_pulls.wanted + 1`,
      [id, what],
    );
    product.context.bell.pull(tenant.tenant.id);
  };
  const nothingWaits = (tenant: ProductTenant) =>
    until(
      'all has been fetched',
      async () => (await tenant.query('SELECT 1 FROM channel_pulls')).length === 0,
    );

  it('comes while one mailbox does not answer: of another mailbox, of another platform, and again', async () => {
    const [dead, alive] = [await playedMailbox(acme, 'dead'), await playedMailbox(acme, 'alive')];
    await ring(acme, dead);
    await until('it hangs', () => hanging.size === 1);
    for (const times of [1, 2]) {
      await ring(acme, alive);
      await ring(acme, acme.whatsapp, 'profile 1');
      await until('both were asked', () => askedFor('alive') === times && askedFor('whatsapp') === times);
      await until(
        'what they said is kept',
        async () => (await acme.query('SELECT 1 FROM channel_pulls')).length === 1,
      );
    }
    expect([...hanging.keys()], 'all the time').to.deep.equal(['dead']);
    letGo();
    await nothingWaits(acme);
    expect(askedFor('dead')).to.equal(1);
  });

  it('comes for others while many mailboxes of one tenant do not answer; these all have their turn', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `dead-${n}`);
    for (const name of names) await ring(acme, await playedMailbox(acme, name));
    await until('they hang', () => hanging.size === 8);
    await ring(globex, await playedMailbox(globex, 'elsewhere'));
    await until('another tenant is asked', () => askedFor('elsewhere') === 1);
    await nothingWaits(globex);
    expect(hanging.size, 'and no more of them').to.equal(8);
    await until('every one was asked once', () => {
      letGo();
      return names.every(name => askedFor(name) === 1);
    });
    letGo();
    await nothingWaits(acme);
  });

  it('is refused by settings that were changed meanwhile: the new ones are tried, and nothing stops', async () => {
    const channel = await playedMailbox(acme, 'moved');
    const passwords: unknown[] = [];
    const pull = mail.pull;
    mail.pull = async (_what: string, { imap }: EmailSettings): Promise<Pulled> => {
      passwords.push(imap.password);
      if (passwords.length > 1) return { bodies: [] };
      const settings = { imap: { ...imap, password: 'the new one' } };
      expect(await acme.http('PATCH', `/channels/${channel.id}`, { settings })).to.include({ status: 200 });
      throw new Rejected('reauthorise', 'invalid_grant', 'No longer.');
    };
    await ring(acme, channel);
    await nothingWaits(acme);
    mail.pull = pull;
    expect(passwords.slice(-1)).to.deep.equal(['the new one']);
    const [row] = await acme.query('SELECT health FROM channels WHERE id = $1', [channel.id]);
    expect(row).to.deep.equal({ health: 'ok' });
  });

  it('may bring secrets that are kept at once', async () => {
    const channel = await playedMailbox(acme, 'renewed');
    const pull = mail.pull;
    const passwords: unknown[] = [];
    mail.pull = async (_what: string, { imap }: EmailSettings, io: PlatformIo): Promise<Pulled> => {
      passwords.push(imap.password);
      await io.keep?.({ imap: { ...imap, password: `${imap.password}+` } });
      return { bodies: [] };
    };
    for (const times of [1, 2]) {
      await ring(acme, channel);
      await until('it was asked', () => passwords.length === times);
      await nothingWaits(acme);
    }
    mail.pull = pull;
    expect(passwords[1]).to.equal(`${passwords[0]}+`);
  });
});
