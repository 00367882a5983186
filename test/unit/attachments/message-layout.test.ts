import { expect } from 'chai';
import { fillLayout } from '../../../src/features/attachments/message-layout.ts';

const attachment = (id: number) => `https://us.example/files/${id}?a=1&b=2`;
const remote = (url: string) => `https://us.example/picture?url=${encodeURIComponent(url)}`;
const files = new Map([
  ['logo@x', 5],
  ['odd "name" & more', 6],
]);
const fill = (html: string, isShown = false) =>
  fillLayout(html, files, { attachment, remote: isShown ? remote : undefined });

describe('the layout of a mail', () => {
  it('shows its own pictures in their places', () => {
    expect(fill('<p><img alt="" src="cid:logo@x" /></p>').html).to.equal(
      '<p><img alt="" src="https://us.example/files/5?a=1&amp;b=2" /></p>',
    );
    expect(fill('<img src="cid:odd &quot;name&quot; &amp; more" />').html).to.include('/files/6?');
    expect(fill('<img src="cid:logo%40x" />').html).to.include('/files/5?');
  });
  it('shows nothing in the place of what we do not have', () => {
    expect(fill('<img src="cid:gone" /><img src="cid:%E0%A4%A" />').html).to.equal('<img /><img />');
  });
  it('asks other servers for pictures only when it is told to, and by us', () => {
    const html = '<img data-remote-src="https://a.example/?x=1&amp;y=&quot;2" />';
    expect(fill(html)).to.deep.equal({ html, hasRemotePictures: true });
    expect(fill(html, true)).to.deep.equal({
      html: `<img src="${remote('https://a.example/?x=1&y="2')}" />`,
      hasRemotePictures: true,
    });
    expect(fill('<p>words</p>', true)).to.deep.equal({ html: '<p>words</p>', hasRemotePictures: false });
  });
});
