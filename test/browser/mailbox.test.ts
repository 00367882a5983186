import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import type { Channel } from '../../src/contract/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { addConversation } from '../support/conversation-rows.ts';
import { overflowing } from '../support/in-page.ts';
import { type Agent, gone, InboxPage, newAgent, seen } from '../support/inbox-page.ts';
import { type Product, startProduct } from '../support/product.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe('a mailbox is connected in the browser, and channels are cared for', () => {
  const browser = useBrowser();
  let product: Product;
  let admin: Agent;

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    admin = await newAgent(product.context, product.acme, 'Mo Mailbox', { role: 'admin' });
  });
  after(() => product?.close());

  const openAt = async (path: string, options?: object): Promise<Page> =>
    (await InboxPage.open(browser, product, product.acme, admin, path, options)).page;
  const channelNamed = async (name: string) =>
    (await product.acme.http<{ items: Channel[] }>('GET', '/channels')).body.items.find(
      item => item.name === name,
    );
  async function act(page: Page, name: string, action: string): Promise<Locator> {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: action }).click();
    return page.getByRole('dialog');
  }
  async function openForm(page: Page): Promise<Locator> {
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page
      .getByRole('dialog', { name: 'Add a channel' })
      .getByRole('button', { name: /^E-mail/ })
      .click();
    return page.getByRole('dialog', { name: 'Connect E-mail' });
  }
  async function choose(page: Page, service: string): Promise<void> {
    await page.getByRole('combobox', { name: 'Mail service' }).click();
    await page.getByRole('option', { name: service }).click();
  }

  it('a service that is known brings its servers and its way to sign in', async () => {
    const page = await openAt('/settings/channels');
    const dialog = await openForm(page);
    await seen(dialog.getByText('imap.gmail.com:993, smtp.gmail.com:465'));
    await seen(dialog.getByText('An app password: switch on 2-Step Verification'));
    await choose(page, 'Outlook, Microsoft 365');
    await seen(dialog.getByText('outlook.office365.com:993, smtp.office365.com:587'));
    expect(await dialog.getByRole('textbox', { name: 'Password' }).count()).to.equal(0);
    expect(await dialog.getByLabel('Token address').inputValue()).to.contain('login.microsoftonline.com');
    await choose(page, 'iCloud');
    await seen(dialog.getByText('imap.mail.me.com:993, smtp.mail.me.com:587'));
    await dialog.getByRole('button', { name: 'Change the servers' }).click();
    const sending = dialog.getByRole('group', { name: 'Sending (SMTP)' });
    expect(await sending.getByRole('combobox', { name: 'Encryption' }).inputValue()).to.equal('STARTTLS');
    await sending.getByLabel('Port').fill('465');
    expect(await sending.getByRole('combobox', { name: 'Encryption' }).inputValue()).to.equal('TLS');
    await dialog.getByLabel('E-mail address').fill('help@lamps.example');
    expect(await dialog.getByRole('button', { name: 'Connect' }).isDisabled()).to.equal(true);
    await dialog.getByRole('textbox', { name: 'Password' }).fill('abcd-efgh');
    expect(await dialog.getByRole('button', { name: 'Connect' }).isDisabled()).to.equal(false);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  it('what is wrong is told at its field; what is right is sealed, and the rest can be changed later', async () => {
    browser.expectProblem(/status of 422 .*\/channels$/);
    const page = await openAt('/settings/channels');
    const dialog = await openForm(page);
    await choose(page, 'Another one');
    await dialog.getByLabel('Name', { exact: true }).fill('Help desk');
    await dialog.getByLabel('E-mail address').fill('help at lamps');
    await dialog.getByRole('textbox', { name: 'Password' }).fill('a secret');
    for (const name of ['Receiving (IMAP)', 'Sending (SMTP)'])
      await dialog.getByRole('group', { name }).getByLabel('Server').fill('127.0.0.1');
    await dialog.getByRole('group', { name: 'Receiving (IMAP)' }).getByLabel('Port').fill('99999');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await seen(dialog.getByRole('alert').getByText('Not saved yet: look at what is marked.'));
    const port = dialog.getByRole('group', { name: 'Receiving (IMAP)' }).getByLabel('Port');
    for (const field of [dialog.getByLabel('E-mail address'), port])
      expect(await field.getAttribute('aria-invalid')).to.equal('true');
    await dialog.getByLabel('E-mail address').fill('help@lamps.example');
    await port.fill('993');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await seen(dialog.getByText('Help desk is stored.'));
    expect(await dialog.getByLabel('Webhook address').count()).to.equal(0);
    await dialog.getByRole('button', { name: 'Done' }).click();
    const made = await channelNamed('Help desk');
    expect(made?.settings).to.deep.include({ address: 'help@lamps.example' });
    expect(JSON.stringify(made)).to.not.contain('a secret');

    const change = await act(page, 'Help desk', 'Change settings');
    expect(await change.getByLabel('E-mail address').inputValue()).to.equal('help@lamps.example');
    await change.getByLabel('Sender’s name (optional)').fill('Lamps');
    await change.getByRole('button', { name: 'Save and connect' }).click();
    await gone(change);
    expect((await channelNamed('Help desk'))?.settings).to.deep.include({ name: 'Lamps' });

    const again = await act(page, 'Help desk', 'Change settings');
    await again.getByRole('switch', { name: 'Change the sign-in or the servers' }).check({ force: true });
    expect(await again.getByRole('button', { name: 'Save and connect' }).isDisabled()).to.equal(true);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  it('health says how many failed, and what was missed is asked for where that can be', async () => {
    const { acme } = product;
    const { messageIds } = await addConversation(acme, {
      customer: 'Hugo Health',
      status: 'open',
      messages: ['One', 'Two', 'Three', 'Four'].map(content => ({ content, direction: 'outbound' as const })),
    });
    await acme.query(`UPDATE messages SET status = 'failed' WHERE id = $1`, [messageIds[0]]);

    const page = await openAt(`/settings/channels?health=${acme.whatsapp.id}`);
    const health = page.getByRole('dialog', { name: 'Health of WhatsApp' });
    await seen(health.getByText('1 of 4, 25%'));
    await health.getByRole('button', { name: 'Ask for missed messages' }).click();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('menuitem', { name: 'Of the last day' }).click();
    await seen(health.getByText('Asked. What was missed appears in the inbox within minutes'));
    await page.keyboard.press('Escape');
    await gone(health);
    expect(new URL(page.url()).search).to.equal('');

    const orders = await act(page, 'Orders', 'Health');
    await seen(orders.getByRole('button', { name: 'Check now' }));
    expect(await orders.getByRole('button', { name: 'Ask for missed messages' }).count()).to.equal(0);
  });

  it('a message that waits for its channel says so, and leads there', async () => {
    const { acme } = product;
    const { id, messageIds } = await addConversation(acme, {
      customer: 'Wanda Waits',
      status: 'open',
      messages: [{ content: 'Hello?' }, { content: 'It waits', direction: 'outbound' }],
    });
    await acme.query(
      `UPDATE messages SET status = 'pending', error_code = '190', error_message = 'The access token has expired' WHERE id = $1`,
      [messageIds[1]],
    );
    await acme.query(`UPDATE channels SET health = 'reauthorise' WHERE id = $1`, [acme.whatsapp.id]);
    const page = await openAt(`/inbox/all/${id}`);
    const line = page.getByRole('article').filter({ hasText: 'It waits' });
    await seen(line.getByText('The access token has expired. It goes out when the channel works again.'));
    await line.getByRole('button', { name: 'Look at the channel' }).click();
    await seen(page.getByRole('dialog', { name: 'Health of WhatsApp' }));
  });

  for (const [name, options] of [
    ['in the dark', { colorScheme: 'dark' }],
    ['on a phone', PHONE],
  ] as const)
    it(`the form has no faults ${name}`, async () => {
      const page = await openAt('/settings/channels', options);
      const dialog = await openForm(page);
      await choose(page, 'Another one');
      await dialog.getByRole('radio', { name: 'OAuth' }).check();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      expect(await overflowing(page)).to.deep.equal([]);
    });
});
