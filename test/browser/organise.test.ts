import { expect } from 'chai';
import type { Conversation, ConversationCounts } from '../../src/contract/index.ts';
import { useBrowser } from '../support/browser.ts';
import { type Agent, arrives, gone, InboxPage, newAgent, newCustomer, seen } from '../support/inbox-page.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { fillWithSample } from '../support/sample-tenant.ts';
import { ADMIN_ID } from '../support/tenants.ts';
import { until } from '../support/until.ts';

const UNRESOLVED = 'new,open,pending,snoozed';

describe('organising in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let acme: ProductTenant;
  let globex: ProductTenant;
  let agent: Agent;
  let colleague: Agent;

  before(async () => {
    product = await startProduct();
    ({ acme, globex } = product);
    agent = await newAgent(product.context, acme, 'Olga Organiser');
    colleague = await newAgent(product.context, acme, 'Colin Colleague');
    await fillWithSample(product.context, globex);
  });
  after(() => product?.close());

  const stored = async (id: number) => (await acme.http<Conversation>('GET', `/conversations/${id}`)).body;
  const openAt = (path: string) => InboxPage.open(browser, product, acme, agent, path);

  it('assigns to me, to a colleague, to a team, and sets the priority', async () => {
    const amy = newCustomer('Amy Assign');
    const id = await arrives(acme, amy, 'Who takes care of me?');
    const inbox = await openAt(`/inbox/unassigned/${id}`);
    const other = await InboxPage.open(browser, product, acme, colleague, '/inbox/mine');
    const { page } = inbox;
    await inbox.button('Assign to me').click();
    await seen(inbox.thread(amy.name).getByText('You took this'));
    await gone(inbox.row(amy.name));
    expect((await stored(id)).assignedTo?.id).to.equal(agent.id);

    await page.getByRole('combobox', { name: 'Assignee' }).click();
    await page.getByRole('option', { name: colleague.name }).click();
    await seen(inbox.thread(amy.name).getByText(`You assigned this to ${colleague.name}`));
    await seen(other.row(amy.name));

    await page.getByRole('combobox', { name: 'Team' }).click();
    await page.getByRole('option', { name: 'Support' }).click();
    await seen(inbox.thread(amy.name).getByText('You moved this to the team Support'));
    await page.getByRole('combobox', { name: 'Priority' }).click();
    await page.getByRole('option', { name: 'Urgent' }).click();
    await seen(inbox.thread(amy.name).getByText('You set the priority to urgent'));
    await seen(other.row(amy.name).getByTitle('urgent priority'));

    await inbox.view('Support').click();
    await seen(inbox.row(amy.name));
    expect(await stored(id)).to.deep.include({
      priority: 'urgent',
      assignedTo: { id: colleague.id, name: colleague.name },
    });
    expect((await stored(id)).team?.name).to.equal('Support');
  });

  it('makes a tag, puts it on, filters by it and takes it off', async () => {
    const tina = newCustomer('Tina Tag');
    const plain = newCustomer('Pia Plain');
    const id = await arrives(acme, tina, 'My lamp flickers');
    await arrives(acme, plain, 'Mine does not');
    const inbox = await openAt(`/inbox/all/${id}`);
    const { page } = inbox;
    await page.getByRole('combobox', { name: 'Tags' }).fill('flicker');
    await page.getByRole('option', { name: 'Make “flicker”' }).click();
    await seen(inbox.row(tina.name).getByTitle('flicker'));
    expect((await stored(id)).tags.map(tag => tag.name)).to.deep.equal(['flicker']);

    await inbox.button('Filter').click();
    await page.getByRole('combobox', { name: 'Tag', exact: true }).click();
    await page.getByRole('option', { name: 'flicker', exact: true }).click();
    await gone(inbox.row(plain.name));
    await seen(inbox.row(tina.name));
    await page.keyboard.press('Escape');
    await inbox.button('Remove filter flicker').click();
    await seen(inbox.row(plain.name));

    await page.getByRole('combobox', { name: 'Tags' }).click();
    await page.keyboard.press('Backspace');
    await gone(inbox.row(tina.name).getByTitle('flicker'));
    await until('the tag is off', async () => (await stored(id)).tags.length === 0);
  });

  it('snoozes, and it wakes when its time has come, by hand, or when the customer writes', async () => {
    const sven = newCustomer('Sven Snooze');
    const id = await arrives(acme, sven, 'Remind me later');
    const inbox = await openAt(`/inbox/all/${id}`);
    await inbox.button('Snooze').click();
    await inbox.page.getByRole('menuitem', { name: 'For 1 hour' }).click();
    await seen(inbox.toast('Snoozed until'));
    await seen(inbox.row(sven.name).getByText('until'));
    await inbox.view('Snoozed').click();
    await inbox.open(sven.name);
    await arrives(acme, sven, 'Here I am already');
    await gone(inbox.row(sven.name));
    expect((await stored(id)).status).to.equal('open');

    await inbox.button('Snooze').click();
    await inbox.page.getByRole('menuitem', { name: 'Tomorrow' }).click();
    await seen(inbox.row(sven.name));
    await inbox.open(sven.name);
    await inbox.button('Snooze').click();
    await inbox.page.getByRole('menuitem', { name: 'Wake it now' }).click();
    await gone(inbox.row(sven.name));

    const soon = new Date(Date.now() + 1500).toISOString();
    await acme.http('PATCH', `/conversations/${id}`, { status: 'snoozed', snoozedUntil: soon });
    await seen(inbox.row(sven.name));
    await gone(inbox.row(sven.name));
    expect((await stored(id)).status).to.equal('open');
  });

  it('resolves and goes on to the next, takes it back, and reopens', async () => {
    const [rhea, next] = [newCustomer('Rhea Resolve'), newCustomer('Nell Next')];
    await arrives(acme, next, 'I am the next');
    const id = await arrives(acme, rhea, 'All is well, thank you');
    const inbox = await openAt(`/inbox/all/${id}`);
    await seen(inbox.row(next.name));
    await inbox.button('Resolve').click();
    await gone(inbox.row(rhea.name));
    await seen(inbox.thread(next.name));
    await inbox.toast(`${rhea.name}: resolved.`).getByRole('button', { name: 'Undo' }).click();
    await seen(inbox.row(rhea.name));
    await until('it is open again', async () => (await stored(id)).status === 'open');

    await inbox.open(rhea.name);
    await inbox.button('Resolve').click();
    await gone(inbox.row(rhea.name));
    await inbox.view('Resolved').click();
    await inbox.open(rhea.name);
    await inbox.button('Reopen').click();
    await gone(inbox.row(rhea.name));
    await seen(inbox.thread(rhea.name).getByText('You reopened this'));
  });

  it('arrow keys scroll the thread that has the focus, and J moves on in the list', async () => {
    const [ada, art] = [newCustomer('Ada Arrow'), newCustomer('Art Above')];
    await arrives(acme, ada, ...Array.from({ length: 40 }, (_, index) => `Line ${index + 1}`));
    await arrives(acme, art, 'At the top');
    const inbox = await openAt('/inbox/unassigned');
    const { page } = inbox;
    await inbox.open(art.name);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await seen(inbox.thread(ada.name));
    await seen(inbox.line('Line 40'));
    const messages = page.getByRole('region', { name: 'Messages' });
    const top = () => messages.evaluate(element => element.scrollTop);
    const cursor = () => inbox.list.getAttribute('aria-activedescendant');
    await messages.focus();
    const [topBefore, cursorBefore] = [await top(), await cursor()];
    await page.keyboard.press('ArrowUp');
    await until('the thread has moved', async () => (await top()) < topBefore);
    expect(await cursor()).to.equal(cursorBefore);
    await page.keyboard.press('k');
    await until('the list has moved', async () => (await cursor()) !== cursorBefore);
  });

  it('works by the keyboard alone', async () => {
    const [kim, kai] = [newCustomer('Kim Keys'), newCustomer('Kai Keys')];
    const kaiId = await arrives(acme, kai, 'Second from the top');
    await arrives(acme, kim, 'At the top');
    const inbox = await openAt('/inbox/unassigned');
    const { page } = inbox;
    const keys = page.keyboard;
    await seen(inbox.row(kai.name));
    for (const key of ['j', 'j', 'k', 'j', 'Enter']) await keys.press(key);
    await seen(inbox.thread(kai.name));
    await keys.press('r');
    await keys.type('Written without a mouse');
    await keys.press('Enter');
    await inbox.ticks('Written without a mouse', 'sent');
    await keys.press('Escape');
    await keys.press('n');
    await keys.type('So is this note');
    await keys.press('Enter');
    await seen(inbox.line('So is this note'));
    await keys.press('Escape');
    await keys.press('a');
    await seen(inbox.thread(kai.name).getByText('You took this'));
    await keys.press('g');
    await keys.press('m');
    await seen(page.getByRole('heading', { name: 'Mine' }));
    await seen(inbox.row(kai.name));
    await keys.press('j');
    await keys.press('Enter');
    await seen(inbox.thread(kai.name));
    await keys.press('s');
    await seen(page.getByRole('menuitem', { name: 'For 1 hour' }));
    await keys.press('Escape');
    await gone(page.getByRole('menuitem', { name: 'For 1 hour' }));
    await keys.press('e');
    await seen(inbox.toast(`${kai.name}: resolved.`));
    await until('it is resolved', async () => (await stored(kaiId)).status === 'resolved');

    await keys.press('g');
    await keys.press('u');
    await seen(page.getByRole('heading', { name: 'Unassigned' }));
    await keys.press('/');
    await keys.type('Kim K');
    await seen(inbox.row(kim.name));
    await until('only the one is left', async () => (await inbox.rows().count()) === 1);
    await keys.press('Escape');
    await keys.press('Escape');
    await keys.press('?');
    await seen(page.getByRole('dialog', { name: 'Keyboard shortcuts' }));
    await keys.press('Escape');
    await gone(page.getByRole('dialog', { name: 'Keyboard shortcuts' }));
    await keys.press('Control+k');
    await page.getByRole('combobox', { name: 'Search for a command or a customer' }).waitFor();
    await keys.type('Kai K');
    await seen(page.getByRole('dialog').getByRole('option', { name: kai.name }));
    await keys.press('Enter');
    await seen(inbox.thread(kai.name));
    await keys.press('Control+k');
    await keys.type('channels');
    await keys.press('Enter');
    await seen(page.getByRole('heading', { name: 'Channels' }));
  });

  describe('the palette', () => {
    /** Two customers, the newer one first, and what is found of them. */
    const paletteWith = async (...names: readonly string[]) => {
      for (const name of names) await arrives(acme, newCustomer(name), 'Hello');
      const { page } = await openAt('/inbox/all');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search for a command or a customer' }).waitFor();
      return { page, options: page.getByRole('dialog').getByRole('option', { name: 'Palette' }) };
    };

    it('Enter opens whom the words name, also before the answer to them is there', async () => {
      const { page, options } = await paletteWith('Kara Palette', 'Karl Palette');
      await page.route(/[?&]q=kara/, () => undefined);
      await page.keyboard.type('kar');
      await seen(options.nth(1));
      expect(await options.first().innerText()).to.contain('Karl');
      await page.keyboard.type('a');
      await gone(options.nth(1));
      await page.keyboard.press('Enter');
      await seen(page.getByRole('region', { name: 'Conversation with Kara Palette' }));
    });

    it('what was chosen stays chosen when the answer brings others', async () => {
      const { page, options } = await paletteWith('Pia Palette', 'Pit Palette');
      let release: () => void = () => undefined;
      const held = new Promise<void>(resolve => {
        release = resolve;
      });
      await page.route(/[?&]q=pi\b/, async route => {
        await held;
        await route.continue();
      });
      await page.keyboard.type('p');
      await seen(options.nth(1));
      await page.keyboard.type('i');
      await page.keyboard.press('ArrowDown');
      await arrives(acme, newCustomer('Pim Palette'), 'Me too');
      release();
      await seen(options.nth(2));
      expect(await options.first().innerText()).to.contain('Pim');
      await page.keyboard.press('Enter');
      await seen(page.getByRole('region', { name: 'Conversation with Pia Palette' }));
    });

    it('says that nothing was found, or that nobody could look', async () => {
      browser.expectProblem(/status of 500/);
      const { page } = await paletteWith();
      await page.route(/[?&]q=nowhere/, route => route.fulfill({ status: 500, body: '{}' }));
      await page.keyboard.type('qqqqq');
      await seen(page.getByRole('status').filter({ hasText: 'Nothing found.' }));
      await page.getByRole('combobox', { name: 'Search for a command or a customer' }).fill('nowhere');
      await seen(page.getByRole('status').filter({ hasText: 'The search did not work.' }));
    });
  });

  it('keys do nothing while one types, with AltGr or Ctrl, or when they are switched off', async () => {
    const alex = newCustomer('Alex AltGr');
    const id = await arrives(acme, alex, 'Do not resolve me');
    const inbox = await openAt(`/inbox/all/${id}`);
    const { page } = inbox;
    await inbox.box(alex.name).pressSequentially('jkrnea s/?');
    await seen(inbox.thread(alex.name));
    expect(await inbox.box(alex.name).inputValue()).to.equal('jkrnea s/?');
    await page.getByRole('searchbox').pressSequentially('e');
    await page.getByRole('searchbox').press('Escape');
    await page.getByRole('searchbox').blur();
    for (const modifiers of [
      { modifierAltGraph: true },
      { modifierAltGraph: true, ctrlKey: true, altKey: true },
      { ctrlKey: true },
      { metaKey: true },
      { altKey: true },
    ])
      await page.locator('body').dispatchEvent('keydown', { key: 'e', bubbles: true, ...modifiers });
    await page.keyboard.press('?');
    await inbox.button('Switch them off').click();
    await page.keyboard.press('Escape');
    await gone(page.getByRole('dialog'));
    await page.keyboard.press('e');
    await page.keyboard.press('Control+k');
    await seen(page.getByRole('dialog', { name: 'Commands' }));
    await page.keyboard.press('Escape');
    await seen(inbox.thread(alex.name));
    expect((await stored(id)).status).to.equal('new');
  });

  it('every view shows and counts what the API says', async () => {
    const inbox = await InboxPage.open(browser, product, globex, { id: ADMIN_ID }, '/inbox/mine');
    const { body: counts } = await globex.http<ConversationCounts>('GET', '/conversations/counts');
    const names = async (table: string) =>
      globex.query<{ id: number; name: string }>(`SELECT id, name FROM ${table}`);
    const [teams, channels] = await Promise.all([names('teams'), names('channels')]);
    const nameIn = (list: { id: number; name: string }[], id: number) =>
      list.find(item => item.id === id)?.name ?? '';
    const views: [string, number, string][] = [
      ['Mine', counts.mine, `status=${UNRESOLVED}&assignee=me`],
      ['Unassigned', counts.unassigned, `status=${UNRESOLVED}&assignee=unassigned`],
      ['All open', counts.all, `status=${UNRESOLVED}`],
      ['Snoozed', counts.snoozed, 'status=snoozed'],
      ['Resolved', counts.resolved, 'status=resolved'],
      ...counts.byTeam.map(({ id, open }): [string, number, string] => [
        nameIn(teams, id),
        open,
        `status=${UNRESOLVED}&team=${id}`,
      ]),
      ...counts.byChannel.map(({ id, open }): [string, number, string] => [
        nameIn(channels, id),
        open,
        `status=${UNRESOLVED}&channel=${id}`,
      ]),
    ];
    expect(views.length).to.be.greaterThan(8);
    for (const [name, count, query] of views) {
      await inbox.countBecomes(name, count);
      await inbox.view(name).click();
      await seen(inbox.page.getByRole('heading', { name, level: 2 }));
      const { body } = await globex.http<{ items: Conversation[] }>(
        'GET',
        `/conversations?limit=100&${query}`,
      );
      expect(body.items, name).to.have.length(Math.min(100, count));
      const [first] = body.items;
      if (first) await seen(inbox.top().filter({ hasText: first.customer.name }));
      else await gone(inbox.list);
    }
  });

  it('searches and filters, keeps both in the address, and says when nothing matches', async () => {
    const inbox = await InboxPage.open(browser, product, globex, { id: ADMIN_ID }, '/inbox/all');
    const { page } = inbox;
    await seen(inbox.top());
    const { body } = await globex.http<{ items: Conversation[] }>(
      'GET',
      `/conversations?limit=100&status=${UNRESOLVED}&priority=high`,
    );
    expect(body.items.length).to.be.greaterThan(0);
    await inbox.button('Filter').click();
    await page.getByRole('combobox', { name: 'Priority' }).click();
    await page.getByRole('option', { name: 'High' }).click();
    const chip = page.getByRole('heading', { name: 'All open' }).locator('xpath=following-sibling::span[1]');
    await seen(chip.getByText(String(body.items.length), { exact: true }));
    await page.keyboard.press('Escape');
    await page.reload();
    await seen(inbox.button('Remove filter High priority'));
    await seen(chip.getByText(String(body.items.length), { exact: true }));
    const wanted = body.items[0]?.customer.name ?? '';
    await page.getByRole('searchbox').fill(wanted);
    await seen(inbox.row(wanted));
    await page.getByRole('searchbox').fill('nobody is called like this');
    await seen(page.getByText('Nothing matches'));
    await inbox.button('Clear search and filters').click();
    await until('the whole view is back', async () => (await inbox.rows().count()) > 5);
    expect(new URL(page.url()).search).to.equal('');
  });
});
