import { expect } from 'chai';
import { TenantLanes } from '../../../src/jobs/tenant-lanes.ts';
import { silentLogger } from '../../../src/observability/logger.ts';

describe('lanes that are closed', () => {
  it('leave nobody waiting: neither during a visit, nor for the next one, nor in line', async () => {
    let end: () => void = () => undefined;
    const lanes = new TenantLanes({
      lanes: 1,
      visit: () =>
        new Promise(resolve => {
          end = () => resolve({ isUnfinished: false });
        }),
      merge: () => undefined,
      log: silentLogger,
    });
    const settled: string[] = [];
    const visited = (tenant: string, name: string) => lanes.visited(tenant).then(() => settled.push(name));
    const waiting = [
      visited('one', 'during'),
      visited('one', 'the next'),
      visited('one', 'the next, too'),
      visited('two', 'in line'),
    ];
    const closed = lanes.close().then(() => settled.push('closed'));
    end();
    await Promise.all([...waiting, closed, visited('three', 'too late')]);
    expect(settled).to.have.members(['during', 'the next', 'the next, too', 'in line', 'closed', 'too late']);
  });
});
