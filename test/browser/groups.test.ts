import { expect } from 'chai';
import { inboundText } from '../../src/simulator/index.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { newCustomer, seen } from '../support/inbox-page.ts';
import { useInbox } from '../support/inbox-stage.ts';

describe('a group in the browser', () => {
  const stage = useInbox('Greta Group');

  it('says who wrote what; words of one person stand together, and a quotation names theirs', async () => {
    const groupId = 'Y2FwaV9ncm91cDox';
    const [ana, rui] = [newCustomer('Ana Among'), newCustomer('Rui Among')];
    const began = Date.now() - 60_000;
    const written = [ana, ana, rui].map((person, index) =>
      inboundText(person, `Word ${index + 1}`, { groupId, at: new Date(began + index * 1000) }),
    );
    await stage.acme.receive(written);
    const [row] = await stage.acme.query<{ id: number }>(
      `SELECT conversation_id AS id FROM messages WHERE content = 'Word 1'`,
    );
    const inbox = await stage.openAt(`/inbox/all/${row?.id}`);
    const { page } = inbox;
    await seen(inbox.line('Word 3'));
    const named = (name: string, text: string) => inbox.line(text).getByText(name, { exact: true }).count();
    expect(await named(ana.name, 'Word 1')).to.equal(1);
    expect(await named(ana.name, 'Word 2')).to.equal(0);
    expect(await named(rui.name, 'Word 3')).to.equal(1);
    expect(await inbox.line('Word 2').getAttribute('aria-label')).to.match(/^Ana Among, /);

    await inbox.line('Word 3').hover();
    await inbox.line('Word 3').getByRole('button', { name: 'Reply to this message' }).click();
    await page.keyboard.type('To Rui, before everybody');
    await page.keyboard.press('Enter');
    await seen(inbox.line('To Rui, before everybody').getByText(rui.name, { exact: true }));
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });
});
