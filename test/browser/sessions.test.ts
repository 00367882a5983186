import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { hashPassword } from '../../src/features/users/index.ts';
import { useBrowser } from '../support/browser.ts';
import {
  type Agent,
  arrives,
  type Customer,
  gone,
  InboxPage,
  newAgent,
  newCustomer,
  seen,
} from '../support/inbox-page.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';

const PASSWORD = 'lamps and furniture';
const MESSAGES = /\/conversations\/\d+\/messages$/;

describe('sessions in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let acme: ProductTenant;
  let ana: Agent;
  let ben: Agent;

  before(async () => {
    product = await startProduct();
    acme = product.acme;
    const passwordHash = await hashPassword(PASSWORD);
    ana = await newAgent(product.context, acme, 'Ana Abroad', { passwordHash });
    ben = await newAgent(product.context, product.globex, 'Ben Behind', { passwordHash });
  });
  after(() => product?.close());

  const acceptedFrom = ({ waId }: Customer) =>
    [acme, product.globex]
      .flatMap(({ account }) => product.provider.accepted(account.phoneNumberId))
      .filter(message => message.waId === waId);
  const signInHeading = (page: Page) => page.getByRole('heading', { name: 'Sign in to Concierge' });

  async function signOut(page: Page): Promise<void> {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search for a command or a customer' }).fill('Sign out');
    await page.keyboard.press('Enter');
    await seen(signInHeading(page));
  }
  async function signIn(page: Page, tenant: string, agent: Agent): Promise<void> {
    await page.getByRole('textbox', { name: 'Workspace' }).fill(tenant);
    await page.getByRole('textbox', { name: 'E-mail' }).fill(agent.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await seen(page.getByRole('navigation', { name: 'Views' }));
  }
  /** No message leaves any tab of this window until the returned function is called. */
  async function holdBack(window: BrowserContext): Promise<() => Promise<void>> {
    browser.expectProblem(/net::ERR_FAILED .*\/messages$/);
    await window.route(MESSAGES, route =>
      route.request().method() === 'POST' ? route.abort() : route.fallback(),
    );
    return () => window.unroute(MESSAGES);
  }

  it('a tab whose browser belongs to somebody else by now sends nothing in their name and becomes theirs', async () => {
    browser.expectProblem(/status of 401 |WebSocket/);
    const tara = newCustomer('Tara Two-Tabs');
    const id = await arrives(acme, tara, 'Who is there?');
    const inbox = await InboxPage.open(browser, product, acme, ana, `/inbox/all/${id}`);
    await seen(inbox.line('Who is there?'));
    const letGo = await holdBack(inbox.page.context());
    await inbox.reply(tara.name, 'Ana is');
    await seen(inbox.line('Ana is').getByText('Kept here'));

    const other = await inbox.page.context().newPage();
    await other.goto(`${product.url}/inbox/all`);
    await seen(other.getByRole('listbox', { name: 'Conversations' }));
    const hasReloaded = inbox.page.waitForEvent('load');
    await signOut(other);
    await signIn(other, 'globex', ben);
    await letGo();
    await hasReloaded;
    await seen(inbox.button(`${ben.name}: profile, shortcuts, sign out`));
    expect(acceptedFrom(tara)).to.deep.equal([]);

    await signOut(inbox.page);
    await signIn(inbox.page, 'acme', ana);
    await inbox.go(`/inbox/all/${id}`);
    await inbox.ticks('Ana is', 'sent');
    expect(acceptedFrom(tara)).to.have.length(1);
    const [message] = await acme.query<{ sender: number }>(
      `SELECT user_id AS sender FROM messages WHERE conversation_id = $1 AND content = 'Ana is'`,
      [id],
    );
    expect(message?.sender).to.equal(ana.id);
  });

  it('who signs out where the server cannot be reached stays out after a reload', async () => {
    browser.expectProblem(/net::ERR_FAILED .*\/auth\/logout$/);
    const inbox = await InboxPage.open(browser, product, acme, ana);
    const { page } = inbox;
    const cookies = async () =>
      (await page.context().cookies(`${product.url}/api/v1/auth`)).map(({ name }) => name);
    await page.route('**/auth/logout', route => route.abort());
    await signOut(page);
    expect(await cookies()).to.deep.equal(['concierge_refresh']);
    await page.reload();
    await seen(signInHeading(page));

    await page.unroute('**/auth/logout');
    const isOut = page.waitForResponse('**/auth/logout');
    await page.reload();
    await isOut;
    await seen(signInHeading(page));
    expect(await cookies()).to.deep.equal([]);
    await signIn(page, 'acme', ana);
    await page.reload();
    await seen(page.getByRole('navigation', { name: 'Views' }));
  });

  it('a request that is never answered is given up, and its message sent again', async () => {
    const hans = newCustomer('Hans Hanging');
    const id = await arrives(acme, hans, 'Hello?');
    const inbox = await InboxPage.open(browser, product, acme, ana, `/inbox/all/${id}`);
    await inbox.page.addInitScript(() => {
      const inTime = AbortSignal.timeout.bind(AbortSignal);
      AbortSignal.timeout = ms => inTime(ms / 10);
    });
    await inbox.go(`/inbox/all/${id}`);
    await seen(inbox.line('Hello?'));
    await inbox.page.route(MESSAGES, () => {}, { times: 1 });
    await inbox.reply(hans.name, 'Into the dark');
    await seen(inbox.line('Into the dark').getByText('Kept here'));
    await inbox.ticks('Into the dark', 'sent');
    await gone(inbox.page.getByRole('article', { name: 'You, not sent yet' }));
    expect(acceptedFrom(hans)).to.have.length(1);
  });
});
