import { expect } from 'chai';
import sharp from 'sharp';
import { inboundFile } from '../../src/simulator/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { gone, newCustomer, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';
import { until } from '../support/until.ts';

describe('files in the browser', () => {
  const stage = useInbox('Fay File');
  let picture: Buffer;

  before(async () => {
    picture = await sharp({ create: { width: 800, height: 500, channels: 3, background: '#2f9e44' } })
      .jpeg()
      .toBuffer();
  });
  const image = () => ({ name: 'lamp shade.jpg', mimeType: 'image/jpeg', buffer: picture });
  const sentFiles = () =>
    stage.product.provider
      .accepted(stage.acme.account.phoneNumberId)
      .filter(({ body }) => body.type !== 'text');

  it('goes with words, and is seen in the thread as it was sent', async () => {
    const inbox = await stage.chatWith(newCustomer('Paco Picture'));
    const { page } = inbox;
    await page.locator('input[type=file]').setInputFiles([image()]);
    const tray = page.getByRole('list', { name: 'Files to send' });
    await seen(tray.getByText('lamp shade.jpg'));
    await inbox.box('Paco Picture').fill('Is it this one?');
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await inbox.button(/^Send/).click();
    await seen(page.getByRole('img', { name: 'lamp shade.jpg' }));
    await until('WhatsApp has it', () => sentFiles().length === 1);
    expect(sentFiles()[0]?.body).to.nested.include({ 'image.caption': 'Is it this one?' });
    expect(await tray.count()).to.equal(0);
  });

  it('can be taken out of the message again', async () => {
    const inbox = await stage.chatWith(newCustomer('Rita Removed'));
    const { page } = inbox;
    await page.locator('input[type=file]').setInputFiles([image()]);
    await page.getByRole('button', { name: 'Remove lamp shade.jpg' }).click();
    await gone(page.getByRole('list', { name: 'Files to send' }));
    const before = sentFiles().length;
    await inbox.box('Rita Removed').fill('No picture after all');
    await inbox.button(/^Send/).click();
    await seen(inbox.line('No picture after all'));
    expect(sentFiles().length).to.equal(before);
  });

  it('is as large in the thread as it was in the composer', async () => {
    const { page } = await stage.chatWith(newCustomer('Sven Size'));
    const file = { name: 'tiny.txt', mimeType: 'text/plain', buffer: Buffer.from('8 bytes!') };
    await page.locator('input[type=file]').setInputFiles([file]);
    const tray = page.getByRole('list', { name: 'Files to send' });
    await seen(tray.getByText('8 bytes', { exact: true }));
    await page.getByRole('button', { name: /^Send/ }).click();
    await gone(tray);
    await seen(page.getByRole('link', { name: /tiny\.txt/ }).getByText('8 bytes', { exact: true }));
  });

  it('that was dropped on the page is in the message', async () => {
    const inbox = await stage.chatWith(newCustomer('Dora Dropped'));
    const { page } = inbox;
    await page.evaluate(`
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['words'], 'notes.txt', { type: 'text/plain' }));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    `);
    await seen(page.getByRole('list', { name: 'Files to send' }).getByText('notes.txt'));
    await inbox.button(/^Send/).click();
    await seen(inbox.page.getByRole('link', { name: /notes\.txt/ }));
    await until('WhatsApp has it', () => sentFiles().some(({ body }) => body.type === 'document'));
  });

  it('of the customer is seen as soon as it has come', async () => {
    const customer = newCustomer('Ines Inbound');
    const inbox = await stage.chatWith(customer);
    const { id } = stage.product.provider.addFile(stage.acme.account.phoneNumberId, 'image/jpeg', picture);
    await stage.acme.receive([
      inboundFile(customer, { type: 'image', id, mimeType: 'image/jpeg', caption: 'This lamp' }),
    ]);
    await seen(inbox.line('This lamp'));
    const shown = inbox.page.getByRole('img', { name: 'Photo' });
    await seen(shown);
    await until('it is drawn', () =>
      shown.evaluate(node => 'naturalWidth' in node && node.naturalWidth === 480),
    );
  });
});
