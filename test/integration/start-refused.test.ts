import { expect } from 'chai';
import { freePort, landlordVariables, refusalOf, type Variables } from '../support/cli.ts';
import { createLandlord, type TestLandlord } from '../support/cluster.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../support/temporary-data-dir.ts';

/** A process that cannot start ends by itself, with one line; a test that hangs here has found one that does not. */
describe('a start that cannot be', function () {
  this.timeout(30_000);
  let landlord: TestLandlord;
  let folder: TemporaryDataDir;

  before(async () => {
    landlord = await createLandlord();
    folder = await makeTemporaryDataDir();
  });
  after(async () => {
    await landlord?.close();
    await folder?.remove();
  });
  const variables = (): Variables => ({ ...landlordVariables(landlord), DATA_DIR: folder.path, PORT: '0' });

  it('without the Redis that was named', async function () {
    // Three starts of a command.
    this.timeout(90_000);
    const REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
    for (const role of ['all', 'web', 'worker'])
      expect(await refusalOf(['start', '--role', role], { ...variables(), REDIS_URL }), role).to.match(
        /^REDIS_URL cannot be reached \(.*ECONNREFUSED.*\)\. Start Redis, or unset REDIS_URL\.$/,
      );
  });

  it('without the TLS that was asked for, or with what is not understood', async () => {
    const { LANDLORD_DATABASE_URL: url = '', ...others } = variables();
    const refused = (query: string) =>
      refusalOf(['start'], { ...others, LANDLORD_DATABASE_URL: `${url}?${query}` });
    expect(await refused('sslmode=require')).to.match(/does not support SSL connections.* Check sslmode/);
    expect(await refused('sslmode=prefer')).to.include('sslmode=prefer cannot be honoured');
    expect(await refused('sslmode=disable&pool=5')).to.include(': pool is not understood');
  });
});
