import { expect } from 'chai';
import type { Conversation } from '../../src/contract/index.ts';
import { lookOf } from '../support/in-page.ts';
import { arrives, gone, newCustomer, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';
import { until } from '../support/until.ts';

describe('keys and focus in the browser', () => {
  const stage = useInbox('Kira Keys');

  /** With movement: what closes slowly is still there when the next key comes. */
  const movingChatWith = (name: string) =>
    stage.chatWith(newCustomer(name), 'Hello?', { reducedMotion: 'no-preference' });

  it('Escape closes what is open over a conversation, and only the next one the conversation', async () => {
    const inbox = await movingChatWith('Esra Escape');
    const { page } = inbox;
    const menu = page.getByRole('menuitem', { name: 'For 1 hour' });
    const openings = [() => inbox.button('Snooze').click(), () => page.keyboard.press('s')];
    for (const open of openings) {
      await open();
      await seen(menu);
      await page.keyboard.press('Escape');
      await gone(menu);
      await seen(inbox.thread('Esra Escape'));
    }
    await page.keyboard.press('s');
    await page.getByRole('menuitem', { name: 'Another time…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Snooze until' });
    await seen(dialog);
    await page.keyboard.press('Escape');
    await gone(dialog);
    await page.getByRole('combobox', { name: 'Priority' }).click();
    await page.keyboard.press('Escape');
    await gone(page.getByRole('option', { name: 'Urgent' }));
    await seen(inbox.thread('Esra Escape'));
    await page.getByRole('combobox', { name: 'Priority' }).blur();
    await page.keyboard.press('Escape');
    await gone(inbox.thread('Esra Escape'));
  });

  it('a menu that a key has opened is walked through with the arrow keys', async () => {
    const inbox = await movingChatWith('Mia Menu');
    await inbox.page.keyboard.press('s');
    await seen(inbox.page.locator('[role="menu"]:focus-within'));
    await inbox.page.keyboard.press('ArrowDown');
    await inbox.page.keyboard.press('ArrowDown');
    await inbox.page.keyboard.press('Enter');
    await seen(inbox.toast('Snoozed until'));
  });

  it('Template takes the focus to its search, and Escape goes back to the text', async () => {
    const inbox = await movingChatWith('Tara Template');
    const { page } = inbox;
    await inbox.button('Template').click();
    await page.keyboard.type('order_up');
    expect(await page.getByRole('searchbox', { name: 'Search the templates' }).inputValue()).to.equal(
      'order_up',
    );
    await page.keyboard.press('Escape');
    await page.keyboard.type('In words instead');
    expect(await inbox.box('Tara Template').inputValue()).to.equal('In words instead');
  });

  it('Enter makes the tag that was typed, or takes the one of exactly these words', async () => {
    const id = await arrives(stage.acme, newCustomer('Tim Tagged'), 'Which tag?');
    await Promise.all(
      ['lamp broken', 'lamp'].map(name => stage.acme.http('POST', '/tags', { name, color: '#4c6ef5' })),
    );
    const inbox = await stage.openAt(`/inbox/all/${id}`);
    const { page } = inbox;
    const box = page.getByRole('combobox', { name: 'Tags' });
    const has = (...names: string[]) =>
      until(`it has the tags ${names.join(', ')}`, async () => {
        const { body } = await stage.acme.http<Conversation>('GET', `/conversations/${id}`);
        return JSON.stringify(body.tags.map(tag => tag.name).sort()) === JSON.stringify(names);
      });
    await box.pressSequentially('brandnew');
    await box.press('Enter');
    await has('brandnew');
    await box.pressSequentially('lamp');
    await box.press('Enter');
    await has('brandnew', 'lamp');

    await box.pressSequentially('another');
    await page.keyboard.press('Tab');
    expect(await box.inputValue()).to.equal('another');
    await box.press('Enter');
    await has('another', 'brandnew', 'lamp');
    expect(await box.inputValue()).to.equal('');
  });

  it('the row that the keys act on has the ring, and the list only when there is none', async () => {
    const inbox = await movingChatWith('Rita Ring');
    const { page } = inbox;
    const outlineOf = () =>
      inbox.list.evaluate(
        list =>
          (
            globalThis as unknown as { getComputedStyle(of: unknown): { outlineStyle: string } }
          ).getComputedStyle(list).outlineStyle,
      );
    await inbox.go('/inbox/all');
    await seen(inbox.rows());
    await page.getByRole('searchbox').focus();
    await page.keyboard.press('Tab');
    expect(await outlineOf()).to.equal('solid');
    await page.keyboard.press('j');
    await seen(inbox.list.locator('[data-cursor]'));
    expect(await outlineOf()).to.equal('none');
  });

  it('the pills of the selected row stand out from it', async () => {
    const id = await arrives(stage.acme, newCustomer('Paula Pill'), 'Do you see my tag?');
    await stage.acme.http('POST', '/tags', { name: 'pill', color: '#4c6ef5' });
    const { body } = await stage.acme.http<{ items: { id: number; name: string }[] }>(
      'GET',
      '/tags?limit=100',
    );
    const tagIds = body.items.filter(tag => tag.name === 'pill').map(tag => tag.id);
    await stage.acme.http('PUT', `/conversations/${id}/tags`, { tagIds });
    const inbox = await stage.openAt(`/inbox/all/${id}`);
    const row = inbox.row('Paula Pill');
    await seen(row.getByTitle('pill'));
    const rowLook = (await lookOf(row)).backgroundColor;
    const brightness = (color: string) =>
      (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
    const difference =
      brightness((await lookOf(row.getByTitle('pill'))).backgroundColor) - brightness(rowLook);
    expect(Math.abs(difference)).to.be.greaterThan(20);
  });
});
