import { expect } from 'chai';
import {
  type DraftStorage,
  Drafts,
  emptyTemplate,
  withoutSent,
} from '../../../web/src/features/composer/drafts.ts';

function newStorage(): DraftStorage & { readonly size: number } {
  const values = new Map<string, string>();
  return {
    getItem: key => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: key => void values.delete(key),
    get size() {
      return values.size;
    },
  };
}

describe('drafts of the browser app', () => {
  it('survive the page, are kept apart, and leave nothing behind when they are empty', () => {
    const storage = newStorage();
    const drafts = new Drafts(storage, 'acme.1');
    const template = { ...emptyTemplate, name: 'order_update', variables: ['Vera'] };
    drafts.change(1, () => ({ reply: 'Half a rep', template }));
    drafts.change(2, () => ({ note: 'Half a note' }));
    const later = new Drafts(storage, 'acme.1');
    expect(later.of(1)).to.deep.equal({ reply: 'Half a rep', note: '', template });
    expect(later.of(2)).to.include({ reply: '', note: 'Half a note' });
    expect(new Drafts(storage, 'acme.2').of(1)).to.include({ reply: '' });
    later.change(1, () => ({ reply: '', template: emptyTemplate }));
    later.change(2, () => ({ note: '' }));
    expect(storage.size).to.equal(0);
  });

  it('are the same object until they change, and tell of it', () => {
    const drafts = new Drafts(newStorage(), 'acme.1');
    let told = 0;
    drafts.subscribe(() => {
      told += 1;
    });
    const before = drafts.of(1);
    expect(drafts.of(1)).to.equal(before);
    drafts.change(1, () => ({ reply: 'a' }));
    expect(drafts.of(1)).to.not.equal(before);
    expect(told).to.equal(1);
  });

  it('a change that comes after the conversation was left is applied to what another tab has written since', () => {
    const storage = newStorage();
    const [here, there] = [new Drafts(storage, 'acme.1'), new Drafts(storage, 'acme.1')];
    here.of(1);
    here.change(1, () => ({ note: 'Sent' }));
    here.forget(1);
    there.change(1, () => ({ note: 'Sent and more', reply: 'A reply' }));
    here.change(1, held => ({ note: withoutSent(held.note, 'Sent') }));
    there.forget(1);
    expect(there.of(1)).to.include({ note: 'and more', reply: 'A reply' });
  });

  for (const [held, sent, left] of [
    ['Call her', 'Call her', ''],
    ['Call her\nand him', 'Call her', 'and him'],
    ['Do not call her', 'Call her', 'Do not call her'],
    ['', 'Call her', ''],
  ] as const)
    it(`of ${JSON.stringify(held)}, ${JSON.stringify(left)} is left when ${JSON.stringify(sent)} was sent`, () => {
      expect(withoutSent(held, sent)).to.equal(left);
    });
});
