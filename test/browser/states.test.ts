import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { hashPassword } from '../../src/features/users/index.ts';
import { inboundFile } from '../../src/simulator/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { lookOf, overflowing, scrollToEnd } from '../support/in-page.ts';
import { type Agent, arrives, gone, InboxPage, newAgent, newCustomer, seen } from '../support/inbox-page.ts';
import { addManyConversations } from '../support/many-conversations.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { ADMIN_ID } from '../support/tenants.ts';
import { until } from '../support/until.ts';

const MANY = 10_000;
const PASSWORD = 'lamps and furniture';
const LIST = /\/api\/v1\/conversations\?/;
const THREAD = /\/api\/v1\/conversations\/\d+\/messages\?/;

describe('states of the browser app', () => {
  const browser = useBrowser();
  let product: Product;
  let acme: ProductTenant;
  let agent: Agent;

  before(async () => {
    product = await startProduct();
    acme = product.acme;
    agent = await newAgent(product.context, acme, 'Stella States', {
      passwordHash: await hashPassword(PASSWORD),
    });
  });
  after(() => product?.close());

  const openAt = (path: string) => InboxPage.open(browser, product, acme, agent, path);
  /** The server answers 503 to these until the returned function is called. */
  async function refuse(page: Page, pattern: RegExp): Promise<() => Promise<void>> {
    browser.expectProblem(/status of 503 /);
    const error = {
      code: 'unavailable',
      message: 'The database is away for a moment. Try again.',
      requestId: 'r',
    };
    await page.route(pattern, route => route.fulfill({ status: 503, json: { error } }));
    return () => page.unroute(pattern);
  }

  it('an empty inbox says what comes next, and fills by itself', async () => {
    const { globex } = product;
    const inbox = await InboxPage.open(browser, product, globex, { id: ADMIN_ID }, '/inbox/mine');
    await seen(inbox.page.getByText('Nothing waits for you'));
    for (const [view, words] of [
      ['Unassigned', 'Everything has somebody'],
      ['Snoozed', 'Nothing is snoozed'],
      ['Resolved', 'Nothing is resolved yet'],
      ['All open', 'No open conversations'],
    ] as const) {
      await inbox.view(view).click();
      await seen(inbox.page.getByText(words, { exact: true }));
      await inbox.countBecomes(view, 0);
    }
    expect(await accessibilityFaults(inbox.page)).to.deep.equal([]);
    const fay = newCustomer('Fay First');
    await arrives(globex, fay, 'The very first message');
    await seen(inbox.row(fay.name));
  });

  it('an empty view names keys only where there are some', async () => {
    const { globex } = product;
    const hint = /press A in a conversation/;
    const inbox = await InboxPage.open(browser, product, globex, { id: ADMIN_ID }, '/inbox/mine');
    await seen(inbox.page.getByText(hint));
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    const touched = await InboxPage.open(browser, product, globex, { id: ADMIN_ID }, '/inbox/mine', phone);
    await seen(touched.page.getByText('Take one from Unassigned: open it and choose Assign to me.'));
    expect(await touched.page.getByText(hint).count()).to.equal(0);
  });

  it('while something loads, its place is held', async () => {
    const lars = newCustomer('Lars Loading');
    const id = await arrives(acme, lars, 'Patience');
    let release: () => void = () => undefined;
    const released = new Promise<void>(resolve => {
      release = resolve;
    });
    const inbox = await openAt('/settings/profile');
    for (const pattern of [LIST, THREAD])
      await inbox.page.route(pattern, async route => {
        await released;
        await route.continue();
      });
    await inbox.go(`/inbox/all/${id}`);
    await inbox.page.getByText('Loading conversations').waitFor({ state: 'attached' });
    await inbox.page.getByText('Loading messages').waitFor({ state: 'attached' });
    release();
    await seen(inbox.row(lars.name));
    await seen(inbox.line('Patience'));
    expect(await inbox.page.locator('[aria-busy="true"]').count()).to.equal(0);
  });

  it('what fails to load says why and can be tried again', async () => {
    const erin = newCustomer('Erin Error');
    const id = await arrives(acme, erin, 'I am in the database');
    const inbox = await openAt('/settings/profile');
    const { page } = inbox;
    const allow = await Promise.all([refuse(page, LIST), refuse(page, THREAD)]);
    await inbox.go(`/inbox/all/${id}`);
    const list = page.getByRole('alert').filter({ hasText: 'The list could not be loaded' });
    const thread = page.getByRole('alert').filter({ hasText: 'The messages could not be loaded' });
    await seen(list.getByText('The database is away for a moment. Try again.'));
    await seen(thread);
    for (const stop of allow) await stop();
    await list.getByRole('button', { name: 'Try again' }).click();
    await seen(inbox.row(erin.name));
    await thread.getByRole('button', { name: 'Try again' }).click();
    await seen(inbox.line('I am in the database'));
  });

  it('a start that fails can be tried again, and an address of nothing leads back', async () => {
    browser.expectProblem(/status of 404 .*\/conversations\/999999/);
    const inbox = await openAt('/inbox/all');
    const allow = await refuse(inbox.page, /\/auth\/me$/);
    await inbox.page.reload();
    await seen(inbox.page.getByRole('alert').getByText('The inbox could not be opened'));
    await allow();
    await inbox.button('Try again').click();
    await seen(inbox.page.getByRole('heading', { name: 'All open' }));
    await inbox.go('/inbox/all/999999');
    await seen(inbox.page.getByText('There is no such conversation'));
    await inbox.button('Back to the list').click();
    await seen(inbox.page.getByText('Choose a conversation'));
    await inbox.page.goto(`${product.url}/no/such/page`);
    await seen(inbox.page.getByRole('heading', { name: 'Mine' }));
  });

  it('the server stops and starts again: nothing that happened meanwhile is lost', async () => {
    browser.expectProblem(/ERR_CONNECTION_REFUSED|WebSocket connection to/);
    const [remy, gwen] = [newCustomer('Remy Reconnect'), newCustomer('Gwen Gap')];
    const id = await arrives(acme, remy, 'Before the stop');
    const web = await product.addProcess({ hasNoWorkers: true });
    const inbox = await InboxPage.open(
      browser,
      { ...product, url: web.url },
      acme,
      agent,
      `/inbox/all/${id}`,
    );
    await seen(inbox.line('Before the stop'));
    const unassigned = await inbox.countOf('Unassigned');
    await web.close();
    await seen(inbox.page.getByText('Reconnecting. What you see may be a moment old.'));
    await inbox.reply(remy.name, 'Written while it was down');
    for (const text of ['One', 'Two', 'Three']) await arrives(acme, remy, `${text} in the dark`);
    await arrives(acme, gwen, 'New in the dark');

    const { port } = new URL(web.url);
    await product.addProcess({ hasNoWorkers: true, port: Number(port) });
    await seen(inbox.line('Three in the dark'));
    await gone(inbox.page.getByText('Reconnecting'));
    for (const text of ['One', 'Two', 'Three'])
      expect(await inbox.line(`${text} in the dark`).count()).to.equal(1);
    await inbox.ticks('Written while it was down', 'sent');
    await seen(inbox.row(gwen.name));
    await inbox.countBecomes('Unassigned', unassigned + 1);
    await arrives(acme, remy, 'And live again');
    await seen(inbox.line('And live again'));
    const texts = product.provider
      .accepted(acme.account.phoneNumberId)
      .filter(({ waId }) => waId === remy.waId);
    expect(texts).to.have.length(1);
  });

  it('a live line behind which the events cannot be fetched is told: what is shown may be old', async () => {
    const { page } = await openAt('/settings/profile');
    const allow = await refuse(page, /\/api\/v1\/events\?.*limit=500/);
    await page.reload();
    await seen(page.getByText('Catching up. What you see may be a moment old.'));
    await allow();
    await gone(page.getByText('Catching up.'));
  });

  it('a file that cannot be had is told so, by its kind and name', async () => {
    const mia = newCustomer('Mia Media');
    const photo = inboundFile(mia, { type: 'image', id: '91', mimeType: 'image/jpeg', caption: 'The lamp' });
    const invoice = { id: '92', mimeType: 'application/pdf', filename: 'invoice.pdf' };
    const id = await arrives(acme, mia, photo, inboundFile(mia, { type: 'document', ...invoice }));
    const inbox = await openAt(`/inbox/all/${id}`);
    await seen(inbox.line('The lamp').getByText('Photo. WhatsApp has this file no longer'));
    await seen(inbox.line('Document invoice.pdf. WhatsApp has this file no longer'));
    expect(await overflowing(inbox.page)).to.deep.equal([]);
  });

  it('a session that ends keeps what was written, also what was just sent', async () => {
    browser.expectProblem(/status of 401 /);
    const otis = newCustomer('Otis Over');
    const id = await arrives(acme, otis, 'Are you still there?');
    const inbox = await openAt(`/inbox/all/${id}`);
    await seen(inbox.line('Are you still there?'));
    await acme.query('UPDATE users SET session_version = session_version + 1 WHERE id = $1', [agent.id]);
    await acme.query('UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = $1', [agent.id]);
    product.context.authenticator.forgetUser(acme.tenant.id, agent.id);
    await inbox.reply(otis.name, 'Sent too late');
    const dialog = inbox.page.getByRole('dialog', { name: 'Your session has ended' });
    await seen(dialog);
    await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await inbox.page.keyboard.press('Enter');
    await gone(dialog);
    await inbox.ticks('Sent too late', 'sent');
    await arrives(acme, otis, 'Ah, there you are');
    await seen(inbox.line('Ah, there you are'));
  });

  it('ten thousand conversations scroll, with few rows in the page', async function () {
    this.timeout(120_000);
    await addManyConversations(product.globex, MANY);
    const inbox = await InboxPage.open(browser, product, product.globex, { id: ADMIN_ID }, '/inbox/all');
    await inbox.row('Person 1').first().waitFor();
    const count = await inbox.countOf('All open');
    expect(count).to.be.at.least(MANY);
    const heading = inbox.page.getByRole('heading', { name: 'All open' });
    const pill = await heading.locator('xpath=following-sibling::span[1]').innerText();
    expect(pill.replaceAll(/\D/g, '')).to.equal(String(count));
    await inbox.list.focus();
    expect(await scrollToEnd(inbox.page)).to.be.lessThan(100);
    await seen(inbox.row(`Person ${MANY}`));
    await inbox.page.keyboard.press('Home');
    await seen(inbox.top());
    const late = newCustomer('Lily Late');
    await arrives(product.globex, late, 'One more');
    await seen(inbox.top().filter({ hasText: late.name }));
  });

  it('long names, long words, other scripts and markup stay in their places', async () => {
    const long = newCustomer(`Maximiliana ${'von und zu '.repeat(8)}Löwenstein`);
    const arab = newCustomer('محمد علي (Faro)');
    const sly = newCustomer('<img src=x onerror=alert(1)>');
    const word = 'Donaudampfschifffahrt'.repeat(60);
    const id = await arrives(acme, long, word);
    await arrives(acme, sly, '<b>bold</b> <script>alert(1)</script>');
    const arabId = await arrives(acme, arab, 'مرحبا، أين طلبي رقم 20418؟');
    const inbox = await openAt(`/inbox/all/${id}`);
    const { page } = inbox;
    await seen(inbox.line(word));
    await seen(inbox.row(sly.name).getByText('<b>bold</b> <script>alert(1)</script>'));
    expect(await overflowing(page)).to.deep.equal([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await until('the words fit on a phone', async () => (await overflowing(page)).length === 0);
    await page.setViewportSize({ width: 1440, height: 860 });

    await inbox.go(`/inbox/all/${arabId}`);
    await seen(inbox.line('مرحبا'));
    for (const place of [inbox.row(arab.name), inbox.thread(arab.name).getByRole('heading')])
      await seen(place.locator('bdi').filter({ hasText: arab.name }));
    expect((await lookOf(inbox.line('مرحبا').locator('p'))).direction).to.equal('rtl');
  });
});
