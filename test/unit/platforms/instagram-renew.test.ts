import { expect } from 'chai';
import { Rejected } from '../../../src/platforms/adapter.ts';
import { renewInstagram } from '../../../src/platforms/instagram/renew-instagram.ts';
import { ioOf } from '../../support/platform-io.ts';
import { client, rejection, StubServer } from '../../support/stub-server.ts';

const settings = { accountId: '17841400000000011', accessToken: 'old', login: 'instagram' } as const;

describe('the token of Instagram’s own login', () => {
  const server = new StubServer();
  before(() => server.start());
  after(() => server.stop());
  beforeEach(() => {
    server.seen.length = 0;
    server.answer = { body: { access_token: 'new', token_type: 'bearer', expires_in: 5_184_000 } };
  });
  const io = () => ioOf(client(), `${server.url}/`);
  const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3_600_000).toISOString();

  it('is exchanged for a fresh one, and it is kept when that was', async () => {
    const renewed = await renewInstagram({ ...settings, tokenRenewedAt: daysAgo(8) }, io());
    expect(renewed?.accessToken).to.equal('new');
    expect(Date.parse(renewed?.tokenRenewedAt ?? '')).to.be.closeTo(Date.now(), 60_000);
    expect(server.last.url).to.equal('/refresh_access_token?grant_type=ig_refresh_token&access_token=old');
    expect(await renewInstagram(settings, io())).to.include({ accessToken: 'new' });
  });
  it('is left alone for a week, and so is the token of a page', async () => {
    expect(await renewInstagram({ ...settings, tokenRenewedAt: daysAgo(6) }, io())).to.equal(undefined);
    expect(await renewInstagram({ ...settings, login: 'facebook' }, io())).to.equal(undefined);
    expect(server.seen).to.have.length(0);
  });
  it('stays when Instagram says no, or nothing of use', async () => {
    server.answer = { status: 400, body: { error: { code: 190, message: 'expired' } } };
    expect(await rejection(renewInstagram(settings, io()))).to.be.instanceOf(Rejected);
    server.answer = { body: {} };
    expect(await renewInstagram(settings, io())).to.equal(undefined);
  });
});
