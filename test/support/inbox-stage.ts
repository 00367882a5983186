import type { BrowserContextOptions } from 'playwright-core';
import { type TestBrowser, useBrowser } from './browser.ts';
import { type Agent, arrives, type Customer, InboxPage, newAgent, seen } from './inbox-page.ts';
import { type Product, type ProductOptions, type ProductTenant, startProduct } from './product.ts';

/** A running product with an agent at a desk of Acme, for the length of a describe. */
export interface InboxStage {
  readonly browser: TestBrowser;
  readonly product: Product;
  readonly acme: ProductTenant;
  readonly agent: Agent;
  /** The agent's app in a window of its own. */
  openAt(path: string, options?: BrowserContextOptions): Promise<InboxPage>;
  /** A conversation that the customer has begun, open in such a window. */
  chatWith(customer: Customer, hello?: string, options?: BrowserContextOptions): Promise<InboxPage>;
}

/** To be called in a describe; what it gives is there from the first test on. */
export function useInbox(
  agentName: string,
  options: () => ProductOptions | Promise<ProductOptions> = () => ({}),
): InboxStage {
  const browser = useBrowser();
  const held: { product?: Product; agent?: Agent } = {};
  before(async () => {
    held.product = await startProduct(await options());
    held.agent = await newAgent(held.product.context, held.product.acme, agentName);
  });
  after(() => held.product?.close());
  const there = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('The stage is there when the first test begins.');
    return part;
  };
  const stage: InboxStage = {
    browser,
    get product() {
      return there(held.product);
    },
    get acme() {
      return stage.product.acme;
    },
    get agent() {
      return there(held.agent);
    },
    openAt: (path, window) => InboxPage.open(browser, stage.product, stage.acme, stage.agent, path, window),
    async chatWith(customer, hello = 'Hello?', window) {
      const id = await arrives(stage.acme, customer, hello);
      const inbox = await stage.openAt(`/inbox/all/${id}`, window);
      await seen(inbox.line(hello));
      return inbox;
    },
  };
  return stage;
}
