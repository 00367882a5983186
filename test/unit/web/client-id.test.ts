import { expect } from 'chai';
import { z } from 'zod';
import { newClientId } from '../../../web/src/realtime/client-id.ts';

describe('names of what is sent', () => {
  it('are random UUIDs, each another', () => {
    const names = Array.from({ length: 1000 }, newClientId);
    for (const name of names) expect(z.uuidv4().safeParse(name).success, name).to.equal(true);
    expect(new Set(names)).to.have.property('size', 1000);
  });
});
