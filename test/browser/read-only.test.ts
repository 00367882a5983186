import { expect } from 'chai';
import type { Conversation, Platform } from '../../src/contract/index.ts';
import { useBrowser } from '../support/browser.ts';
import { gone, InboxPage, seen } from '../support/inbox-page.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { fillWithSample } from '../support/sample-tenant.ts';
import { ADMIN_ID } from '../support/tenants.ts';

describe('channels that only receive in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let globex: ProductTenant;

  before(async () => {
    product = await startProduct();
    globex = product.globex;
    await fillWithSample(product.context, globex);
  });
  after(() => product?.close());

  const openAt = (path: string) => InboxPage.open(browser, product, globex, { id: ADMIN_ID }, path);
  async function someOf(platform: Platform): Promise<Conversation> {
    const { body } = await globex.http<{ items: Conversation[] }>(
      'GET',
      `/conversations?platform=${platform}&limit=1`,
    );
    const [conversation] = body.items;
    if (!conversation) throw new Error(`The sample has no conversation of ${platform}.`);
    return conversation;
  }

  for (const [platform, line] of [
    ['instagram', 'This channel only receives: it has no credentials. You can leave a note.'],
    ['email', 'This channel only receives: it has no credentials. You can leave a note.'],
    ['api', 'This channel only receives: it has no callback address. You can leave a note.'],
  ] as const)
    it(`${platform}: it is said that nothing can be sent, and notes go on`, async () => {
      const { id, customer } = await someOf(platform);
      const inbox = await openAt(`/inbox/all/${id}`);
      const { page } = inbox;
      await seen(page.getByText(line));
      await page.getByRole('article').first().hover();
      expect(await page.getByRole('tab').allInnerTexts()).to.deep.equal(['Note']);
      expect(await page.getByRole('tab', { name: 'Note' }).getAttribute('aria-selected')).to.equal('true');
      for (const absent of [
        inbox.box(customer.name),
        page.getByText(/window (open|closed)/),
        inbox.button(/^Send/),
        inbox.button('Reply to this message'),
        inbox.button('React'),
      ])
        expect(await absent.count()).to.equal(0);

      await page.keyboard.press('r');
      await seen(inbox.thread(customer.name));
      await page.keyboard.press('n');
      await page.keyboard.type(`Left on ${platform}`);
      await page.keyboard.press('Enter');
      await seen(inbox.line(`Left on ${platform}`));
    });

  it('the settings say that such a channel only receives, and call the others working', async () => {
    const { page } = await openAt('/settings/channels');
    const rowOf = (name: string) =>
      page.getByRole('button', { name: `Actions for ${name}`, exact: true }).locator('xpath=..');
    await seen(rowOf('Telegram').getByText('read only'));
    await seen(rowOf('Orders').getByText('no callback address'));
    await seen(rowOf('WhatsApp').getByText('working'));
    await gone(rowOf('Telegram').getByText('working'));
  });
});
