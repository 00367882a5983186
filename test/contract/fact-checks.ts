import { expect } from 'chai';
import { UnreadableDelivery } from '../../src/platforms/adapter.ts';
import type { InboundFact } from '../../src/platforms/inbound-fact.ts';
import type { AnyAdapter } from '../../src/platforms/registry.ts';
import { receivedAt } from './samples/adapter-sample.ts';

/** The facts, or `undefined` for a body that cannot be read; any other error fails the test. */
export async function readFacts(
  adapter: AnyAdapter,
  body: Buffer,
): Promise<readonly InboundFact[] | undefined> {
  try {
    return await adapter.parse(body, receivedAt);
  } catch (error) {
    expect(error).to.be.instanceOf(UnreadableDelivery);
    return undefined;
  }
}

/** What everybody downstream relies on, Postgres included. */
export function checkFact(fact: InboundFact): void {
  const text = JSON.stringify(fact);
  expect(text, 'NUL or half a surrogate').not.to.match(/\\u0000|\\u[dD][89a-fA-F]/);
  expect(fact.accountId).to.be.a('string');
  expect(fact.at.getTime(), 'a time').to.be.within(-62_135_596_800_000, 253_402_300_799_999);
  expect(fact.externalId).to.be.a('string').with.length.within(1, 1100);
  if ('targetExternalId' in fact) expect(fact.targetExternalId).to.be.a('string').with.length.within(1, 512);
  const aliases =
    'contact' in fact
      ? fact.contact.aliases
      : fact.kind === 'identity'
        ? [...fact.previous, ...fact.current]
        : undefined;
  if (aliases) expect(aliases).to.not.have.length(0);
  for (const alias of aliases ?? []) expect(alias.value).to.be.a('string').with.length.within(1, 512);
  if ('contact' in fact && fact.contact.phone) expect(fact.contact.phone).to.match(/^\+[1-9]\d{6,14}$/);
}
