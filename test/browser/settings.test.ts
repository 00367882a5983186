import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import type { Channel } from '../../src/contract/index.ts';
import { hashPassword } from '../../src/features/users/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { useBrowser } from '../support/browser.ts';
import { lookOf } from '../support/in-page.ts';
import { type Agent, arrives, gone, InboxPage, newAgent, newCustomer, seen } from '../support/inbox-page.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { StubServer } from '../support/stub-server.ts';
import { ADMIN_ID } from '../support/tenants.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'lamps and furniture';

describe('settings in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let acme: ProductTenant;
  let admin: Agent;
  let passwordHash: string;

  const telegram = new StubServer();
  /** A bot, and where it delivers to. */
  const bot = { token: '4711:a-token-of-botfather', username: 'lumen_bot', url: '' };

  before(async () => {
    await telegram.start();
    telegram.answer = ({ url, body }) => {
      const [, token, method] = /^\/bot([^/]+)\/(\w+)/.exec(url) ?? [];
      if (token !== bot.token)
        return { status: 401, body: { ok: false, error_code: 401, description: 'Unauthorized' } };
      if (method === 'setWebhook') bot.url = (JSON.parse(body.toString()) as { url: string }).url;
      const info = { url: bot.url, pending_update_count: 0 };
      return { body: { ok: true, result: method === 'getMe' ? { username: bot.username } : info } };
    };
    product = await startProduct({ variables: { TELEGRAM_API_URL: telegram.url } });
    acme = product.acme;
    passwordHash = await hashPassword(PASSWORD);
    admin = await newAgent(product.context, acme, 'Astrid Admin', { role: 'admin' });
  });
  after(async () => {
    await product?.close();
    await telegram.stop();
  });

  const openAt = async (path: string, user: Agent = admin): Promise<Page> =>
    (await InboxPage.open(browser, product, acme, user, path)).page;
  const channelNamed = async (name: string) =>
    (await acme.http<{ items: Channel[] }>('GET', '/channels')).body.items.find(item => item.name === name);
  const rowOf = (page: Page, name: string): Locator =>
    page.getByRole('button', { name: `Actions for ${name}`, exact: true }).locator('xpath=..');

  async function chooseKind(page: Page, title: string): Promise<Locator> {
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await page
      .getByRole('dialog', { name: 'Add a channel' })
      .getByRole('button', { name: new RegExp(`^${title} (?!Web)`) })
      .click();
    return page.getByRole('dialog', { name: `Connect ${title}` });
  }
  async function act(page: Page, name: string, action: string): Promise<void> {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: action }).click();
  }

  it('WhatsApp is connected, and its token is shown once', async () => {
    const page = await openAt('/settings/channels');
    const dialog = await chooseKind(page, 'WhatsApp');
    await dialog.getByLabel('Name').fill('WhatsApp Porto');
    await dialog.getByLabel('Phone number id').fill('71000000000001');
    await dialog.getByLabel('Business account id').fill('81000000000001');
    await dialog.getByRole('textbox', { name: 'Access token' }).fill('a-token-of-meta');
    await dialog.getByRole('textbox', { name: 'App secret' }).fill('an-app-secret');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    // Nobody answers for WhatsApp here, and that is said: then, and in the list.
    await seen(
      dialog.getByText(
        'WhatsApp Porto is stored. It could not be checked: WhatsApp cannot be asked at the moment',
      ),
    );
    expect(await dialog.getByText('is connected').count()).to.equal(0);
    const address = await dialog.getByRole('textbox', { name: 'Webhook address' }).inputValue();
    const token = await dialog.getByRole('textbox', { name: 'Verify token' }).inputValue();
    expect(address).to.match(/\/webhooks\/whatsapp\/\S+$/);
    const answer = await fetch(
      `${address}?hub.mode=subscribe&hub.verify_token=${encodeURIComponent(token)}&hub.challenge=4711`,
    );
    expect(await answer.text()).to.equal('4711');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await seen(rowOf(page, 'WhatsApp Porto').getByText('cannot be reached'));
    await seen(rowOf(page, 'WhatsApp Porto').getByText('WhatsApp cannot be asked at the moment'));
    await act(page, 'WhatsApp Porto', 'How to connect');
    const again = page.getByRole('dialog', { name: 'WhatsApp Porto' });
    expect(await again.getByRole('textbox', { name: 'Webhook address' }).inputValue()).to.equal(address);
    expect(await again.innerText()).to.not.contain(token);
    expect(await again.getByRole('textbox', { name: 'Verify token' }).count()).to.equal(0);
  });

  it('Telegram is set up by itself, shows its health, and takes a new token', async () => {
    const page = await openAt('/settings/channels');
    const dialog = await chooseKind(page, 'Telegram');
    await dialog.getByLabel('Name').fill('Our bot');
    await dialog.getByRole('textbox', { name: 'Bot token' }).fill('4711:a-wrong-token-of-botfather');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await seen(dialog.getByText('Our bot is stored. It does not work yet. Telegram does not know the token'));
    await dialog.getByRole('button', { name: 'Done' }).click();
    await seen(rowOf(page, 'Our bot').getByText('needs a new sign-in'));

    await act(page, 'Our bot', 'Change settings');
    const change = page.getByRole('dialog', { name: 'Settings of Our bot' });
    await change.getByRole('textbox', { name: 'Bot token' }).fill(bot.token);
    await change.getByRole('button', { name: 'Save and connect' }).click();
    await seen(rowOf(page, 'Our bot').getByText('working'));
    expect(bot.url).to.equal((await channelNamed('Our bot'))?.webhookUrl);

    await act(page, 'Our bot', 'Health');
    const health = page.getByRole('dialog', { name: 'Health of Our bot' });
    await seen(health.getByText('@lumen_bot'));
    await seen(health.getByText('delivers to us'));
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    bot.url = 'https://elsewhere.example/';
    const channel = await channelNamed('Our bot');
    await acme.http('PATCH', `/channels/${channel?.id}`, { settings: { secretToken: 'another-one' } });
    expect(bot.url).to.equal(channel?.webhookUrl);
    await health.getByRole('button', { name: 'Check now' }).click();
    await seen(health.getByRole('button', { name: 'Check now' }));
  });

  it('an API channel shows its secret once, a website chat its public key', async () => {
    const page = await openAt('/settings/channels');
    let dialog = await chooseKind(page, 'API');
    await dialog.getByLabel('Name').fill('Warehouse');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    const secret = await dialog.getByRole('textbox', { name: 'Secret' }).inputValue();
    expect(secret).to.match(/^whsec_/);
    await seen(dialog.getByText('Copy the secret now: it is not shown again.'));
    await dialog.getByRole('button', { name: 'Done' }).click();
    await act(page, 'Warehouse', 'How to connect');
    await seen(page.getByText('Secrets are sealed and cannot be shown again.'));
    await page.keyboard.press('Escape');
    await gone(page.getByRole('dialog'));

    dialog = await chooseKind(page, 'Website chat');
    await dialog.getByLabel('Name').fill('Blog');
    await dialog.getByLabel('Allowed domains').fill('blog.example\n*.blog.example');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    expect(await dialog.getByRole('textbox', { name: 'Widget key' }).inputValue()).to.match(/^wk_/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await seen(rowOf(page, 'Blog'));
    expect((await channelNamed('Blog'))?.settings.allowedDomains).to.deep.equal([
      'blog.example',
      '*.blog.example',
    ]);
  });

  it('wrong settings are told at their field, and can be mended there', async () => {
    browser.expectProblem(/status of 4(22|09) .*\/channels$/);
    const page = await openAt('/settings/channels');
    let dialog = await chooseKind(page, 'Website chat');
    await dialog.getByLabel('Name').fill('Mended');
    await dialog.getByLabel('Allowed domains').fill('https://wrong.example/path');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    const errorOf = async (label: string) => {
      const field = dialog.getByLabel(label);
      expect(await field.getAttribute('aria-invalid'), label).to.equal('true');
      const ids = (await field.getAttribute('aria-describedby'))?.split(' ').filter(Boolean) ?? [];
      const texts = await Promise.all(ids.map(id => page.locator(`[id="${id}"]`).innerText()));
      return texts.join(' ');
    };
    await seen(dialog.getByRole('alert').getByText('Not saved yet: look at what is marked.'));
    expect(await errorOf('Allowed domains')).to.contain('Write a domain as example.com');
    await dialog.getByLabel('Allowed domains').fill('right.example');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await seen(dialog.getByText('Mended is connected.'));
    await dialog.getByRole('button', { name: 'Done' }).click();

    dialog = await chooseKind(page, 'WhatsApp');
    await dialog.getByLabel('Phone number id').fill(acme.account.phoneNumberId);
    await dialog.getByLabel('Business account id').fill('1');
    await dialog.getByRole('textbox', { name: 'Access token' }).fill('token');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await seen(dialog.getByRole('alert').getByText('is connected already'));
  });

  it('a channel is renamed, paused (the composer says so), resumed and removed', async () => {
    const name = 'Temporary';
    await acme.http('POST', '/channels', { platform: 'api', name, settings: {} });
    const page = await openAt('/settings/channels');
    await act(page, name, 'Rename');
    await page.getByRole('dialog').getByLabel('Name').fill('Renamed');
    await page.keyboard.press('Enter');
    await seen(rowOf(page, 'Renamed'));
    await act(page, 'Renamed', 'Remove…');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the channel' }).click();
    await gone(page.getByRole('button', { name: 'Actions for Renamed' }));
    expect(await channelNamed('Renamed')).to.equal(undefined);

    const paul = newCustomer('Paul Paused');
    const id = await arrives(acme, paul, 'Do you hear me?');
    const inbox = await InboxPage.open(browser, product, acme, admin, `/inbox/all/${id}`);
    await act(page, 'WhatsApp', 'Pause');
    await seen(rowOf(page, 'WhatsApp').getByText('paused'));
    await seen(inbox.page.getByText('This channel is paused: nothing goes out'));
    await act(page, 'WhatsApp', 'Resume');
    await gone(inbox.page.getByText('This channel is paused'));
    await inbox.reply(paul.name, 'Now I do');
    await inbox.ticks('Now I do', 'sent');
  });

  it('an agent may not change channels or the team, and is not offered it', async () => {
    const page = await openAt('/settings/channels', await newAgent(product.context, acme, 'Andy Agent'));
    await seen(rowOf(page, 'Orders'));
    expect(await page.getByRole('button', { name: 'Add a channel' }).count()).to.equal(0);
    await page.getByRole('link', { name: 'Team' }).click();
    await seen(page.getByText(admin.name));
    expect(await page.getByRole('button', { name: 'Add a colleague' }).count()).to.equal(0);
    expect(await page.getByRole('combobox').count()).to.equal(0);
  });

  it('a colleague is added, signs in, becomes a lead at once, and is out when deactivated', async () => {
    browser.expectProblem(/status of 401 /);
    const page = await openAt('/settings/team');
    await page.getByRole('button', { name: 'Add a colleague' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a colleague' });
    await dialog.getByLabel('Name').fill('Nora New');
    await dialog.getByLabel('E-mail').fill('nora@acme.test');
    await dialog.getByRole('textbox', { name: 'First password' }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Add' }).click();
    await seen(rowOf(page, 'Nora New').getByText('nora@acme.test'));

    const hers = await browser.page();
    await hers.goto(`${product.url}/settings/channels?tenant=acme&email=nora@acme.test`);
    const password = hers.getByRole('textbox', { name: 'Password' });
    await password.fill(PASSWORD);
    await password.press('Enter');
    await seen(hers.getByRole('heading', { name: 'Channels' }));
    expect(await hers.getByRole('button', { name: 'Add a channel' }).count()).to.equal(0);

    await page.getByRole('combobox', { name: 'Role of Nora New' }).click();
    await page.getByRole('option', { name: 'Lead' }).click();
    await seen(hers.getByRole('dialog', { name: 'Your session has ended' }));
    await password.fill(PASSWORD);
    await password.press('Enter');
    await seen(hers.getByRole('button', { name: 'Add a channel' }));

    await act(page, 'Nora New', 'Deactivate…');
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await seen(rowOf(page, 'Nora New').getByText('deactivated'));
    await seen(hers.getByRole('dialog', { name: 'Your session has ended' }));
    await password.fill(PASSWORD);
    await password.press('Enter');
    await seen(hers.getByText('The workspace, the e-mail or the password is not right.'));

    await act(page, 'Nora New', 'Activate again');
    await gone(rowOf(page, 'Nora New').getByText('deactivated'));
    await password.press('Enter');
    await gone(hers.getByRole('dialog', { name: 'Your session has ended' }));
  });

  it('teams stand with their members, and it is said when there are none', async () => {
    const page = await openAt('/settings/team');
    const teams = page.getByRole('region', { name: 'Teams' });
    await seen(teams.getByText('nobody in it yet'));
    await product.globex.query('DELETE FROM teams');
    const other = await InboxPage.open(browser, product, product.globex, { id: ADMIN_ID }, '/settings/team');
    await seen(other.page.getByText('No teams yet'));
    await other.go('/inbox/all');
    await seen(other.view('Unassigned'));
    expect(await other.page.getByRole('heading', { name: 'Teams' }).count()).to.equal(0);
  });

  it('a colleague whose e-mail is taken is not added, and it is said why', async () => {
    browser.expectProblem(/status of 4(22|09) .*\/users/);
    const page = await openAt('/settings/team');
    await page.getByRole('button', { name: 'Add a colleague' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a colleague' });
    await dialog.getByLabel('Name').fill('Astrid Again');
    await dialog.getByLabel('E-mail').fill(admin.email);
    await dialog.getByRole('textbox', { name: 'First password' }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Add' }).click();
    await seen(dialog.getByText(/already/));
  });

  it('a new password signs the other browser out, and this one stays', async () => {
    browser.expectProblem(/status of 40[13] /);
    const piet = await newAgent(product.context, acme, 'Piet Password', { passwordHash });
    const page = await openAt('/settings/profile', piet);
    const other = await openAt('/inbox/all', piet);
    const [current, next] = ['Present password', 'New password'].map(name =>
      page.getByRole('textbox', { name }),
    ) as [Locator, Locator];
    await current.fill('not the password');
    await next.fill('chairs and tables');
    await next.press('Enter');
    await seen(page.getByText('This is not your password.'));
    await current.fill(PASSWORD);
    await next.press('Enter');
    await seen(page.getByText('The new password holds.'));
    await seen(other.getByRole('dialog', { name: 'Your session has ended' }));
    await page.reload();
    await seen(page.getByRole('heading', { name: piet.name }));
    await other.getByRole('textbox', { name: 'Password' }).fill('chairs and tables');
    await other.keyboard.press('Enter');
    await gone(other.getByRole('dialog', { name: 'Your session has ended' }));
  });

  it('the theme is kept, and signing out ends the session', async () => {
    browser.expectProblem(/status of 401 /);
    const page = await openAt('/settings/profile');
    const theme = () => page.locator('html').getAttribute('data-mantine-color-scheme');
    const light = (await lookOf(page.locator('body'))).backgroundColor;
    await page.getByRole('combobox', { name: 'Theme' }).click();
    await page.getByRole('option', { name: 'Dark' }).click();
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    // Without movement a change of colour still takes a hundredth of a millisecond, and so the next frame.
    const isDark = async () => (await lookOf(page.locator('body'))).backgroundColor !== light;
    await until('the page is dark', isDark);
    await page.reload();
    await seen(page.getByRole('heading', { name: admin.name }));
    expect(await theme()).to.equal('dark');

    await page.getByRole('button', { name: `${admin.name}: profile, shortcuts, sign out` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await seen(page.getByRole('heading', { name: 'Sign in to Concierge' }));
    await page.goto(`${product.url}/inbox/all`);
    await seen(page.getByRole('heading', { name: 'Sign in to Concierge' }));
  });
});
