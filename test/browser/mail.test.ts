import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import sharp from 'sharp';
import type { Message } from '../../src/contract/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { overflowing } from '../support/in-page.ts';
import { type AddedMail, addMailbox, addMailConversation, OWN_ADDRESS } from '../support/inbox-mail.ts';
import { gone, type InboxPage, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';
import { StubServer } from '../support/stub-server.ts';
import { until } from '../support/until.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const ANA = { name: 'Ana Silva', address: 'ana@customer.example' };
const own = 'The third lamp came broken.\n\nAna\n';
const quoting = `${own}\nOn Monday, Lamps wrote:\n> Your order is on its way.`;

describe('mail in the browser', () => {
  const pictures = new StubServer();
  // Nothing is sent: what was written is looked at where it is kept.
  const stage = useInbox('Mara Mail', async () => {
    await pictures.start();
    return { hasNoWorkers: true, pictureAllow: [new URL(pictures.url).host] };
  });
  let mailbox: number;
  let picture: Buffer;

  before(async () => {
    picture = await sharp({ create: { width: 300, height: 160, channels: 3, background: '#5f3dc4' } })
      .png()
      .toBuffer();
    pictures.answer = { headers: { 'content-type': 'image/png' }, body: picture };
    mailbox = await addMailbox(stage.acme);
  });
  after(() => pictures.stop());

  const threadOf = (subject: string, ...mails: readonly AddedMail[]) =>
    addMailConversation(
      stage.acme,
      mailbox,
      { ...ANA, address: `${randomUUID().slice(0, 8)}@customer.example` },
      subject,
      mails,
    );
  const openThread = async (
    subject: string,
    mails: readonly AddedMail[],
    options?: object,
  ): Promise<InboxPage> => stage.openAt(`/inbox/all/${(await threadOf(subject, ...mails)).id}`, options);
  const frame = ({ page }: InboxPage) => page.frameLocator('iframe[title="The mail as it was laid out"]');

  it('says who wrote to whom, what it is about, and whom not to trust', async () => {
    const inbox = await openThread('A broken lamp', [
      { text: 'First of all', cc: ['rui@customer.example', OWN_ADDRESS] },
      { text: 'Pay here now', isVerified: false, subject: 'Re: A broken lamp' },
      { text: 'Back on Monday', isAutomatic: true, automaticReason: 'auto-reply', subject: 'Out of office' },
    ]);
    const { page } = inbox;
    await seen(page.getByRole('heading', { name: 'A broken lamp' }));
    const first = inbox.line('First of all');
    const people = first.getByRole('button', { name: /all addresses/ });
    expect(await people.innerText()).to.match(
      /^From \S+@customer\.example to help@lamps\.example and 2 more/,
    );
    await gone(first.getByText('rui@customer.example'));
    await people.click();
    await seen(first.getByText('rui@customer.example'));
    await seen(first.getByText('Ana Silva <'));
    await seen(inbox.line('Pay here now').getByText('unverified sender'));
    expect(await inbox.line('Pay here now').getByText('A broken lamp').count()).to.equal(0);
    await seen(inbox.line('Back on Monday').getByText('automatic reply'));
    await seen(inbox.line('Back on Monday').getByText('Out of office'));
    expect(await first.getByText('unverified').count()).to.equal(0);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  it('folds away what was only quoted', async () => {
    const inbox = await openThread('A quote', [{ text: quoting, quotedFrom: own.length + 1 }]);
    const line = inbox.line('The third lamp came broken.');
    const quoted = line.getByText('> Your order is on its way.');
    await seen(line);
    expect(await quoted.count()).to.equal(0);
    const fold = line.getByRole('button', { name: 'What was quoted' });
    await fold.focus();
    await inbox.page.keyboard.press('Enter');
    await seen(quoted);
    await fold.click();
    await gone(quoted);
  });

  it('is shown as it was laid out when somebody asks, and runs and loads nothing by itself', async () => {
    const remote = `${pictures.url}/lamp.png`;
    const layout = `<h2>Laid out</h2><p>With a <a href="${stage.product.url}/docs/">link</a></p>
      <img data-remote-src="${remote}" alt="A lamp" width="300" height="160">
      <img src="${remote}?past-the-sanitiser"><script>parent.document.title = 'taken over'</script>
      <form action="${remote}"><button>Send</button></form>`;
    stage.browser.expectProblem(/Blocked script execution in 'about:srcdoc'/);
    const inbox = await openThread('Laid out', [{ text: 'As words', layout }]);
    const { page } = inbox;
    await seen(inbox.line('As words'));
    await inbox.button('Show as laid out').click();
    await seen(frame(inbox).getByRole('heading', { name: 'Laid out' }));
    await gone(inbox.line('As words'));
    expect(pictures.seen).to.have.length(0);
    expect(await page.title()).to.equal('Concierge');
    const height = async () => (await page.locator('iframe').boundingBox())?.height ?? 0;
    const inner = async () => (await frame(inbox).locator('body').boundingBox())?.height ?? 0;
    await until('all of it is in sight', async () => Math.abs((await height()) - (await inner())) < 2);
    const before = await height();

    await inbox.button('Show pictures').click();
    await until('the picture is drawn', () =>
      frame(inbox)
        .getByRole('img', { name: 'A lamp' })
        .evaluate(image => 'naturalWidth' in image && image.naturalWidth === 300),
    );
    await gone(inbox.button('Show pictures'));
    await until('the frame has grown', async () => (await height()) > before + 100);
    // Fetched once, by the server; the one that slipped through was never asked for.
    expect(pictures.seen.map(({ url }) => url)).to.deep.equal(['/lamp.png']);

    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      frame(inbox).getByRole('link', { name: 'link' }).click(),
    ]);
    await tab.waitForLoadState();
    expect(tab.url()).to.equal(`${stage.product.url}/docs/`);
    expect(await tab.evaluate('window.opener')).to.equal(null);
    await tab.close();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await inbox.button('Show as text').click();
    await seen(inbox.line('As words'));
  });

  it('shows its own pictures in their places, and not a second time below', async () => {
    const { id, messageIds } = await threadOf('In place', {
      text: 'With a picture',
      layout: '<p>Here:</p><img src="cid:lamp@mail" alt="The lamp"><p>That was it.</p>',
    });
    const key = `${stage.acme.tenant.id}/${randomUUID()}`;
    await stage.product.context.media.put(key, Readable.from([picture]));
    await stage.acme.query(
      `INSERT INTO message_attachments (message_id, type, state, url, file_size, mime_type, filename, content_id)
       VALUES ($1, 'image', 'stored', $2, $3, 'image/png', 'lamp.png', 'lamp@mail')`,
      [messageIds[0], key, picture.length],
    );
    const inbox = await stage.openAt(`/inbox/all/${id}`);
    const below = inbox.page.getByRole('img', { name: 'lamp.png' });
    await seen(below);
    await inbox.button('Show as laid out').click();
    const inside = frame(inbox).getByRole('img', { name: 'The lamp' });
    await until('it is drawn in its place', () =>
      inside.evaluate(image => 'naturalWidth' in image && image.naturalWidth === 300),
    );
    await gone(below);
  });

  it('is laid out at once for whoever prefers that, and when it has no words; a failure can be tried again', async () => {
    const { id } = await threadOf('Preferences', { text: 'As words', layout: '<p>As laid out</p>' });
    const inbox = await stage.openAt('/settings/profile');
    const { page } = inbox;
    await page.getByRole('switch', { name: 'Mails as they were laid out' }).check({ force: true });
    stage.browser.expectProblem(/status of 503 /);
    const error = { code: 'unavailable', message: 'The database is away for a moment.', requestId: 'r' };
    const pattern = /\/messages\/\d+\/layout/;
    await page.route(pattern, route => route.fulfill({ status: 503, json: { error } }));
    await inbox.go(`/inbox/all/${id}`);
    await seen(page.getByRole('alert').filter({ hasText: 'The layout could not be loaded.' }));
    await page.unroute(pattern);
    await inbox.button('Try again').click();
    await seen(frame(inbox).getByText('As laid out'));
    expect(await inbox.line('As words').count()).to.equal(0);
  });

  it('goes to others as well: those who had a copy stay in, more can be named, and what is no address is told', async () => {
    const { id } = await threadOf('Copies', {
      text: 'Please answer all of us',
      cc: ['rui@customer.example', OWN_ADDRESS, `help+mark@lamps.example`],
    });
    const inbox = await stage.openAt(`/inbox/all/${id}`);
    const { page } = inbox;
    await seen(inbox.box(ANA.name));
    const chips = () => page.getByRole('button', { name: /^Remove \S+@|^Remove \S+$/ });
    await seen(inbox.button('Remove rui@customer.example'));
    expect(await chips().count()).to.equal(1);
    await inbox.button('Add Bcc').click();
    await page.keyboard.type('archive@lamps.example,');
    await page.keyboard.type('not-an-address ');
    await seen(page.getByRole('alert').filter({ hasText: 'not-an-address is no e-mail address.' }));
    await inbox.box(ANA.name).fill('A new one is on its way.');
    expect(await inbox.button(/^Send/).isDisabled()).to.equal(true);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('textbox', { name: 'Bcc' }).focus();
    await page.keyboard.press('Backspace');
    await gone(page.getByText('is no e-mail address'));
    await page
      .getByRole('textbox', { name: 'Cc', exact: true })
      .fill('Lea <lea@lamps.example>; Rui@customer.example');
    await page.reload();
    await seen(inbox.button('Remove archive@lamps.example'));
    await inbox.box(ANA.name).press('Enter');
    await seen(inbox.line('A new one is on its way.'));
    await until('the server has it', async () => {
      const { body } = await stage.acme.http<{ items: Message[] }>('GET', `/conversations/${id}/messages`);
      return body.items.at(-1)?.direction === 'outbound';
    });
    const { body } = await stage.acme.http<{ items: Message[] }>('GET', `/conversations/${id}/messages`);
    expect(body.items.at(-1)?.email).to.deep.include({
      subject: 'Copies',
      cc: ['rui@customer.example'],
      bcc: ['archive@lamps.example'],
    });
    // The next answer begins as this one did.
    await gone(inbox.button('Remove archive@lamps.example'));
    await seen(inbox.button('Remove rui@customer.example'));
  });

  for (const [name, options] of [
    ['in the dark', { colorScheme: 'dark' }],
    ['on a phone', PHONE],
  ] as const)
    it(`has no faults ${name}`, async () => {
      const inbox = await openThread(
        'All of it',
        [
          { text: quoting, quotedFrom: own.length + 1, isVerified: false, isAutomatic: true },
          { text: 'Words', layout: '<table width="900"><tr><td>Wider than a phone</td></tr></table>' },
        ],
        options,
      );
      await inbox.page
        .getByRole('button', { name: /all addresses/ })
        .first()
        .click();
      await inbox.button('What was quoted').click();
      await inbox.button('Show as laid out').click();
      await seen(frame(inbox).getByText('Wider than a phone'));
      expect(await accessibilityFaults(inbox.page)).to.deep.equal([]);
      expect(await overflowing(inbox.page)).to.deep.equal([]);
    });
});
