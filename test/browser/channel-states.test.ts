import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import type { Channel } from '../../src/contract/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { lookOf, overflowing } from '../support/in-page.ts';
import { type Agent, gone, InboxPage, newAgent, seen } from '../support/inbox-page.ts';
import { type Product, startProduct } from '../support/product.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const LAPTOP = { viewport: { width: 1280, height: 640 } };

describe('channels, how they stand and how they are changed, in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let admin: Agent;
  let lastNumber = 0;

  before(async () => {
    product = await startProduct({ hasNoWorkers: true });
    admin = await newAgent(product.context, product.acme, 'Chloe Channels', { role: 'admin' });
  });
  after(() => product?.close());

  const openAt = (path: string, options?: object): Promise<InboxPage> =>
    InboxPage.open(browser, product, product.acme, admin, path, options);
  const openChannels = async (options?: object): Promise<Page> =>
    (await openAt('/settings/channels', options)).page;
  async function add(platform: string, name: string, settings: object): Promise<number> {
    const { body } = await product.acme.http<{ id: number }>('POST', '/channels', {
      platform,
      name,
      settings,
    });
    return body.id;
  }
  const addWhatsApp = (name: string, phoneNumberId = `7300000000000${++lastNumber}`) =>
    add('whatsapp', name, { phoneNumberId, businessAccountId: '1', accessToken: 'a', appSecret: 'b' });
  async function stands(id: number, health: Channel['health'], message: string | null = null): Promise<void> {
    await product.acme.query('UPDATE channels SET health = $2, health_message = $3 WHERE id = $1', [
      id,
      health,
      message,
    ]);
  }
  const rowOf = (page: Page, name: string): Locator =>
    page.getByRole('button', { name: `Actions for ${name}`, exact: true }).locator('xpath=..');
  async function openMenu(page: Page, name: string): Promise<Locator> {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await seen(page.getByRole('menuitem'));
    return page.getByRole('menuitem');
  }
  async function openSettings(page: Page, name: string): Promise<Locator> {
    await (await openMenu(page, name)).filter({ hasText: 'Change settings' }).click();
    return page.getByRole('dialog', { name: `Settings of ${name}` });
  }

  it('each state is said in words that fit', async () => {
    const phone = async (name: string, health: Channel['health'], message: string) =>
      stands(await add('whatsapp_web', name, {}), health, message);
    await addWhatsApp('Unreachable');
    await add('api', 'One way', {});
    await phone('Never linked', 'warning', 'WhatsApp Web cannot be reached from here: no network.');
    await phone('Logged out', 'reauthorise', 'The phone has ended this session.');
    await phone('Opening', 'unknown', 'WhatsApp Web is being opened.');
    const page = await openChannels();
    for (const [name, words] of [
      ['Unreachable', 'cannot be reached'],
      ['Never linked', 'not linked'],
      ['Logged out', 'not linked'],
      ['Opening', 'connecting'],
      ['One way', 'no callback address'],
      ['Shop', 'working'],
    ] as const)
      await seen(rowOf(page, name).getByText(words, { exact: true }));
  });

  it('a stop ends by a check from the menu, and a check that fails says why', async () => {
    const stopped = await add('api', 'Stopped', {});
    await addWhatsApp('Away');
    await stands(stopped, 'stopped', 'The account was refused.');
    const page = await openChannels();
    await seen(rowOf(page, 'Stopped').getByText('stopped'));
    await (await openMenu(page, 'Stopped')).filter({ hasText: 'Check now' }).click();
    await seen(page.getByRole('status').filter({ hasText: 'Stopped works.' }));
    await seen(rowOf(page, 'Stopped').getByText('no callback address'));
    const [row] = await product.acme.query<{ health: string }>('SELECT health FROM channels WHERE id = $1', [
      stopped,
    ]);
    expect(row?.health).to.equal('ok');
    expect(await (await openMenu(page, 'Stopped')).filter({ hasText: 'Check now' }).count()).to.equal(0);
    await page.keyboard.press('Escape');

    await (await openMenu(page, 'Away')).filter({ hasText: 'Check now' }).click();
    await seen(
      page.getByRole('status').filter({ hasText: 'Away: It could not be checked: WhatsApp cannot be asked' }),
    );
  });

  it('a secret that is left empty stays; an optional one is taken away only when that is chosen', async () => {
    await addWhatsApp('Secretive');
    const page = await openChannels();
    let dialog = await openSettings(page, 'Secretive');
    const secret = () => dialog.getByRole('textbox', { name: 'App secret' });
    const save = () => dialog.getByRole('button', { name: 'Save and connect' });
    const patched = async () => {
      const request = page.waitForRequest(one => one.method() === 'PATCH');
      await save().click();
      return (await request).postDataJSON() as unknown;
    };
    await seen(dialog.getByText('Proves that a webhook comes from Meta. Left empty, it stays as it is.'));
    expect(await save().isDisabled()).to.equal(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await gone(dialog);

    dialog = await openSettings(page, 'Secretive');
    await dialog.getByRole('textbox', { name: 'Access token' }).fill('another-token');
    expect(await patched()).to.deep.equal({ settings: { accessToken: 'another-token' } });
    await gone(dialog);
    await seen(page.getByRole('status').filter({ hasText: 'Secretive is saved. It could not be checked:' }));

    dialog = await openSettings(page, 'Secretive');
    const remove = dialog.getByRole('button', { name: 'Remove it (use the app of this server)' });
    await remove.click();
    expect(await secret().isDisabled()).to.equal(true);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    expect(await save().isDisabled()).to.equal(true);
    await remove.click();
    expect(await patched()).to.deep.equal({ settings: { appSecret: null } });
    await gone(dialog);
    // Without one, and without one of the server's, nothing could be verified.
    await seen(rowOf(page, 'Secretive').getByText('Set appSecret in the settings of this channel'));
    const told = page.getByRole('button', { name: 'Dismiss' });
    while ((await told.count()) > 0) await told.first().click();

    dialog = await openSettings(page, 'Secretive');
    await dialog.getByLabel('Phone number id').fill(' ');
    expect(await save().isDisabled()).to.equal(true);
  });

  it('the form names its platform, has the keys, and keeps its buttons in sight on a laptop', async () => {
    const page = await openChannels(LAPTOP);
    await page.getByRole('button', { name: 'Add a channel' }).click();
    for (const title of ['E-mail', 'WhatsApp Web', 'Crisp', 'Tidio']) {
      const choice = page.getByRole('dialog', { name: 'Add a channel' });
      await choice.getByRole('button', { name: new RegExp(`^${title}`) }).press('Enter');
      const dialog = page.getByRole('dialog', { name: `Connect ${title}` });
      const name = dialog.getByLabel('Name', { exact: true });
      await seen(name);
      expect(await name.evaluate(field => field === field.ownerDocument.activeElement), title).to.equal(true);
      const button = await dialog.getByRole('button', { name: 'Connect', exact: true }).boundingBox();
      expect((button?.y ?? 999) + (button?.height ?? 0), title).to.be.lessThan(LAPTOP.viewport.height);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await dialog.getByRole('button', { name: 'Back' }).press('Enter');
      await seen(choice);
    }
  });

  it('what the keys come to is not hidden by the buttons at the foot', async () => {
    const page = await openChannels(LAPTOP);
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page.getByRole('button', { name: /^E-mail/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect E-mail' });
    const foot = await dialog.getByRole('button', { name: 'Back' }).boundingBox();
    const last = dialog.getByLabel('Name of the mail server');
    const isThere = () => last.evaluate(field => field === field.ownerDocument.activeElement);
    for (let step = 0; step < 20 && !(await isThere()); step += 1) await page.keyboard.press('Tab');
    const field = await last.boundingBox();
    expect((field?.y ?? 999) + (field?.height ?? 0)).to.be.lessThan(foot?.y ?? 0);
  });

  it('beside the conversations a channel in trouble has a mark, and namesakes are told apart', async () => {
    const marked = await addWhatsApp('Porto', '74000000000001');
    await addWhatsApp('Porto', '74000000000002');
    const alone = await add('api', 'Faro', {});
    await stands(marked, 'reauthorise', 'The access token has expired.');
    await stands(alone, 'stopped', 'The account was refused.');
    const inbox = await openAt('/inbox/all');
    const nav = inbox.page.getByRole('navigation', { name: 'Views' });
    await seen(
      nav.getByRole('link', { name: /Porto …0001/ }).getByRole('img', { name: 'Porto needs attention' }),
    );
    expect(
      await nav
        .getByRole('link', { name: /Porto …0002/ })
        .getByRole('img')
        .count(),
    ).to.equal(0);
    await seen(nav.getByRole('img', { name: 'Faro needs attention' }));
    expect(await accessibilityFaults(inbox.page)).to.deep.equal([]);
    // Of its own accord, as soon as the channel works.
    await product.acme.http('POST', `/channels/${alone}/check`);
    await gone(nav.getByRole('img', { name: 'Faro needs attention' }));
    await inbox.go('/settings/channels');
    for (const end of ['…0001', '…0002']) await seen(inbox.page.getByText(end, { exact: true }));
  });

  it('on a phone the state stands below the name, and what is wrong has the room', async () => {
    const id = await addWhatsApp('Narrow');
    await stands(id, 'warning', `${'Something is wrong with this number. '.repeat(4)}`);
    const page = await openChannels(PHONE);
    const row = rowOf(page, 'Narrow');
    const [name, state, words] = await Promise.all(
      [row.getByText('Narrow', { exact: true }), row.getByText('has trouble'), row.locator('p')].map(part =>
        part.boundingBox(),
      ),
    );
    if (!name || !state || !words) throw new Error('A part of the row is not in sight.');
    expect(state.y).to.be.at.least(name.y + name.height);
    expect(Math.round(state.x)).to.be.at.most(Math.round(name.x));
    expect(words.y).to.be.at.least(state.y + state.height);
    expect(words.width).to.be.greaterThan(260);
    expect(await overflowing(page)).to.deep.equal([]);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  it('on a phone the choice of a channel, and the form after it, begin at their tops', async () => {
    const page = await openChannels(PHONE);
    await page.getByRole('button', { name: 'Add a channel' }).click();
    const dialog = page.getByRole('dialog');
    const startsBelowTitle = async (part: Locator) => {
      await seen(part);
      const top = async (locator: Locator) => (await locator.boundingBox())?.y ?? 0;
      const title = await dialog.locator('header').boundingBox();
      expect(await top(part)).to.be.at.least((title?.y ?? 0) + (title?.height ?? Number.NaN));
      expect(await dialog.evaluate(node => (node as unknown as { scrollTop: number }).scrollTop)).to.equal(0);
    };
    await startsBelowTitle(dialog.getByRole('button', { name: /^WhatsApp (?!Web)/ }));
    await dialog.getByRole('button', { name: /^SMS/ }).click();
    await startsBelowTitle(dialog.getByText('What your colleagues see.'));
    await dialog.getByRole('button', { name: 'Back' }).click();
    await startsBelowTitle(dialog.getByRole('button', { name: /^WhatsApp (?!Web)/ }));
  });

  it('on a phone the buttons of the health stand below each other, and an id stays in one line', async () => {
    const id = await addWhatsApp('Operated');
    const operatorId = '0d4f7a52-8c1e-4b3a-9f60-5e2d7c8b9a10';
    const facts = [{ name: 'Operator Olga', value: operatorId }];
    await product.acme.query('UPDATE channels SET check_result = $2 WHERE id = $1', [
      id,
      JSON.stringify({ facts }),
    ]);
    const page = (await openAt(`/settings/channels?health=${id}`, PHONE)).page;
    const health = page.getByRole('dialog', { name: 'Health of Operated' });
    await seen(health.getByText('Operator Olga'));
    const boxOf = async (part: Locator) =>
      (await part.boundingBox()) ?? expect.fail(`${part} is not in sight.`);
    const shown = await boxOf(health.getByText(operatorId));
    const line = await boxOf(health.getByText('Last received'));
    expect(shown.height).to.be.lessThan(1.5 * line.height);
    const ask = await boxOf(health.getByRole('button', { name: 'Ask for missed messages' }));
    const check = await boxOf(health.getByRole('button', { name: 'Check now' }));
    expect([check.x, check.width]).to.deep.equal([ask.x, ask.width]);
    expect(check.y).to.be.at.least(ask.y + ask.height);
    expect(await overflowing(page)).to.deep.equal([]);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  it('platforms are told apart by their marks, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await openChannels({ colorScheme });
      await page.getByRole('button', { name: 'Add a channel' }).click();
      const cards = page.getByRole('dialog', { name: 'Add a channel' }).getByRole('button');
      await seen(cards.filter({ hasText: 'Tidio' }));
      const markOf = async (name: string) => {
        const card = cards.filter({ hasText: new RegExp(`^${name}`) });
        const { backgroundColor } = await lookOf(card.locator('span').first());
        const behind = (await lookOf(card)).backgroundColor;
        return { backgroundColor, behind, glyph: await card.locator('svg').innerHTML() };
      };
      const [crisp, tidio] = await Promise.all([markOf('Crisp'), markOf('Tidio')]);
      expect(tidio.glyph).to.not.equal(crisp.glyph);
      expect(tidio.backgroundColor).to.not.equal(crisp.backgroundColor);
      for (const { backgroundColor, behind } of [crisp, tidio])
        for (const other of [behind, 'rgb(255, 255, 255)'])
          expect(contrastOf(backgroundColor, other), `${backgroundColor} on ${other}`).to.be.at.least(3);
    }
  });
});

/** As WCAG counts it. */
function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other].map(luminanceOf).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? [])
    .map(part => Number(part) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
