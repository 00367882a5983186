import { expect } from 'chai';
import { facebookAdapter } from '../../../src/platforms/facebook/index.ts';
import { instagramAdapter } from '../../../src/platforms/instagram/index.ts';

const page = { pageId: '660011', pageAccessToken: 'token' };
const account = { accountId: '178', accessToken: 'token' };

describe('Settings of Facebook and Instagram', () => {
  const facebook: readonly (readonly [string, object, boolean])[] = [
    ['the least', page, true],
    ['everything', { ...page, appSecret: 's', verifyToken: 'v', apiUrl: 'http://127.0.0.1:4010' }, true],
    ['no token', { pageId: '1' }, false],
    ['an id that leaves its path', { ...page, pageId: '../me' }, false],
    ['a token with a line end', { ...page, pageAccessToken: 'a\nb' }, false],
    ['an empty app secret', { ...page, appSecret: '' }, false],
    ['an odd base URL', { ...page, apiUrl: 'file:///x' }, false],
    ['an unknown key', { ...page, colour: 'red' }, false],
  ];
  for (const [name, value, isFit] of facebook)
    it(`facebook: ${name} is ${isFit ? 'fit' : 'refused'}`, () => {
      expect(facebookAdapter.settings.safeParse(value).success).to.equal(isFit);
    });
  const instagram: readonly (readonly [string, object, boolean])[] = [
    ['the least', account, true],
    ['everything', { ...account, login: 'instagram', appSecret: 's', verifyToken: 'v' }, true],
    ['another login', { ...account, login: 'threads' }, false],
    ['no account', { accessToken: 'token' }, false],
    ['an unknown key', { ...account, pageId: '1' }, false],
  ];
  for (const [name, value, isFit] of instagram)
    it(`instagram: ${name} is ${isFit ? 'fit' : 'refused'}`, () => {
      expect(instagramAdapter.settings.safeParse(value).success).to.equal(isFit);
    });
  it('goes by the Facebook page unless told otherwise', () => {
    expect(instagramAdapter.settings.parse(account)).to.include({ login: 'facebook' });
  });
  it('makes a verify token, and keeps one that is there', () => {
    expect(facebookAdapter.complete(page).verifyToken).to.match(/^[\w-]{32}$/);
    expect(facebookAdapter.complete({ ...page, verifyToken: 'v' }).verifyToken).to.equal('v');
  });
  it('belongs to the page or the account, and verifies with the app’s secret', () => {
    expect(facebookAdapter.accountId(page)).to.equal('660011');
    expect(instagramAdapter.accountId(instagramAdapter.settings.parse(account))).to.equal('178');
    expect(facebookAdapter.credentials(page)).to.deep.equal({ signingSecrets: [] });
    expect(facebookAdapter.credentials({ ...page, appSecret: 's', verifyToken: 'v' })).to.deep.equal({
      signingSecrets: ['s'],
      verifyToken: 'v',
    });
  });
});
