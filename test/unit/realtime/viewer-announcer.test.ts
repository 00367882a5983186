import { expect } from 'chai';
import type { Namespace } from 'socket.io';
import { createLogger } from '../../../src/observability/logger.ts';
import { ViewerAnnouncer } from '../../../src/realtime/viewer-announcer.ts';
import { until } from '../../support/until.ts';

describe('who is viewing', () => {
  /** What the announcer asks of socket.io; `users` are where it is asked for. */
  function stage() {
    const told: { room: string; ids: number[] }[] = [];
    const state = { users: [] as number[], counts: 0, fails: false };
    const agents = {
      in: () => ({
        fetchSockets: async () => {
          state.counts++;
          if (state.fails) throw new Error('A process that was killed does not answer.');
          return state.users.map(userId => ({ data: { principal: { userId, name: `User ${userId}` } } }));
        },
      }),
      to: (room: string) => ({
        emit: (_name: string, { users }: { users: { id: number }[] }) =>
          told.push({ room, ids: users.map(user => user.id) }),
      }),
    };
    const announcer = new ViewerAnnouncer(agents as unknown as Namespace, createLogger('silent'));
    return { announcer, told, state };
  }
  const last = (told: { ids: number[] }[]) => JSON.stringify(told.at(-1)?.ids);

  it('is told at once, and once more after a while', async () => {
    const { announcer, told, state } = stage();
    state.users = [1];
    announcer.announce('t', 5);
    await until('it is told', () => told.length === 1);
    await until('it is told again', () => told.length === 2);
    expect(told).to.deep.equal([
      { room: 't/viewing/5', ids: [1] },
      { room: 't/viewing/5', ids: [1] },
    ]);
  });

  it('is counted a few times, however many come and go, and ends with how it is', async () => {
    const { announcer, told, state } = stage();
    for (let index = 1; index <= 200; index++) {
      state.users = [index];
      announcer.announce('t', 5);
    }
    await until('the last one is told', () => last(told) === '[200]' && told.length > 1);
    expect(state.counts).to.be.at.most(3);
  });

  it('is counted again while nobody can be asked, not without end, and anew when somebody comes', async () => {
    const { announcer, told, state } = stage();
    state.fails = true;
    announcer.announce('t', 5);
    await until('it was tried', () => state.counts > 1);
    state.fails = false;
    state.users = [7];
    await until('it is told', () => last(told) === '[7]');
    state.users = [7, 8];
    announcer.announce('t', 5);
    await until('the next one is told', () => last(told) === '[7,8]');
  });

  it('is counted anew for whoever comes after the last try that failed', async () => {
    const { announcer, told, state } = stage();
    state.fails = true;
    announcer.announce('t', 5);
    await until('it was tried for the last time', () => state.counts === 4);
    state.fails = false;
    state.users = [7];
    announcer.announce('t', 5);
    await until('it is told', () => last(told) === '[7]');
  });
});
