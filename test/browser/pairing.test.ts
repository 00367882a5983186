import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import type { LineState } from '../../src/platforms/adapter.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { overflowing } from '../support/in-page.ts';
import { type Agent, gone, InboxPage, newAgent, seen } from '../support/inbox-page.ts';
import { lineTells, pairingCode, scanMe } from '../support/inbox-phone.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe('a phone is paired in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let admin: Agent;

  before(async () => {
    // Nobody opens lines: what they would tell is told by the tests.
    product = await startProduct({ hasNoWorkers: true });
    admin = await newAgent(product.context, product.acme, 'Petra Phone', { role: 'admin' });
  });
  after(() => product?.close());

  const openChannels = async (options?: object): Promise<Page> =>
    (await InboxPage.open(browser, product, product.acme, admin, '/settings/channels', options)).page;
  const tells = (channelId: number, state: LineState) => lineTells(product, product.acme, channelId, state);
  const code = (page: Page) => page.getByRole('img', { name: 'The code to scan with the phone' });
  const drawn = (page: Page) => code(page).locator('path').getAttribute('d');

  async function addPhone(name: string): Promise<number> {
    const { body } = await product.acme.http<{ id: number }>('POST', '/channels', {
      platform: 'whatsapp_web',
      name,
      settings: {},
    });
    return body.id;
  }
  async function act(page: Page, name: string, action: string): Promise<Locator> {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: action }).click();
    return page.getByRole('dialog');
  }

  it('from the first warning to the paired phone, with codes that change', async () => {
    const page = await openChannels();
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page
      .getByRole('dialog', { name: 'Add a channel' })
      .getByRole('button', { name: /^WhatsApp Web/ })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Connect WhatsApp Web' });
    await seen(dialog.getByText('Meta may block a number that is used so'));
    await dialog.getByLabel('Name').fill('Shop phone');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await seen(dialog.getByText('Connecting to WhatsApp. The code comes in a moment.'));
    const [row] = await product.acme.query<{ id: number }>('SELECT id FROM channels WHERE name = $1', [
      'Shop phone',
    ]);
    const id = row?.id ?? 0;
    await tells(id, { health: 'unknown', message: 'WhatsApp Web is being opened.' });
    await seen(dialog.getByText('WhatsApp Web is being opened.'));

    await tells(id, { health: 'reauthorise', message: scanMe, pairing: pairingCode('a') });
    await seen(code(page));
    await seen(dialog.getByText(/^Good for 5\d s$/));
    const first = await drawn(page);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await tells(id, { health: 'reauthorise', message: scanMe, pairing: pairingCode('b') });
    await until('the next code is drawn', async () => (await drawn(page)) !== first);

    await tells(id, { health: 'unknown', message: 'WhatsApp Web knows the phone and loads its chats.' });
    await seen(dialog.getByText('WhatsApp Web knows the phone and loads its chats.'));
    await gone(code(page));
    await tells(id, { health: 'ok', message: null, accountName: '+351 930 000 001' });
    await seen(dialog.getByText('The phone is paired'));
    await seen(dialog.getByText('+351 930 000 001'));
    await dialog.getByRole('button', { name: 'Done' }).click();
    const actions = page.getByRole('button', { name: 'Actions for Shop phone' });
    await seen(actions.locator('xpath=..').getByText('working'));
  });

  it('a code that has run out is followed by the next one, or asked for', async () => {
    const id = await addPhone('Slow phone');
    await tells(id, { health: 'reauthorise', message: scanMe, pairing: pairingCode('c', 4000) });
    const page = await openChannels();
    const dialog = await act(page, 'Slow phone', 'Pair the phone');
    await seen(code(page));
    await seen(dialog.getByText('The next code is on its way…'));
    await tells(id, { health: 'reauthorise', message: scanMe, pairing: pairingCode('d') });
    await seen(dialog.getByText(/^Good for/));
    await tells(id, { health: 'reauthorise', message: 'Nobody has scanned the code.' });
    await seen(dialog.getByText('Nobody has scanned the code.'));
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Show a new code' }).click();
    await seen(dialog.getByText('Connecting to WhatsApp. The code comes in a moment.'));
    await tells(id, { health: 'reauthorise', message: scanMe, pairing: pairingCode('e') });
    await seen(code(page));
  });

  it('the last session is brought back, or it is said that there is none', async () => {
    browser.expectProblem(/status of 409 .*\/pairing$/);
    const id = await addPhone('Logged out');
    await tells(id, { health: 'reauthorise', message: 'The phone has ended this session.' });
    const page = await openChannels();
    const health = await act(page, 'Logged out', 'Health');
    await health.getByRole('button', { name: 'Pair the phone' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pair a phone with Logged out' });
    await seen(dialog.getByText('The phone has ended this session.'));
    await dialog.getByRole('button', { name: 'Bring the last session back' }).click();
    await seen(dialog.getByRole('alert').getByText('There is no session of the last seven days'));
    await product.acme.query(
      `INSERT INTO whatsapp_sessions (channel_id, fence, sha256, sealed, ended_at) VALUES ($1, 1, '', '', now())`,
      [id],
    );
    await dialog.getByRole('button', { name: 'Bring the last session back' }).click();
    await seen(dialog.getByText('Connecting to WhatsApp.'));
    await gone(dialog.getByRole('alert'));
    const [session] = await product.acme.query<{ ended: Date | null }>(
      'SELECT ended_at AS ended FROM whatsapp_sessions WHERE channel_id = $1',
      [id],
    );
    expect(session?.ended).to.equal(null);
  });

  it('trouble with the connection is told, and it can be tried again; what does not load, too', async () => {
    const id = await addPhone('Out of reach');
    await tells(id, { health: 'warning', message: 'WhatsApp Web cannot be reached from here: no network.' });
    const page = await openChannels();
    browser.expectProblem(/status of 503 .*\/pairing$/);
    const error = { code: 'unavailable', message: 'The database is away for a moment.', requestId: 'r' };
    await page.route(/\/pairing$/, route => route.fulfill({ status: 503, json: { error } }));
    const dialog = await act(page, 'Out of reach', 'Pair the phone');
    await seen(dialog.getByRole('alert').getByText('The database is away for a moment.'));
    await page.unroute(/\/pairing$/);
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await seen(dialog.getByText('WhatsApp Web cannot be reached from here: no network.'));
    await dialog.getByRole('button', { name: 'Connect again' }).click();
    await tells(id, { health: 'ok', message: null });
    await seen(dialog.getByText('The phone is paired'));
  });

  it('the code is dark on white in the dark too, and fits on a phone', async () => {
    const id = await addPhone('In the dark');
    await tells(id, { health: 'reauthorise', message: scanMe, pairing: pairingCode('f') });
    for (const options of [{ colorScheme: 'dark' }, PHONE] as const) {
      const page = await openChannels(options);
      await act(page, 'In the dark', 'Pair the phone');
      await seen(code(page));
      expect(await code(page).locator('rect').getAttribute('fill')).to.equal('#fff');
      expect(await code(page).locator('path').getAttribute('fill')).to.equal('#000');
      expect((await code(page).boundingBox())?.width).to.be.greaterThan(200);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      expect(await overflowing(page)).to.deep.equal([]);
    }
  });
});
