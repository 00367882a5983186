import { expect } from 'chai';
import * as errors from '../../../src/kit/errors.ts';

describe('errors', () => {
  it('carry their name, a code, and what the caller can do', () => {
    const cases: [errors.AppError, string, string][] = [
      [new errors.ValidationError('Mend it.'), 'ValidationError', 'validation_failed'],
      [new errors.Unauthenticated(), 'Unauthenticated', 'unauthenticated'],
      [new errors.Forbidden(), 'Forbidden', 'forbidden'],
      [new errors.NotFound(), 'NotFound', 'not_found'],
      [new errors.Conflict('It is taken.', 'slug_taken'), 'Conflict', 'slug_taken'],
      [new errors.TooLarge('Too big.'), 'TooLarge', 'too_large'],
      [new errors.TooManyRequests(3), 'TooManyRequests', 'too_many_requests'],
      [new errors.Gone('Gone.', 'events_expired'), 'Gone', 'events_expired'],
      [new errors.ServiceUnavailable('Wait.', 5), 'ServiceUnavailable', 'service_unavailable'],
      [new errors.SetupError('Do this.'), 'SetupError', 'setup'],
    ];
    for (const [error, name, code] of cases) {
      expect(error).to.be.instanceOf(errors.AppError);
      expect({ name: error.name, code: error.code }).to.deep.equal({ name, code });
      expect(error.message).not.to.equal('');
    }
  });

  it('keep details, causes and waits', () => {
    const details = [{ path: 'email', message: 'is not an address' }];
    expect(new errors.ValidationError('Mend it.', details).details).to.deep.equal(details);
    const cause = new Error('below');
    expect(new errors.SetupError('Do this.', { cause }).cause).to.equal(cause);
    expect(new errors.TooManyRequests(3)).to.include({ retryAfterSeconds: 3 });
    expect(new errors.ServiceUnavailable('Wait.', 5)).to.include({ retryAfterSeconds: 5 });
  });
});
