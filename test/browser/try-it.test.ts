import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { type DemoServer, startDemo } from '../support/demo-server.ts';
import { gone, InboxPage, seen } from '../support/inbox-page.ts';

describe('the demo in the browser', () => {
  const browser = useBrowser();
  let demo: DemoServer;

  before(async () => {
    demo = await startDemo();
  });
  after(() => demo?.close());

  /** A newcomer signs in with what the start has printed. */
  async function signIn(page: Page): Promise<InboxPage> {
    await page.goto(demo.url);
    await page.getByLabel('E-mail').fill(demo.login.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(demo.login.password);
    await page.keyboard.press('Enter');
    const inbox = new InboxPage(page, demo.url);
    await seen(inbox.view('Unassigned'));
    return inbox;
  }

  it('somebody plays a customer, answers as the agent, and the customer reads and goes on', async () => {
    const inbox = await signIn(await browser.page());
    const { page } = inbox;
    await inbox.view('Unassigned').click();
    await inbox.button('Try it: play a customer').click();
    const phone = page.getByRole('complementary', { name: "Try it: a customer's phone" });
    await phone.getByRole('combobox', { name: 'Which customer' }).click();
    await page.getByRole('option', { name: 'A new customer' }).click();
    await seen(phone.getByText('Nothing yet. Say hello.'));
    await phone.getByRole('textbox', { name: 'Write as A new customer' }).fill('Where is my parcel?');
    await phone.getByRole('button', { name: 'Send as the customer' }).click();
    await seen(phone.locator('[data-own]').filter({ hasText: 'Where is my parcel?' }));

    await seen(inbox.top().filter({ hasText: 'A new customer' }));
    await inbox.open('A new customer');
    await seen(inbox.line('Where is my parcel?'));
    await inbox.reply('A new customer', 'What is your order number?');
    await seen(phone.getByText('What is your order number?'));
    await inbox.ticks('What is your order number?', 'read');
    await seen(inbox.line('It is order 20418'));
    await seen(phone.getByText('It is order 20418'));
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await inbox.button('Fold the phone').click();
    await gone(phone.getByText('It is order 20418'));
    await inbox.button('Unfold the phone').click();
    await seen(phone.getByText('It is order 20418'));
    await inbox.button('Close the phone').click();
    await gone(phone);
  });

  it('the sample is there: views, threads, promises', async () => {
    const inbox = await signIn(await browser.page());
    await inbox.view('All open').click();
    await seen(inbox.rows().first());
    expect(await inbox.countOf('All open')).to.be.greaterThan(30);
    await inbox.rows().first().click();
    await seen(inbox.page.getByRole('region', { name: 'Messages' }).getByRole('article').first());
  });

  it('where there is no simulator, the phone is not offered', async () => {
    browser.expectProblem(/status of 404 .*\/simulator\/whatsapp$/);
    const page = await browser.page();
    await page.route('**/simulator/whatsapp', route => route.fulfill({ status: 404, body: '' }));
    const asked = page.waitForResponse('**/simulator/whatsapp');
    const inbox = await signIn(page);
    await asked;
    await seen(inbox.button('Commands'));
    expect(await inbox.button('Try it: play a customer').count()).to.equal(0);
  });
});
