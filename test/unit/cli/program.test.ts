import { expect } from 'chai';
import { checkNode } from '../../../src/cli/doctor/machine-checks.ts';
import { buildProgram } from '../../../src/cli/program.ts';

describe('the command line', () => {
  for (const [parameters, demo] of [
    [[], undefined],
    [['--demo'], true],
    [['--no-demo'], false],
  ] as const)
    it(`start ${parameters.join(' ')}: a demo is ${demo ?? 'made where Postgres is ours'}`, () => {
      const start = buildProgram().commands.find(command => command.name() === 'start');
      start?.parseOptions([...parameters]);
      expect(start?.opts().demo).to.equal(demo);
    });

  for (const [version, status] of [
    ['18.20.0', 'error'],
    ['20.18.3', 'error'],
    ['20.19.0', 'ok'],
    ['21.7.0', 'error'],
    ['22.11.0', 'error'],
    ['22.12.0', 'ok'],
    ['24.0.0', 'ok'],
  ] as const)
    it(`Node ${version}: ${status}`, () => expect(checkNode(version).status).to.equal(status));
});
