import { expect } from 'chai';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Conversation } from '../../src/contract/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { overflowing } from '../support/in-page.ts';
import { arrives, InboxPage, newCustomer, seen } from '../support/inbox-page.ts';
import { type Product, startProduct } from '../support/product.ts';
import { fillWithSample } from '../support/sample-tenant.ts';
import { ADMIN_ID } from '../support/tenants.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** As high as a finger. */
const TOUCH_PX = 40;

/** How a part of the app comes into sight, beginning at the open conversation. */
type Screens = Readonly<Record<string, (inbox: InboxPage) => Promise<void>>>;

const places: Screens = {
  list: async inbox => {
    await inbox.go(pathIn(inbox, '/inbox/all'));
    await seen(inbox.rows());
  },
  channels: async inbox => {
    await inbox.go(pathIn(inbox, '/settings/channels'));
    await seen(inbox.button('Actions for Telegram'));
  },
  'a new channel': async ({ page }) => {
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^WhatsApp (?!Web)/ })
      .click();
    await seen(page.getByRole('textbox', { name: 'Access token' }));
  },
  team: async inbox => {
    await inbox.go(pathIn(inbox, '/settings/team'));
    await seen(inbox.page.getByRole('region', { name: 'Teams' }).getByText('Support'));
  },
  'a new colleague': async ({ page }) => {
    await page.getByRole('button', { name: 'Add a colleague' }).click();
    await seen(page.getByRole('textbox', { name: 'First password' }));
  },
  profile: async inbox => {
    await inbox.go(pathIn(inbox, '/settings/profile'));
    await seen(inbox.page.getByRole('heading', { name: 'Password' }));
  },
};

/** What opens over an open conversation. */
const overlays: Screens = {
  filter: async inbox => {
    await inbox.button('Filter').click();
    await seen(inbox.page.getByRole('combobox', { name: 'Priority' }).first());
  },
  commands: async ({ page }) => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await seen(page.getByRole('dialog', { name: 'Commands' }).getByRole('option'));
  },
  shortcuts: async ({ page }) => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Commands' }).waitFor({ state: 'hidden' });
    await page.locator('body').press('?');
    await seen(page.getByRole('dialog', { name: 'Keyboard shortcuts' }));
  },
  snooze: async ({ page }) => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'hidden' });
    await page.locator('body').press('s');
    await seen(page.getByRole('menuitem', { name: 'Tomorrow' }));
  },
};

/** The same place in the direction that the page has now. */
function pathIn({ page }: InboxPage, path: string): string {
  return path + new URL(page.url()).search;
}

describe('the look of the browser app', function () {
  this.timeout(120_000);
  const browser = useBrowser();
  let product: Product;
  let richest: number;

  before(async () => {
    product = await startProduct();
    await fillWithSample(product.context, product.globex);
    const { body } = await product.globex.http<{ items: Conversation[] }>(
      'GET',
      '/conversations?status=open&q=Rui%20Pereira',
    );
    richest = body.items[0]?.id ?? 0;
  });
  after(() => product?.close());

  async function openThread(options: BrowserContextOptions, search = ''): Promise<InboxPage> {
    const path = `/inbox/all/${richest}${search}`;
    const inbox = await InboxPage.open(browser, product, product.globex, { id: ADMIN_ID }, path, options);
    await seen(inbox.line('Do I have to send the broken one back?'));
    return inbox;
  }

  const openAt = (id: number, options: BrowserContextOptions): Promise<InboxPage> =>
    InboxPage.open(browser, product, product.acme, { id: ADMIN_ID }, `/inbox/all/${id}`, options);

  /** Every screen with what is wrong with it. */
  async function examine(inbox: InboxPage, screens: Screens, isPhone = false): Promise<void> {
    const faults: string[] = [];
    const look = async (name: string) => {
      const found = await accessibilityFaults(inbox.page);
      if (isPhone) found.push(...(await overflowing(inbox.page)).map(place => `too wide: ${place}`));
      faults.push(...found.map(fault => `${name}: ${fault}`));
    };
    await look('conversation');
    for (const [name, show] of Object.entries(screens)) {
      await show(inbox);
      await look(name);
    }
    expect(faults.join('\n')).to.equal('');
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`axe finds nothing in the ${colorScheme} theme`, async () => {
      await examine(await openThread({ colorScheme }), { ...overlays, ...places });
    });
  }

  it('axe finds nothing on a phone, and nothing is wider than it', async () => {
    const details: Screens = {
      details: async inbox => {
        await inbox.button('Details').click();
        await seen(inbox.page.getByRole('dialog', { name: 'Details' }).getByText('Promise'));
      },
    };
    const views: Screens = {
      ...places,
      views: async inbox => {
        await inbox.go('/inbox/all');
        await inbox.button('Views').click();
        await seen(inbox.view('Unassigned'));
      },
    };
    // A drawer hides what was wanted for the column beside it.
    await examine(await openThread(PHONE), { ...details, ...views }, true);
  });

  it('axe finds nothing from right to left, and the columns change sides', async () => {
    const inbox = await openThread({}, '?dir=rtl');
    const left = async (page: Page, name: string) =>
      (await page.getByRole('navigation', { name }).boundingBox())?.x ?? 0;
    expect(await left(inbox.page, 'Main')).to.be.greaterThan(await left(inbox.page, 'Views'));
    expect(await left(inbox.page, 'Views')).to.be.greaterThan((await inbox.list.boundingBox())?.x ?? 9999);
    expect(await overflowing(inbox.page)).to.deep.equal([]);
    await examine(inbox, places);
  });

  it('axe finds nothing on the page where one signs in', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.page({ colorScheme });
      await page.goto(product.url);
      await seen(page.getByRole('heading', { name: 'Sign in to Concierge' }));
      expect((await accessibilityFaults(page)).join('\n')).to.equal('');
    }
  });

  it('what a finger presses on a phone is large enough', async () => {
    const fay = newCustomer('Fay Finger');
    const id = await arrives(product.acme, fay, 'Can you press it?');
    const inbox = await openAt(id, PHONE);
    await seen(inbox.line('Can you press it?'));
    const targets: Locator[] = [
      'Back to the list',
      'Assign to me',
      'Snooze',
      'Resolve',
      'Details',
      'Reply to this message',
      'React',
      'Add answers to tap',
      'Template',
      /^Send/,
    ].map(name => inbox.button(name));
    targets.push(...(await inbox.page.getByRole('tab').all()));
    const small: string[] = [];
    for (const target of targets) {
      const height = (await target.boundingBox())?.height ?? 0;
      if (height < TOUCH_PX) small.push(`${target}: ${height}`);
    }
    expect(small).to.deep.equal([]);
  });

  it('what a dialog says begins below its title', async () => {
    const id = await arrives(product.acme, newCustomer('Dora Dialog'), 'Where does it begin?');
    const { page } = await openAt(id, {});
    const left = async (locator: Locator) => Math.round((await locator.boundingBox())?.x ?? 0);
    await page.getByRole('button', { name: 'Snooze' }).click();
    await page.getByRole('menuitem', { name: 'Another time…' }).click();
    const snooze = page.getByRole('dialog', { name: 'Snooze until' });
    await seen(snooze);
    expect(await left(snooze.getByLabel('Date and time'))).to.equal(await left(snooze.getByRole('heading')));
    await page.keyboard.press('Escape');
    await snooze.waitFor({ state: 'hidden' });
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await seen(help);
    expect(await left(help.getByText('Single keys work'))).to.equal(await left(help.getByRole('heading')));
  });

  it('what is told after a step covers neither the composer nor the header', async () => {
    for (const width of [1440, 1100, 800, 390]) {
      const zoe = newCustomer(`Zoe Toast ${width}`);
      await arrives(product.acme, newCustomer(`Next ${width}`), 'I am the next');
      const id = await arrives(product.acme, zoe, 'All is well');
      const inbox = await openAt(id, { viewport: { width, height: 844 } });
      await seen(inbox.line('All is well'));
      await inbox.button('Resolve').click();
      const toast = inbox.toast(`${zoe.name}: resolved.`);
      await seen(toast);
      await seen(inbox.button('Resolve'));
      const box = await toast.boundingBox();
      const area = { x: 0, y: 0, width: 0, height: 0, ...box };
      for (const kept of [inbox.button('Resolve'), inbox.page.getByRole('tablist'), inbox.button(/^Send/)]) {
        const other = await kept.boundingBox();
        if (!other) throw new Error('A part of the conversation is not in sight.');
        const isApart =
          area.x + area.width <= other.x ||
          other.x + other.width <= area.x ||
          area.y + area.height <= other.y ||
          other.y + other.height <= area.y;
        expect(isApart, `${kept} at ${width}`).to.equal(true);
      }
    }
  });
});
