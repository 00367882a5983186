import { expect } from 'chai';
import { SetupError } from '../../../src/kit/errors.ts';
import { parseTarget } from '../../../src/landlord/landlord.ts';

const URL_OF = (rest: string) => `postgres://app:s%40cret@db.example${rest}`;

describe('the target of a database URL', () => {
  it('is read from its parts', () => {
    expect(parseTarget(URL_OF('/land%20lord'))).to.deep.equal({
      host: 'db.example',
      port: 5432,
      database: 'land lord',
      user: 'app',
      password: 's@cret',
    });
    expect(parseTarget(URL_OF(':6543/x')).port).to.equal(6543);
  });

  for (const [mode, ssl] of [
    ['disable', false],
    ['require', true],
    ['verify-ca', true],
    ['verify-full', true],
    ['no-verify', { rejectUnauthorized: false }],
  ] as const)
    it(`honours sslmode=${mode}`, () =>
      expect(parseTarget(URL_OF(`/x?sslmode=${mode}`)).ssl).to.deep.equal(ssl));

  for (const mode of ['allow', 'prefer', 'REQUIRE', 'constructor', ''])
    it(`refuses sslmode=${mode}`, () =>
      expect(() => parseTarget(URL_OF(`/x?sslmode=${mode}`))).to.throw(SetupError, `sslmode=${mode} cannot`));

  it('refuses what it would overlook, by name and without values', () => {
    const parse = () => parseTarget(URL_OF('/x?sslmode=require&sslrootcert=/etc/ca&ssl=true'));
    expect(parse).to.throw(SetupError, /: sslrootcert, ssl is not understood/);
    expect(parse).not.to.throw(/etc|s@cret|s%40cret/);
  });
});
