import { expect } from 'chai';
import type { Conversation } from '../../src/contract/index.ts';
import { hashPassword } from '../../src/features/users/index.ts';
import { inboundReaction, inboundText } from '../../src/simulator/index.ts';
import { useBrowser } from '../support/browser.ts';
import { arrives, gone, InboxPage, newAgent, newCustomer, seen } from '../support/inbox-page.ts';
import { type Product, type ProductTenant, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

describe('the main job in the browser', () => {
  const browser = useBrowser();
  let product: Product;
  let acme: ProductTenant;

  before(async () => {
    product = await startProduct();
    acme = product.acme;
  });
  after(() => product?.close());

  const accepted = (text: string) =>
    product.provider
      .accepted(acme.account.phoneNumberId)
      .filter(({ body }) => body.type === 'text' && body.text.body === text);

  it('an agent signs in, and a wrong password is told so', async () => {
    const password = 'correct horse battery';
    const agent = await newAgent(product.context, acme, 'Sofia Sign-In', {
      passwordHash: await hashPassword(password),
    });
    browser.expectProblem(/status of 401 .*\/auth\/login/);
    const page = await browser.page();
    await page.goto(`${product.url}/?tenant=acme`);
    await page.getByLabel('E-mail').fill(agent.email);
    const passwordField = page.getByRole('textbox', { name: 'Password' });
    await passwordField.fill('not my password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await seen(page.getByText('The workspace, the e-mail or the password is not right.'));
    await passwordField.fill(password);
    await page.keyboard.press('Enter');
    await seen(page.getByRole('heading', { name: 'Mine' }));
    await page.reload();
    await seen(page.getByRole('heading', { name: 'Mine' }));
  });

  it('a customer writes, and the row comes to the top, unread and counted', async () => {
    const agent = await newAgent(product.context, acme, 'Tom Top');
    const earlier = newCustomer('Ella Earlier');
    // WhatsApp tells times in whole seconds: within one of them nothing is newer.
    const minutesAgo = (minutes: number) => ({ at: new Date(Date.now() - minutes * 60_000) });
    await arrives(acme, earlier, inboundText(earlier, 'I was here first', minutesAgo(3)));
    const inbox = await InboxPage.open(browser, product, acme, agent, '/inbox/unassigned');
    await seen(inbox.row(earlier.name));
    const [unassigned, all] = [await inbox.countOf('Unassigned'), await inbox.countOf('All open')];

    const ana = newCustomer('Ana Arrival');
    await arrives(
      acme,
      ana,
      inboundText(ana, 'Good morning!', minutesAgo(2)),
      inboundText(ana, 'Where is my order?', minutesAgo(1)),
    );
    await seen(inbox.top().filter({ hasText: ana.name }));
    expect(await inbox.row(ana.name).innerText()).to.contain('Where is my order?');
    await seen(inbox.row(ana.name).getByText('2 unread'));
    await inbox.countBecomes('Unassigned', unassigned + 1);
    await inbox.countBecomes('All open', all + 1);

    await arrives(acme, earlier, 'And now I am back on top');
    await seen(inbox.top().filter({ hasText: earlier.name }));
  });

  it('reads, answers, and sees what becomes of the answer', async () => {
    const agent = await newAgent(product.context, acme, 'Rita Reply');
    const ben = newCustomer('Ben Buyer');
    const id = await arrives(acme, ben, 'Do you ship to Faro?');
    const inbox = await InboxPage.open(browser, product, acme, agent);
    await seen(inbox.row(ben.name).getByText('1 unread'));
    await inbox.open(ben.name);
    await seen(inbox.line('Do you ship to Faro?'));
    await gone(inbox.row(ben.name).getByText('unread'));
    await until('the server knows that it is read', async () => {
      const [read] = await acme.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM conversation_reads WHERE conversation_id = $1 AND user_id = $2',
        [id, agent.id],
      );
      return read?.count === 1;
    });

    const answer = 'Yes, to Faro in two days.';
    await inbox.reply(ben.name, answer);
    await inbox.ticks(answer, 'sent');
    const [message] = accepted(answer);
    if (!message) throw new Error('WhatsApp has not got the answer.');
    expect(message.to.replace(/\D/g, '')).to.equal(ben.waId);
    await product.provider.sendStatus(message, 'delivered');
    await inbox.ticks(answer, 'delivered');
    await product.provider.sendStatus(message, 'read');
    await inbox.ticks(answer, 'read');
    await acme.receive([inboundReaction(ben, message.id, '❤️')]);
    await seen(inbox.line(answer).getByTitle(ben.name, { exact: true }).getByText('❤️'));
    await acme.receive([inboundReaction(ben, message.id)]);
    await gone(inbox.line(answer).getByTitle(ben.name, { exact: true }));
    expect(accepted(answer)).to.have.length(1);
  });

  it('a colleague sees all of it live: who is here, who writes, the answer, its ticks', async () => {
    const [rui, lea] = await Promise.all([
      newAgent(product.context, acme, 'Rui Right'),
      newAgent(product.context, acme, 'Lea Left'),
    ]);
    const mara = newCustomer('Mara Meeting');
    const id = await arrives(acme, mara, 'Can we meet on Friday?');
    const left = await InboxPage.open(browser, product, acme, lea, `/inbox/all/${id}`);
    await seen(left.line('Can we meet on Friday?'));
    const right = await InboxPage.open(browser, product, acme, rui, `/inbox/all/${id}`);
    await seen(left.page.getByText('Rui is here'));
    await seen(right.page.getByText('Lea is here'));

    await right.box(mara.name).pressSequentially('On Fri');
    await seen(left.thread(mara.name).getByText('Rui Right is writing'));
    await seen(left.row(mara.name).getByText('Rui Right is writing'));
    await right.box(mara.name).pressSequentially('day at ten.');
    await right.box(mara.name).press('Enter');
    await left.ticks('On Friday at ten.', 'sent');
    await gone(left.thread(mara.name).getByText('is writing'));
    await seen(left.line('On Friday').getByText(rui.name));
    const [message] = product.provider
      .accepted(acme.account.phoneNumberId)
      .filter(({ waId }) => waId === mara.waId);
    if (!message) throw new Error('WhatsApp has not got the answer.');
    await product.provider.sendStatus(message, 'read');
    await left.ticks('On Friday', 'read');

    await right.button('Assign to me').click();
    await seen(left.thread(mara.name).getByText(`${rui.name} took this`));
    await right.page.close();
    await gone(left.page.getByText('Rui is here'));

    await acme.receive([inboundText(mara, 'See you then', { replyTo: message.id })]);
    await seen(left.line('See you then').getByRole('button', { name: 'On Fri' }));
    const { body } = await acme.http<Conversation>('GET', `/conversations/${id}`);
    expect(body.assignedTo?.name).to.equal(rui.name);
  });
});
