import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { VERSION } from '../../../src/app/version.ts';

describe('version', () => {
  it('is the one in package.json', () => {
    const url = new URL('../../../package.json', import.meta.url);
    expect(VERSION).to.equal((JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version);
  });
});
