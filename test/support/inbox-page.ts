import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Context } from '../../src/app/build-context.ts';
import { inboundText, type WhatsAppEvent, type WhatsAppPerson } from '../../src/simulator/index.ts';
import type { TestBrowser } from './browser.ts';
import { addUser, signIn, type TestUser, type TestUserOptions } from './callers.ts';
import type { Product, ProductTenant } from './product.ts';
import { until } from './until.ts';

export interface Customer extends WhatsAppPerson {
  readonly waId: string;
  readonly name: string;
}

let lastNumber = 351_930_000_000;

/** Somebody with a phone that nobody else has. */
export function newCustomer(name: string): Customer {
  lastNumber += 1;
  return { waId: String(lastNumber), name };
}

/** The customer writes, or does something else; resolves when it is in the inbox, with the conversation's id. */
export async function arrives(
  tenant: ProductTenant,
  customer: Customer,
  ...said: readonly (string | WhatsAppEvent)[]
): Promise<number> {
  await tenant.receive(said.map(item => (typeof item === 'string' ? inboundText(customer, item) : item)));
  const [row] = await tenant.query<{ id: number }>(
    `SELECT c.id FROM conversations c JOIN customers p ON p.id = c.customer_id
     WHERE p.name = $1 ORDER BY c.id DESC LIMIT 1`,
    [customer.name],
  );
  if (!row) throw new Error(`${customer.name} has no conversation.`);
  return row.id;
}

export interface Agent extends TestUser {
  readonly name: string;
}

/** A colleague of a name that nobody else in the tests has. */
export async function newAgent(
  context: Context,
  tenant: ProductTenant,
  name: string,
  options?: TestUserOptions,
): Promise<Agent> {
  return { name, ...(await addUser(context, tenant, name, options)) };
}

/** Puts the session into the window, as a sign-in has left it there. */
export async function keepSession(window: BrowserContext, refreshToken: string): Promise<void> {
  await window.addCookies([
    {
      name: 'concierge_refresh',
      value: refreshToken,
      domain: '127.0.0.1',
      path: '/api/v1/auth',
      httpOnly: true,
      sameSite: 'Strict',
    },
  ]);
}

/** What people do in the agent app, in the words of the app. */
export class InboxPage {
  readonly page: Page;
  readonly url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
  }

  /** A window in which this agent is signed in, at `path`. */
  static async open(
    browser: TestBrowser,
    product: Pick<Product, 'url' | 'context'>,
    tenant: Pick<ProductTenant, 'tenant'>,
    agent: Pick<Agent, 'id'>,
    path = '/inbox/all',
    options?: BrowserContextOptions,
  ): Promise<InboxPage> {
    const window = await browser.window(options);
    const { refreshToken } = await signIn(product.context, tenant.tenant, agent.id);
    await keepSession(window, refreshToken);
    const inbox = new InboxPage(await window.newPage(), product.url);
    await inbox.go(path);
    return inbox;
  }

  /** Loads a place of the app; resolves when its events flow. */
  async go(path: string): Promise<void> {
    const socket = this.page.waitForEvent('websocket');
    await this.page.goto(this.url + path);
    await (await socket).waitForEvent('framereceived', frame => String(frame.payload).startsWith('40/agent'));
    await this.page.getByRole('main').waitFor();
  }

  get list(): Locator {
    return this.page.getByRole('listbox', { name: 'Conversations' });
  }

  rows(): Locator {
    return this.list.getByRole('option');
  }

  row(name: string): Locator {
    return this.rows().filter({ hasText: name });
  }

  /** The first row of the list. */
  top(): Locator {
    return this.list.locator('[aria-posinset="1"]');
  }

  view(name: string): Locator {
    return this.page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: new RegExp(`^${name}`) });
  }

  async countOf(name: string): Promise<number> {
    return Number(
      (await this.view(name).innerText()).split('\n').at(-1)?.replaceAll(/\D/g, '') || Number.NaN,
    );
  }

  async countBecomes(name: string, count: number): Promise<void> {
    await until(`the view ${name} counts ${count}`, async () => (await this.countOf(name)) === count, 15_000);
  }

  async open(name: string): Promise<void> {
    await this.row(name).click();
    await this.thread(name).waitFor();
  }

  thread(name: string): Locator {
    return this.page.getByRole('region', { name: `Conversation with ${name}` });
  }

  /** The line of the thread with these words. */
  line(text: string): Locator {
    return this.page.getByRole('region', { name: 'Messages' }).getByRole('article').filter({ hasText: text });
  }

  /** Resolves when the message with these words has got this far: `sent`, `delivered`, `read` … */
  async ticks(text: string, status: string): Promise<void> {
    await this.line(text).locator(`[data-status="${status}"]`).waitFor();
  }

  box(name: string): Locator {
    return this.page.getByRole('textbox', { name: `Reply to ${name}` });
  }

  noteBox(): Locator {
    return this.page.getByRole('textbox', { name: 'Note for colleagues' });
  }

  async reply(name: string, text: string): Promise<void> {
    await this.box(name).fill(text);
    await this.box(name).press('Enter');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  toast(text: string): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }
}

/** Resolves when the element is there and visible. */
export const seen = (locator: Locator): Promise<void> => locator.first().waitFor({ state: 'visible' });

/** Resolves when nothing of it can be seen. */
export const gone = (locator: Locator): Promise<void> => locator.first().waitFor({ state: 'hidden' });
