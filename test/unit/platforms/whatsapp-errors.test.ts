import { expect } from 'chai';
import { Rejected, Unavailable } from '../../../src/platforms/adapter.ts';
import { graphErrorOf } from '../../../src/platforms/meta/graph-error.ts';
import { faultOf, knownErrors, verdictOf } from '../../../src/platforms/whatsapp/whatsapp-errors.ts';

function verdict(error: object, status = 400, retryAfterMs?: number) {
  const read = graphErrorOf({ error: error as never });
  if (!read) throw new Error('No error was read.');
  return verdictOf(read, status, retryAfterMs);
}
/** Each class of the protocol with its codes: `rejected/…` or `unavailable/…` by scope. */
const table: Record<string, readonly number[]> = {
  'Rejected reauthorise': [190, 0, 3, 10, 200, 250, 299, 131005],
  'Unavailable channel': [4, 80007, 130429, 133016, 1, 2, 131016, 133004, 131057],
  'Unavailable conversation': [131056, 131000, 135000],
  'Rejected account': [131048, 131064, 368, 131031, 131042, 131045, 131037],
  'Rejected window': [131047],
  'Rejected message': [
    131026, 131021, 131030, 130472, 130497, 131049, 131050, 131063, 137000, 131062, 131008, 131009, 100,
    131051, 131052, 131053, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068, 132069,
  ],
};

describe('WhatsApp errors', () => {
  for (const [expected, codes] of Object.entries(table))
    for (const code of codes)
      it(`${code} is ${expected}`, () => {
        for (const status of [200, 400, 500]) {
          const error = verdict({ code, message: 'm' }, status);
          expect(`${error.name} ${error.scope}`).to.equal(expected);
          expect(error.code).to.equal(String(code));
          expect(error.message).to.match(/^[A-Z].*[.a-z]$/);
        }
      });
  it('names no code twice', () => {
    const codes = knownErrors.flatMap(error => error.codes);
    expect(new Set(codes).size).to.equal(codes.length);
  });

  it('decides by status where the code is unknown', () => {
    const of = (status: number, rest = {}) => {
      const error = verdict({ code: 999_999, message: 'New', ...rest }, status);
      return `${error.name} ${error.scope}`;
    };
    expect(of(400)).to.equal('Rejected message');
    expect(of(401)).to.equal('Rejected reauthorise');
    expect(of(429)).to.equal('Unavailable channel');
    expect(of(500)).to.equal('Unavailable conversation');
    expect(of(400, { is_transient: true })).to.equal('Unavailable conversation');
  });
  it("takes 100 with subcode 33 for a channel that is not ours, not for a message's fault", () => {
    expect(verdict({ code: 100, error_subcode: 33, message: 'does not exist' }).scope).to.equal(
      'reauthorise',
    );
  });
  it('passes on how long to wait', () => {
    const error = verdict({ code: 130429 }, 429, 7000);
    expect(error).to.be.instanceOf(Unavailable);
    expect((error as Unavailable).retryAfterMs).to.equal(7000);
    expect((verdict({ code: 131000 }) as Unavailable).retryAfterMs).to.equal(undefined);
  });
  it('lets a customer who is written to too fast wait for some seconds', () => {
    expect((verdict({ code: 131056 }) as Unavailable).retryAfterMs).to.equal(8000);
    expect((verdict({ code: 131056 }, 400, 20_000) as Unavailable).retryAfterMs).to.equal(20_000);
  });
  it("adds the platform's words where ours say too little", () => {
    const error = verdict({
      code: 132000,
      message: '(#132000) mismatch',
      error_data: { details: 'expected 2' },
    });
    expect(error).to.be.instanceOf(Rejected);
    expect(error.message).to.equal(
      'The variables do not fit the template. WhatsApp says: (#132000) mismatch: expected 2',
    );
  });
  it('reads codes that are text, and gives a fault whatever comes', () => {
    expect(faultOf([{ code: '131026' }]).code).to.equal('131026');
    expect(faultOf([]).code).to.equal('unknown');
    expect(faultOf([{}, { title: 'Only a title' }])).to.deep.equal({
      code: 'unknown',
      title: 'WhatsApp refused this. WhatsApp says: Only a title',
      details: 'Only a title',
    });
    expect(graphErrorOf({ error: 'text' })).to.equal(undefined);
    expect(graphErrorOf({ error: {} })).to.equal(undefined);
  });
  it('does not promise a receipt that anything is tried again', () => {
    for (const error of knownErrors) expect(error.sentence).not.to.contain('tried again');
  });
});
