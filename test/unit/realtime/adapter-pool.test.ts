import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import type pg from 'pg';
import { adapterPool } from '../../../src/realtime/adapter-pool.ts';

class FakeClient extends EventEmitter {
  released: unknown[] = [];
  release(isBroken?: unknown): void {
    this.released.push(isBroken ?? false);
  }
}

const breathe = () => new Promise(resolve => setImmediate(resolve));

describe('the pool that the socket adapter is given', () => {
  it('gets the place of a listening connection back when that ends, and the adapter hears of the end', async () => {
    const clients: FakeClient[] = [];
    const pool = adapterPool({
      connect: async () => {
        clients.push(new FakeClient());
        return clients.at(-1);
      },
    } as unknown as pg.Pool);
    for (let restart = 0; restart < 3; restart++) {
      const client = (await pool.connect()) as unknown as FakeClient;
      let isHeard = false;
      client.on('end', () => {
        isHeard = true;
      });
      client.emit('end');
      await breathe();
      expect(isHeard).to.equal(true);
    }
    expect(clients.map(client => client.released)).to.deep.equal([[true], [true], [true]]);
  });

  it('lets go of a connection that was given up without a word', async () => {
    const clients: FakeClient[] = [];
    const pool = adapterPool({
      connect: async () => {
        clients.push(new FakeClient());
        return clients.at(-1);
      },
    } as unknown as pg.Pool);
    await pool.connect();
    await pool.connect();
    clients[0]?.emit('end');
    await breathe();
    expect(clients.map(client => client.released)).to.deep.equal([[true], []]);
  });

  it('runs one statement at a time, in the order given, also after one has failed', async () => {
    const open: { text: string; settle: (fails?: boolean) => void }[] = [];
    const pool = adapterPool({
      query: (text: string) =>
        new Promise((resolve, reject) =>
          open.push({ text, settle: fails => (fails ? reject(new Error(text)) : resolve({ rows: [] })) }),
        ),
    } as unknown as pg.Pool);
    const outcomes = Promise.allSettled(['one', 'two', 'three'].map(text => pool.query(text)));
    for (const [text, fails] of [
      ['one', false],
      ['two', true],
      ['three', false],
    ] as const) {
      await breathe();
      expect(open.map(statement => statement.text)).to.deep.equal([text]);
      open.shift()?.settle(fails);
    }
    expect((await outcomes).map(outcome => outcome.status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });
});
