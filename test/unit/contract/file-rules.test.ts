import { expect } from 'chai';
import { formatBytes } from '../../../src/contract/file-rules.ts';

describe('the size of a file in words', () => {
  const megabyte = 1024 * 1024;
  for (const [bytes, words] of [
    [0, '0 bytes'],
    [1, '1 byte'],
    [8, '8 bytes'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [100 * 1024, '100 kB'],
    [megabyte - 1, '1 MB'],
    [1.5 * megabyte, '1.5 MB'],
    [16 * megabyte, '16 MB'],
    [3 * 1024 * megabyte, '3 GB'],
    [5e15, '4547.5 TB'],
  ] as const)
    it(`${bytes}: ${words}`, () => {
      expect(formatBytes(bytes)).to.equal(words);
    });
});
