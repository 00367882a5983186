import { expect } from 'chai';
import type { InboundFact } from '../../src/platforms/inbound-fact.ts';
import { goldenCases } from './golden-cases.ts';

/** One test for each case of a platform: every delivery gives the facts that are expected of it. */
export function testGoldenCases(
  platform: string,
  parse: (body: Buffer, receivedAt: Date) => readonly InboundFact[],
): void {
  for (const { name, about, receivedAt, deliveries } of goldenCases(platform))
    it(`${name}: ${about}`, () => {
      for (const { body, expected } of deliveries)
        expect(JSON.parse(JSON.stringify(parse(body, receivedAt)))).to.deep.equal(expected);
    });
}
