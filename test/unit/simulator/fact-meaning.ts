import { expect } from 'chai';
import type { InboundFact } from '../../../src/platforms/inbound-fact.ts';
import type { PlayablePlatform } from '../../../src/simulator/index.ts';
import { adapterOf } from './platform-samples.ts';

export const at = new Date('2026-10-01T10:00:00Z');
export const later = new Date(at.getTime() + 60_000);
export const fileUrl = 'https://files.example/lamp.jpg';

/** What the real adapter reads in a webhook that tells one thing. */
export function read(platform: PlayablePlatform, body: Buffer): InboundFact {
  const facts = adapterOf(platform).parse(body, at);
  expect(facts, body.toString()).to.have.length(1);
  return facts[0] as InboundFact;
}

/** Paths into a fact, and what must stand there. */
export type Meaning = Readonly<Record<string, unknown>>;
export function expectMeaning(fact: InboundFact, meaning: Meaning): void {
  for (const [path, value] of Object.entries(meaning))
    expect(fact, JSON.stringify(fact)).to.have.nested.property(path).that.deep.equals(value);
}
