import { expect } from 'chai';
import { type MessageStorage, Outbox } from '../../../web/src/realtime/outbox.ts';

const PREFIX = 'outbox.acme.1.';

class LineIsDown extends Error {}

class MemoryStorage implements MessageStorage {
  readonly #values = new Map<string, string>();

  get length(): number {
    return this.#values.size;
  }
  key(index: number): string | null {
    return [...this.#values.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }
  removeItem(key: string): void {
    this.#values.delete(key);
  }
}

/** Every send waits until the test lets it succeed or fail. */
function newRig(storage: MessageStorage = new MemoryStorage()) {
  const sent: { text: unknown; succeed: () => void; fail: (error: Error) => void }[] = [];
  const outbox = new Outbox({
    storage,
    prefix: PREFIX,
    send: (_conversationId, body) =>
      new Promise((succeed, fail) => {
        sent.push({ text: body.content, succeed, fail });
      }),
    isPassing: error => error instanceof LineIsDown,
    sentenceOf: String,
    retryAfterMs: () => 0,
  });
  const write = (text: string, conversationId = 1) =>
    outbox.add(conversationId, { type: 'text', content: text });
  return { outbox, sent, storage, write };
}

/** Long enough for whatever was set going with no delay. */
const settled = () => new Promise(resolve => setTimeout(resolve, 5));

describe('the outbox of the browser app', () => {
  it('sends one after the other, and again what met a dead line', async () => {
    const { outbox, sent, write } = newRig();
    write('One');
    write('Two');
    expect(sent.map(item => item.text)).to.deep.equal(['One']);
    sent[0]?.fail(new LineIsDown());
    await settled();
    expect(sent.map(item => item.text)).to.deep.equal(['One', 'One']);
    sent[1]?.succeed();
    await settled();
    expect(sent.map(item => item.text)).to.deep.equal(['One', 'One', 'Two']);
    outbox.close();
  });

  it('closed, sends nothing more when what is under way fails', async () => {
    const { outbox, sent, write } = newRig();
    write('One');
    outbox.close();
    sent[0]?.fail(new LineIsDown());
    await settled();
    expect(sent).to.have.length(1);
  });

  it('closed, sends nothing more when what is under way succeeds', async () => {
    const { outbox, sent, write } = newRig();
    write('One');
    write('Two');
    outbox.close();
    sent[0]?.succeed();
    await settled();
    expect(sent).to.have.length(1);
  });

  it('closed, sends nothing that is added, flushed or tried again, and keeps all of it for its writer', async () => {
    const { outbox, sent, storage, write } = newRig();
    write('Under way');
    outbox.close();
    sent[0]?.fail(new Error('Refused for a reason of the next session.'));
    const late = write('Late', 2);
    outbox.flush();
    outbox.retry(late.clientId);
    await settled();
    expect(sent).to.have.length(1);

    const again = newRig(storage);
    expect(again.outbox.store.get().map(item => [item.body.content, item.state])).to.have.deep.members([
      ['Under way', 'waiting'],
      ['Late', 'waiting'],
    ]);
    again.outbox.close();
  });
});
