import axios from 'axios';
import { expect } from 'chai';
import { createLogger } from '../../../src/observability/logger.ts';
import { failureOf } from '../../support/failure-of.ts';

describe('what a log line says of an error', () => {
  const lineOf = (error: unknown) => {
    const lines: string[] = [];
    createLogger('info', { write: line => void lines.push(line) }).info({ error }, 'it failed');
    const [line = ''] = lines;
    return { line, error: JSON.parse(line).error };
  };

  it('its words, where it came from and its plain facts, and those of its causes', () => {
    const cause = Object.assign(new Error('no such name'), { code: 'ENOTFOUND', errno: -3008 });
    const { error } = lineOf(new TypeError('fetch failed', { cause }));
    expect(error).to.include({ type: 'TypeError', message: 'fetch failed' });
    expect(error.stack).to.contain('logger.test.ts');
    expect(error.cause).to.include({ message: 'no such name', code: 'ENOTFOUND', errno: -3008 });
    const several = lineOf(new AggregateError([cause, cause], 'both failed'));
    expect(several.error.errors.map(({ code }: { code: string }) => code)).to.deep.equal([
      'ENOTFOUND',
      'ENOTFOUND',
    ]);
  });

  it('nothing of the request that failed, which knows its address and its credentials', async () => {
    const failure = await failureOf(
      axios.get('http://127.0.0.1:9/file/bot7100000001:token-in-the-path', {
        headers: { authorization: 'Bearer token-in-the-header' },
        proxy: false,
      }),
    );
    const { line, error } = lineOf(failure);
    expect(error).to.include({ code: 'ECONNREFUSED' });
    expect(line).to.not.contain('token-in');
  });

  it('an error that is its own cause comes to an end', () => {
    const error = new Error('again');
    error.cause = error;
    expect(lineOf(error).error.cause.message).to.equal('again');
  });
});
