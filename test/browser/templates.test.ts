import { expect } from 'chai';
import sharp from 'sharp';
import { inboundText } from '../../src/simulator/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { overflowing } from '../support/in-page.ts';
import { arrives, type Customer, gone, type InboxPage, newCustomer, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';
import { until } from '../support/until.ts';

const DAY_MS = 24 * 3_600_000;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const templates = [
  { name: 'order_update', language: 'en', body: 'Hi {{1}}, order {{2}} is on its way.' },
  { name: 'order_update', language: 'de', body: 'Hallo {{1}}, Bestellung {{2}} ist unterwegs.' },
  { name: 'we_are_here', language: 'en_US', body: 'We are here for you.' },
  {
    name: 'delivery',
    language: 'pt_PT',
    category: 'MARKETING',
    header: { format: 'IMAGE' as const },
    body: 'Olá {{1}}, chega amanhã.',
    footer: 'Lumen, Porto',
    buttons: [
      { type: 'URL' as const, text: 'Track it', url: 'https://shop.example/{{1}}' },
      { type: 'QUICK_REPLY' as const, text: 'Call me' },
    ],
  },
  {
    name: 'receipt',
    language: 'en',
    header: { format: 'TEXT' as const, text: 'Order {{1}}' },
    body: 'Thank you, {{1}}.',
  },
  { name: 'visit', language: 'en', header: { format: 'LOCATION' as const }, body: 'See you there, {{1}}.' },
  { name: 'sale', language: 'en', status: 'REJECTED', body: 'BUY NOW' },
  { name: 'spring', language: 'en', status: 'PENDING', body: 'Spring is here, {{1}}.' },
];

describe('templates in the browser', () => {
  const stage = useInbox('Tilda Template');
  const known = (some: readonly object[] = templates) =>
    stage.product.provider.addAccount({ ...stage.acme.account, templates: some as typeof templates });
  beforeEach(() => known());

  const sentTo = ({ waId }: Customer) =>
    stage.product.provider
      .accepted(stage.acme.account.phoneNumberId)
      .filter(message => message.waId === waId)
      .map(({ body }) => JSON.stringify(body));
  /** The templates of the channel are asked for anew, as after an hour. */
  const forget = () =>
    stage.acme
      .query('DELETE FROM templates')
      .then(() => stage.acme.query('UPDATE channels SET templates_synced_at = NULL'));
  const search = ({ page }: InboxPage) => page.getByRole('searchbox', { name: 'Search the templates' });
  const option = ({ page }: InboxPage, name: string) =>
    page.getByRole('listbox', { name: 'Templates' }).getByRole('option').filter({ hasText: name });
  const preview = ({ page }: InboxPage) => page.getByRole('region', { name: 'Preview' });

  async function whenClosed(customer: Customer, options?: object): Promise<InboxPage> {
    const yesterday = inboundText(customer, 'Are you there?', { at: new Date(Date.now() - DAY_MS - 60_000) });
    const id = await arrives(stage.acme, customer, yesterday);
    return stage.openAt(`/inbox/all/${id}`, options);
  }

  it('one is chosen from the list, filled in beside its preview, and sent', async () => {
    await forget();
    const vera = newCustomer('Vera Values');
    const inbox = await whenClosed(vera);
    const { page } = inbox;
    await seen(option(inbox, 'order_update').first());
    await search(inbox).fill('order german');
    expect(await option(inbox, '').count()).to.equal(1);
    await search(inbox).press('Enter');
    await seen(preview(inbox).getByText('Hallo {{1}}, Bestellung {{2}} ist unterwegs.'));
    // The first field is where one begins.
    await page.keyboard.type('Vera');
    await seen(preview(inbox).getByText('Hallo Vera, Bestellung {{2}} ist unterwegs.'));
    await page.getByLabel('Variable {{2}}').fill('20418');
    await page.keyboard.press('Enter');
    await inbox.ticks('Hallo Vera, Bestellung 20418 ist unterwegs.', 'sent');
    const [body] = sentTo(vera);
    expect(body).to.contain('"name":"order_update"').and.to.contain('"code":"de"').and.to.contain('20418');
    // The next one is chosen anew.
    await seen(search(inbox));
  });

  it('what is missing is told at its field, and nothing is sent before', async () => {
    const mia = newCustomer('Mia Missing');
    const inbox = await whenClosed(mia);
    const { page } = inbox;
    await option(inbox, 'receipt').click();
    await page.getByLabel('Variable {{1}}').fill('Mia');
    await inbox.button('Send template').click();
    const header = page.getByLabel('Header', { exact: true });
    expect(await header.getAttribute('aria-invalid')).to.equal('true');
    expect(await page.getByLabel('Variable {{1}}').getAttribute('aria-invalid')).to.not.equal('true');
    expect(await page.getByText('Fill this in.').count()).to.equal(1);
    // The focus is where something is missing.
    await page.keyboard.type('20418');
    await seen(preview(inbox).getByText('Order 20418'));
    await gone(page.getByText('Fill this in.'));
    expect(sentTo(mia)).to.have.length(0);
    await inbox.button('Send template').click();
    await inbox.ticks('Thank you, Mia.', 'sent');
    expect(sentTo(mia)[0]).to.contain('"type":"header"').and.to.contain('20418');
  });

  it('a picture stands in the header, and the button leads where it is told', async () => {
    const paco = newCustomer('Paco Picture');
    const inbox = await whenClosed(paco);
    const { page } = inbox;
    await option(inbox, 'delivery').click();
    await page.getByLabel('Variable {{1}}').fill('Paco');
    await page.getByLabel('Button “Track it”').fill('p/20418');
    await inbox.button('Send template').click();
    await seen(page.getByRole('alert').filter({ hasText: 'Choose an image.' }));
    const files = page.locator('input[type=file]');
    await files.setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('words') }]);
    await seen(page.getByText('The header takes an image: jpeg, png, up to 5 MB.'));
    const buffer = await sharp({ create: { width: 800, height: 500, channels: 3, background: '#2f9e44' } })
      .jpeg()
      .toBuffer();
    await files.setInputFiles([{ name: 'lamp.jpg', mimeType: 'image/jpeg', buffer }]);
    await seen(preview(inbox).getByRole('img', { name: 'lamp.jpg' }));
    await seen(preview(inbox).getByText('Lumen, Porto'));
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await until('it is uploaded', async () => (await page.getByRole('progressbar').count()) === 0);
    await inbox.button('Send template').click();
    await inbox.ticks('Olá Paco, chega amanhã.', 'sent');
    await seen(page.getByRole('img', { name: 'lamp.jpg' }));
    const [body] = sentTo(paco);
    expect(body).to.contain('"type":"image"').and.to.contain('"type":"button"').and.to.contain('p/20418');
  });

  it('a place stands in the header, with where it is', async () => {
    const pia = newCustomer('Pia Place');
    const inbox = await whenClosed(pia);
    const { page } = inbox;
    await option(inbox, 'visit').click();
    await page.getByLabel('Header: name of the place').fill('Lumen');
    await page.getByLabel('Variable {{1}}').fill('Pia');
    await page.getByLabel('Latitude').fill('141.1496');
    await page.getByLabel('Longitude').fill('-8,611');
    await inbox.button('Send template').click();
    await seen(page.getByText('Degrees from -90 to 90, such as 38.7223.'));
    // The first that is wrong is where one goes on.
    await page.keyboard.type('Rua 1, Porto');
    await page.getByLabel('Latitude').fill('41.1496');
    await seen(preview(inbox).getByText('Lumen'));
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await inbox.button('Send template').click();
    await inbox.ticks('See you there, Pia.', 'sent');
    expect(sentTo(pia)[0]).to.contain('"latitude":41.1496,"longitude":-8.611').and.to.contain('Rua 1, Porto');
  });

  it('those that cannot be sent say why, and cannot be chosen', async () => {
    const rita = newCustomer('Rita Rejected');
    const inbox = await whenClosed(rita);
    await seen(option(inbox, 'sale').getByText('Was rejected'));
    await seen(option(inbox, 'spring').getByText('Waits to be approved'));
    for (const name of ['sale', 'spring'])
      expect(await option(inbox, name).getAttribute('aria-disabled')).to.equal('true');
    await option(inbox, 'sale').click({ force: true });
    await seen(search(inbox));
    await search(inbox).fill('spring');
    await search(inbox).press('Enter');
    await seen(search(inbox));
    await search(inbox).fill('no such words');
    await seen(inbox.page.getByText('No template has these words.'));
  });

  it('an empty list is asked for again, and one that cannot be had gives way to a name', async () => {
    known([]);
    await forget();
    const emil = newCustomer('Emil Empty');
    const inbox = await whenClosed(emil);
    const { page } = inbox;
    await seen(page.getByText('There is no template yet'));
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    known();
    await inbox.button('Ask WhatsApp again').click();
    await seen(option(inbox, 'we_are_here'));

    stage.browser.expectProblem(/status of 503 .*\/templates\/sync$/);
    stage.product.provider.addAccount({ ...stage.acme.account, accessToken: 'another one', templates });
    await inbox.button('Ask WhatsApp again').click();
    await seen(page.getByRole('alert').filter({ hasText: 'The access token of this WhatsApp channel' }));
    // What was there before stays.
    await seen(option(inbox, 'we_are_here'));
    known();
    await inbox.button('Type a name').click();
    await page.getByRole('textbox', { name: 'Template', exact: true }).fill('order_update');
    await inbox.button('Variable').click();
    await inbox.button('Send template').click();
    expect(await page.getByLabel('Variable {{1}}').getAttribute('aria-invalid')).to.equal('true');
    await page.getByLabel('Variable {{1}}').fill('Emil');
    await inbox.button('Variable').click();
    await page.getByLabel('Variable {{2}}').fill('20418');
    await inbox.button('Send template').click();
    await inbox.ticks('20418', 'sent');
    await inbox.button('Choose from the list').waitFor({ state: 'hidden' });
  });

  it('a list that does not load says so, and comes when it is asked for again', async () => {
    stage.browser.expectProblem(/status of 503 /);
    const error = { code: 'unavailable', message: 'The database is away for a moment.', requestId: 'r' };
    const lola = newCustomer('Lola Later');
    const inbox = await stage.chatWith(lola);
    const pattern = /\/channels\/\d+\/templates$/;
    await inbox.page.route(pattern, route => route.fulfill({ status: 503, json: { error } }));
    await inbox.button('Template').click();
    await seen(inbox.page.getByText('Loading the templates of WhatsApp'));
    await seen(inbox.page.getByRole('alert').filter({ hasText: 'The database is away for a moment.' }));
    await inbox.page.unroute(pattern);
    await inbox.button('Ask WhatsApp again').click();
    await seen(option(inbox, 'we_are_here'));
    await inbox.page.keyboard.press('Escape');
    await seen(inbox.box(lola.name));
  });

  it('a message that came too late leads to the templates', async () => {
    const tom = newCustomer('Tom Toolate');
    const inbox = await stage.chatWith(tom);
    await stage.acme.query(
      `UPDATE conversations SET window_expires_at = now() - interval '1 minute'
       WHERE customer_id = (SELECT id FROM customers WHERE name = $1)`,
      [tom.name],
    );
    await inbox.reply(tom.name, 'Just in time?');
    const line = inbox.line('Just in time?');
    await inbox.ticks('Just in time?', 'failed');
    await seen(line.getByText('More than 24 hours have passed since the customer last wrote.'));
    await inbox.page.reload();
    await seen(line.getByRole('button', { name: 'Send a template' }));
    expect(await line.getByRole('button', { name: 'Try again' }).count()).to.equal(0);
    await line.getByRole('button', { name: 'Send a template' }).click();
    await seen(search(inbox));
  });

  for (const [name, options] of [
    ['in the dark', { colorScheme: 'dark' }],
    ['on a phone', PHONE],
  ] as const)
    it(`list and form have no faults ${name}`, async () => {
      const inbox = await whenClosed(newCustomer(`Ada ${name}`), options);
      await seen(option(inbox, 'delivery'));
      expect(await accessibilityFaults(inbox.page)).to.deep.equal([]);
      await option(inbox, 'delivery').click();
      await inbox.button('Send template').click();
      await seen(inbox.page.getByText('Fill this in.'));
      expect(await accessibilityFaults(inbox.page)).to.deep.equal([]);
      expect(await overflowing(inbox.page)).to.deep.equal([]);
    });
});
