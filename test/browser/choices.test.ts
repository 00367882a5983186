import { expect } from 'chai';
import { accessibilityFaults } from '../support/accessibility.ts';
import { overflowing } from '../support/in-page.ts';
import { type Customer, gone, newCustomer, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';
import { until } from '../support/until.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe('answers to tap in the browser', () => {
  const stage = useInbox('Chloe Choice');

  const sentTo = ({ waId }: Customer) =>
    stage.product.provider
      .accepted(stage.acme.account.phoneNumberId)
      .filter(message => message.waId === waId)
      .map(({ body }) => body.type === 'interactive' && body.interactive.type);

  it('buttons are written under a question, seen before, sent, and shown in the thread', async () => {
    const ben = newCustomer('Ben Button');
    const inbox = await stage.chatWith(ben);
    const { page } = inbox;
    await inbox.button('Add answers to tap').click();
    // The first answer is where one begins; Enter goes on to the next, and makes a third.
    await page.keyboard.type('Black');
    await page.keyboard.press('Enter');
    await page.keyboard.type('White');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Brass');
    await seen(page.getByText('3 at most'));
    expect(await inbox.button('Answer').isDisabled()).to.equal(true);
    expect(await inbox.button(/^Send/).isDisabled()).to.equal(true);
    await inbox.box(ben.name).fill('Which colour would you like?');
    const preview = page.getByRole('region', { name: 'Preview' });
    await seen(preview.getByText('Which colour would you like?'));
    await seen(preview.getByText('Brass'));
    await inbox.button(/^Send/).click();
    await inbox.ticks('Which colour would you like?', 'sent');
    const offered = inbox.line('Which colour would you like?').getByRole('list', { name: 'Answers to tap' });
    expect(await offered.getByRole('listitem').allInnerTexts()).to.deep.equal(['Black', 'White', 'Brass']);
    await gone(preview);
    expect(sentTo(ben)).to.deep.equal(['button']);
  });

  it('a list has descriptions and what opens it; what is missing, too long or doubled is told at its field', async () => {
    const lia = newCustomer('Lia List');
    const inbox = await stage.chatWith(lia);
    const { page } = inbox;
    const answer = (name: string) => page.getByLabel(name, { exact: true });
    const isWrong = async (name: string) => (await answer(name).getAttribute('aria-invalid')) === 'true';
    await inbox.box(lia.name).fill('Which lamp?');
    await inbox.button('Add answers to tap').click();
    await page.getByRole('radio', { name: 'List' }).check();
    await answer('Answer 1').fill('Desk');
    await answer('Description of answer 1').fill('x'.repeat(73));
    await seen(page.getByText('1 too many.'));
    await answer('Answer 2').fill('desk');
    expect(await isWrong('Answer 2')).to.equal(false);
    await inbox.button(/^Send/).click();
    expect(await isWrong('What opens the list')).to.equal(true);
    expect(await isWrong('Answer 2')).to.equal(true);
    await seen(page.getByText('Another answer says the same.'));
    expect(sentTo(lia)).to.have.length(0);
    // The focus is in the first field that wants something.
    await page.keyboard.type('Choose a lamp');
    await answer('Description of answer 1').fill('For the desk');
    await answer('Answer 2').fill('Floor');
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await inbox.button(/^Send/).click();
    await inbox.ticks('Which lamp?', 'sent');
    await seen(inbox.line('Which lamp?').getByText('Choose a lamp'));
    await seen(inbox.line('Which lamp?').getByText('For the desk'));
    expect(sentTo(lia)).to.deep.equal(['list']);
  });

  it('what is half written stays over a reload, and is taken out again; files do not go along', async () => {
    const rosa = newCustomer('Rosa Reload');
    const inbox = await stage.chatWith(rosa);
    const { page } = inbox;
    await inbox.button('Add answers to tap').click();
    await page.getByLabel('Answer 1', { exact: true }).fill('Tomorrow');
    expect(await inbox.button('Attach files').count()).to.equal(0);
    await page.reload();
    await seen(page.getByLabel('Answer 1', { exact: true }));
    expect(await page.getByLabel('Answer 1', { exact: true }).inputValue()).to.equal('Tomorrow');
    await inbox.button('Remove answer 2').click();
    expect(await page.getByLabel('Answer 2', { exact: true }).count()).to.equal(0);
    await inbox.button('Take the answers out').click();
    await gone(page.getByRole('region', { name: 'Answers to tap' }));
    await page
      .locator('input[type=file]')
      .setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('words') }]);
    await until('answers are not offered', () =>
      inbox.button('Answers to tap cannot go with files').isDisabled(),
    );
  });

  it('has no faults on a phone, and nothing is wider than it', async () => {
    const pia = newCustomer('Pia Phone');
    const inbox = await stage.chatWith(pia, 'Which ones?', PHONE);
    await inbox.button('Add answers to tap').click();
    await inbox.page.getByRole('radio', { name: 'List' }).check();
    await inbox.box(pia.name).fill('These');
    await inbox.button(/^Send/).click();
    expect(await accessibilityFaults(inbox.page)).to.deep.equal([]);
    expect(await overflowing(inbox.page)).to.deep.equal([]);
  });
});
