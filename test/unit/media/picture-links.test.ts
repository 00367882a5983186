import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { PictureLinks } from '../../../src/media/picture-links.ts';

const derive = (purpose: string, master: string) => createHmac('sha256', master).update(purpose).digest();
const keys = (...masters: string[]) => ({
  deriveKey: (purpose: string) => derive(purpose, masters[0] ?? ''),
  deriveKeys: (purpose: string) => masters.map(master => derive(purpose, master)),
});
const target = {
  tenantId: '147ae37d-43bc-42a6-bc7b-c10d1525a2f7',
  messageId: 7,
  url: 'https://pictures.example/a.png?b=1&c=ü',
};

describe('links to pictures elsewhere', () => {
  const links = new PictureLinks(keys('new', 'old'), () => 'https://concierge.example');
  const link = new URL(links.link(target));
  const token = link.searchParams.get('token') ?? '';

  it('open what they were made for, for an hour', () => {
    expect(link.origin + link.pathname).to.equal('https://concierge.example/api/v1/messages/7/picture');
    expect(links.read(7, link.searchParams.get('url') ?? '', token)).to.deep.equal(target);
    expect(links.read(7, target.url, token, Date.now() + 3_601_000)).to.equal(undefined);
  });
  it('open nothing else: another address, message, tenant, time, no signature', () => {
    const other = token.replace(target.tenantId, '247ae37d-43bc-42a6-bc7b-c10d1525a2f7');
    const later = token.replace(/\.(\d+)\./, (_, until) => `.${Number(until) + 60}.`);
    const bad: [number, string, string][] = [
      [7, 'http://169.254.169.254/', token],
      [8, target.url, token],
      [7, target.url, other],
      [7, target.url, later],
      [7, target.url, token.slice(0, -1)],
      [7, target.url, `${token}A`],
      [7, target.url, ''],
      [7, target.url, `${target.tenantId}.99999999999.`],
    ];
    for (const [id, url, given] of bad) expect(links.read(id, url, given), given).to.equal(undefined);
  });
  it('survive a rotation of the key, once', () => {
    const before = new PictureLinks(keys('old'), () => 'https://x');
    const old = new URL(before.link(target)).searchParams.get('token') ?? '';
    expect(links.read(7, target.url, old)).to.deep.equal(target);
    const after = new PictureLinks(keys('newest', 'new'), () => 'https://x');
    expect(after.read(7, target.url, old)).to.equal(undefined);
  });
});
