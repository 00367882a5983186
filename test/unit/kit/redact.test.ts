import { expect } from 'chai';
import { looksSecret, redact } from '../../../src/kit/redact.ts';

describe('redact', () => {
  for (const name of [
    'password',
    'databasePassword',
    'password_hash',
    'accessToken',
    'x-hub-signature-256',
    'Authorization',
    'set-cookie',
    'api_key',
    'apiKey',
    'appSecret',
    'MASTER_KEY',
    'S3_SECRET_ACCESS_KEY',
    'key',
    'credentials',
    'verifyToken',
    'LANDLORD_DATABASE_URL',
    'refresh_tokens',
  ]) {
    it(`hides ${name}`, () => expect(looksSecret(name)).to.equal(true));
  }

  for (const name of [
    'keyId',
    'tokenType',
    'tokenCount',
    'token_expires_at',
    'name',
    'keyboard',
    'author',
    'url',
  ]) {
    it(`shows ${name}`, () => expect(looksSecret(name)).to.equal(false));
  }

  it('reaches every depth and leaves the original alone', () => {
    const original = {
      channel: { id: 7, settings: [{ accessToken: 'EAAG', phoneNumberId: '1' }] },
      token: undefined,
    };
    expect(redact(original)).to.deep.equal({
      channel: { id: 7, settings: [{ accessToken: '[redacted]', phoneNumberId: '1' }] },
      token: undefined,
    });
    expect(original.channel.settings[0]?.accessToken).to.equal('EAAG');
  });

  it('hides passwords inside URLs, also in messages of errors', () => {
    const error = new Error('cannot reach postgres://app:s3cret@db:5432/x', { cause: { password: 'p' } });
    const copy = redact({ error }) as { error: { message: string; stack: string; cause: unknown } };
    expect(copy.error.message).to.equal('cannot reach postgres://app:[redacted]@db:5432/x');
    expect(copy.error.stack).not.to.include('s3cret');
    expect(copy.error.cause).to.deep.equal({ password: '[redacted]' });
  });

  it('ends on circles, depth and bytes', () => {
    const circle: Record<string, unknown> = { bytes: Buffer.from('raw') };
    circle.self = circle;
    expect(redact(circle)).to.deep.equal({ bytes: '[bytes]', self: '[circular]' });
    let deep: unknown = 'end';
    for (let level = 0; level < 50; level += 1) deep = { deep };
    expect(JSON.stringify(redact(deep))).to.include('[deep]');
  });
});
