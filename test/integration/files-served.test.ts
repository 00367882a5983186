import { randomBytes, randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { expect } from 'chai';
import { errorBody } from '../../src/contract/primitives.ts';
import { graphError } from '../../src/simulator/index.ts';
import { type Attachment, type Fetched, FilesDesk } from '../support/files-desk.ts';
import { noise, sampleFiles } from '../support/sample-files.ts';

const HOUR = 3_600_000;

describe('a link to a file', () => {
  let desk: FilesDesk;
  let picture: Buffer;
  let shown: Attachment;

  before(async function () {
    this.timeout(60_000);
    desk = await FilesDesk.open();
    picture = await noise(600, 400);
    shown = await desk.upload(picture, { filename: 'lamp.jpg' });
  });
  after(() => desk?.close());

  const withQuery = (url: string | null, query: string) => `${url}&${query}`;
  const expectRefused = ({ status, headers, bytes }: Fetched, expected: number, what = '') => {
    expect(status, `${what}: ${bytes}`).to.equal(expected);
    errorBody.strict().parse(JSON.parse(bytes.toString()));
    expect(headers.get('cache-control'), what).to.equal('no-store');
  };

  describe('gives a file', () => {
    const cases: readonly (readonly [keyof typeof sampleFiles, string, string | undefined])[] = [
      ['voice', 'audio/ogg', 'audio/ogg'],
      ['mp3', 'audio/mpeg', 'audio/mpeg'],
      ['m4a', 'audio/mp4', 'audio/mp4'],
      ['webm', 'audio/webm', 'audio/webm'],
      ['mp4', 'video/mp4', 'video/mp4'],
      ['threeGp', 'video/3gpp', 'video/3gpp'],
      ['polyglot', 'image/png', 'image/gif'],
      ['html', 'text/html', undefined],
      ['html', 'image/jpeg', undefined],
      ['svg', 'image/svg+xml', undefined],
      ['svgWithProlog', 'image/svg+xml', undefined],
      ['pdf', 'application/pdf', undefined],
      ['docx', 'text/html', undefined],
      ['zip', 'application/zip', undefined],
      ['program', 'image/png', undefined],
      ['text', 'text/plain', undefined],
      ['json', 'application/json', undefined],
    ];
    for (const [name, mimeType, type] of cases)
      it(`to be ${type ? 'shown' : 'kept, never shown'}: ${name}, called ${mimeType}`, async () => {
        const bytes = sampleFiles[name];
        const { url } = await desk.upload(bytes, { filename: 'a b.bin', mimeType });
        for (const accepting of ['identity', 'gzip, br, deflate']) {
          const answer = await desk.fetchRaw(url, { 'accept-encoding': accepting });
          expect(answer.status).to.equal(200);
          expect(answer.bytes.equals(bytes)).to.equal(true);
          expect(answer.headers).to.include({
            'content-type': type ?? 'application/octet-stream',
            'content-disposition': `${type ? 'inline' : 'attachment'}; filename="a b.bin"`,
            'content-security-policy': "default-src 'none'; sandbox",
            'x-content-type-options': 'nosniff',
            'cache-control': 'private, max-age=86400, immutable, no-transform',
            'content-length': String(bytes.length),
            'accept-ranges': 'bytes',
          });
          expect(answer.headers).to.not.have.any.keys(
            'content-encoding',
            'set-cookie',
            'etag',
            'last-modified',
          );
        }
      });

    it('as a download when that is asked for', async () => {
      for (const yes of ['true', '1', 'yes']) {
        const { status, headers } = await desk.fetch(withQuery(shown.url, `download=${yes}`));
        expect(status).to.equal(200);
        expect(headers.get('content-type')).to.equal('application/octet-stream');
        expect(headers.get('content-disposition')).to.equal('attachment; filename="lamp.jpg"');
      }
      const no = await desk.fetch(withQuery(shown.url, 'download=false'));
      expect(no.headers.get('content-disposition')).to.equal('inline; filename="lamp.jpg"');
      expectRefused(await desk.fetch(withQuery(shown.url, 'download=maybe')), 422);
    });

    it('and its thumbnail, as a picture of ours', async () => {
      const { status, headers, bytes } = await desk.fetch(shown.thumbnailUrl);
      expect(status).to.equal(200);
      expect(bytes.subarray(8, 12).toString()).to.equal('WEBP');
      expect(headers.get('content-type')).to.equal('image/webp');
      expect(headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox");
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('content-disposition')).to.equal('inline');
      const whole = await desk.fetchRaw(shown.thumbnailUrl, { range: 'bytes=0-3' });
      expect(whole).to.include({ status: 200 });
      expect(whole.bytes.equals(bytes)).to.equal(true);
    });

    it('of no bytes', async () => {
      const { url } = await desk.upload(Buffer.alloc(0), { filename: 'empty' });
      const answer = await desk.fetchRaw(url, {});
      expect(answer).to.include({ status: 200 });
      expect(answer.headers).to.include({ 'content-length': '0' });
      expect(await desk.fetchRaw(url, { range: 'bytes=0-' })).to.include({ status: 416 });
    });

    it('with any name in a header that no name breaks', async () => {
      const { id, url } = await desk.upload(sampleFiles.pdf);
      const names: readonly (readonly [name: string, said: string])[] = [
        ['lamp.jpg', 'attachment; filename="lamp.jpg"'],
        ['two words.pdf', 'attachment; filename="two words.pdf"'],
        ['a"b;d.pdf', 'attachment; filename="a\\"b;d.pdf"'],
        [
          'x\r\nSet-Cookie: a=b\r\n\r\n<script>',
          'attachment; filename="x??Set-Cookie: a=b????<script>"; filename*=UTF-8\'\'x%0D%0ASet-Cookie%3A%20a%3Db%0D%0A%0D%0A%3Cscript%3E',
        ],
        ['naïve.pdf', 'attachment; filename="naïve.pdf"'],
        [
          'отчёт.pdf',
          'attachment; filename="?????.pdf"; filename*=UTF-8\'\'%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf',
        ],
        ['😀.png', 'attachment; filename="?.png"; filename*=UTF-8\'\'%F0%9F%98%80.png'],
        ['100%41.pdf', 'attachment; filename="100%41.pdf"; filename*=UTF-8\'\'100%2541.pdf'],
      ];
      for (const [name, said] of names) {
        await desk.acme.query('UPDATE message_attachments SET filename = $2 WHERE id = $1', [id, name]);
        const { status, headers } = await desk.fetch(url);
        expect(status, name).to.equal(200);
        expect(headers.get('set-cookie'), name).to.equal(null);
        const given = Buffer.from(headers.get('content-disposition') ?? '', 'latin1').toString('latin1');
        expect(given, name)
          .to.match(/^attachment; filename="/)
          .and.to.match(/^[\x20-\x7e\xa0-\xff]+$/);
        expect(decodedName(given), name).to.equal(decodedName(said));
      }
      await desk.acme.query('UPDATE message_attachments SET filename = NULL WHERE id = $1', [id]);
      expect((await desk.fetch(url)).headers.get('content-disposition')).to.equal('attachment');
    });
    /** What a browser takes for the name. */
    function decodedName(header: string): string {
      const extended = /filename\*=UTF-8''([^;]+)/.exec(header)?.[1];
      if (extended !== undefined) return decodeURIComponent(extended);
      return (/filename="((?:[^"\\]|\\.)*)"/.exec(header)?.[1] ?? '').replaceAll(/\\(.)/g, '$1');
    }

    it('to one who asks only whether it is there', async () => {
      const head = await desk.fetchRaw(shown.url, {}, 'HEAD');
      expect(head).to.include({ status: 200 });
      expect(head.bytes).to.have.length(0);
      expect(head.headers).to.include({
        'content-type': 'image/jpeg',
        'content-length': String(picture.length),
      });
      const part = await desk.fetchRaw(shown.url, { range: 'bytes=1-2' }, 'HEAD');
      expect(part).to.include({ status: 206 });
      expect(part.headers).to.include({
        'content-range': `bytes 1-2/${picture.length}`,
        'content-length': '2',
      });
      expect(await desk.fetchRaw(shown.url, {}, 'POST')).to.include({ status: 404 });
      expect(await desk.fetchRaw(shown.url, {}, 'DELETE')).to.include({ status: 404 });
    });

    it('and goes on after readers who leave', async () => {
      const large = await desk.upload(randomBytes(8 * 1024 * 1024));
      for (let n = 0; n < 20; n++)
        await new Promise<void>((resolve, reject) => {
          const request = get(large.url ?? '', response => {
            response.once('error', () => undefined).once('close', resolve);
            response.once('data', () => request.destroy());
          });
          request.once('error', reject);
        });
      expect((await desk.fetch(large.url)).bytes).to.have.length(8 * 1024 * 1024);
    });
  });

  describe('gives a part', () => {
    const size = 1000;
    const bytes = randomBytes(size);
    let url: string | null;
    before(async () => {
      ({ url } = await desk.upload(bytes, { filename: 'thousand' }));
    });

    const parts: readonly (readonly [range: string, start: number, end: number])[] = [
      ['bytes=0-9', 0, 9],
      ['bytes=0-0', 0, 0],
      ['bytes=990-', 990, 999],
      ['bytes=-10', 990, 999],
      ['bytes=-5000', 0, 999],
      ['bytes=0-5000', 0, 999],
      ['bytes=999-999', 999, 999],
      ['bytes=500-4611686018427387904', 500, 999],
    ];
    for (const [range, start, end] of parts)
      it(`for ${range}`, async () => {
        const answer = await desk.fetchRaw(url, { range });
        expect(answer).to.include({ status: 206 });
        expect(answer.bytes.equals(bytes.subarray(start, end + 1))).to.equal(true);
        expect(answer.headers).to.include({
          'content-range': `bytes ${start}-${end}/${size}`,
          'content-length': String(end - start + 1),
          'content-type': 'application/octet-stream',
          'x-content-type-options': 'nosniff',
        });
      });

    it('that is not there: it says how much there is', async () => {
      for (const range of ['bytes=1000-', 'bytes=1000-2000', 'bytes=5000-', 'bytes=-0']) {
        const answer = await desk.fetchRaw(url, { range });
        expect(answer, range).to.include({ status: 416 });
        expect(answer.headers, range).to.include({ 'content-range': `bytes */${size}` });
        expect(answer.bytes, range).to.have.length(0);
      }
    });

    it('the whole of it, when several are asked for, or none that can be understood', async () => {
      for (const range of [
        'bytes=0-1,5-6',
        'bytes=0-1, -1',
        'lines=0-9',
        'bytes',
        'bytes=',
        'x',
        '0-9',
        'bytes=a-b',
        'bytes=5-2',
        'bytes=-',
      ]) {
        const answer = await desk.fetchRaw(url, { range });
        expect(answer.status, range).to.equal(200);
        expect(answer.bytes.equals(bytes), range).to.equal(true);
      }
    });
  });

  describe('gives nothing', () => {
    const at = (id: number | string, token: string) =>
      desk.fetch(`${desk.product.url}/api/v1/attachments/${id}?token=${encodeURIComponent(token)}`);
    const tokenOf = (url: string | null) => new URL(url ?? '').searchParams.get('token') ?? '';
    const target = (file: Pick<Attachment, 'id'>, tenantId = desk.acme.tenant.id) => ({
      tenantId,
      attachmentId: file.id,
      isThumbnail: false,
    });

    it('without its token, or with one that is none', async () => {
      const bare = `${desk.product.url}/api/v1/attachments/${shown.id}`;
      expectRefused(await desk.fetch(bare), 422);
      expectRefused(await desk.fetch(`${bare}?token=${'x'.repeat(201)}`), 422);
      expectRefused(await desk.fetch(`${bare}?token=x&token=y`), 422);
      for (const token of ['', 'x', '%00', 'null', desk.acme.token.slice(0, 200), randomUUID()])
        expectRefused(await at(shown.id, token), 404, token);
      const asAgent = await desk.fetch(`${bare}?token=x`, {
        headers: { authorization: `Bearer ${desk.acme.token}` },
      });
      expectRefused(asAgent, 404);
    });

    it('for a token that was changed, in any of its signs', async () => {
      const token = tokenOf(shown.url);
      for (let place = 0; place < token.length; place++) {
        const other = token[place] === 'A' ? 'B' : 'A';
        expectRefused(
          await at(shown.id, token.slice(0, place) + other + token.slice(place + 1)),
          404,
          `${place}`,
        );
      }
    });

    it('for tokens that were guessed', async () => {
      const payload = Buffer.from(tokenOf(shown.url), 'base64url').subarray(0, 27);
      for (let n = 0; n < 200; n += 50) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () =>
            at(shown.id, Buffer.concat([payload, randomBytes(16)]).toString('base64url')),
          ),
        );
        expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([404]));
      }
    });

    it('when it has run out', async () => {
      const { links } = desk.product.context;
      const now = Date.now();
      expect((await desk.fetch(links.link(target(shown), now - 23 * HOUR))).status).to.equal(200);
      const old = await desk.fetch(links.link(target(shown), now - 31 * HOUR));
      expectRefused(old, 404);
      expect(old.bytes.toString()).to.contain('Fetch the message again');
      expect((await desk.fetch(links.shortLink(target(shown), now - HOUR + 5000))).status).to.equal(200);
      expectRefused(await desk.fetch(links.shortLink(target(shown), now - HOUR - 5000)), 404);
    });

    it('of another file, of another tenant, or of none', async () => {
      const { context, globex } = desk.product;
      const other = await desk.upload(Buffer.from('another one'));
      const theirs = await desk.upload(Buffer.from('of globex'), { token: globex.token });
      expectRefused(await at(other.id, tokenOf(shown.url)), 404);
      expectRefused(await at(shown.id, tokenOf(other.url)), 404);
      expectRefused(await at(0, tokenOf(shown.url)), 404);
      expectRefused(await at('x', tokenOf(shown.url)), 404);
      expectRefused(await at(`${shown.id}%00`, tokenOf(shown.url)), 404);
      // The same id is there twice, and each token opens its own tenant's.
      const id = theirs.id;
      const [ours] = await desk.acme.query<{ id: number }>(
        'SELECT id FROM message_attachments WHERE id = $1',
        [id],
      );
      expect(ours).to.deep.equal({ id });
      const oursByLink = await desk.fetch(context.links.link(target({ id })));
      expect((await desk.fetch(theirs.url)).bytes.toString()).to.equal('of globex');
      expect(oursByLink.status).to.equal(200);
      expect(oursByLink.bytes.toString()).to.not.equal('of globex');
      expect((await at(id, tokenOf(theirs.url))).bytes.toString()).to.equal('of globex');
      // Ours has an id that theirs do not reach.
      expectRefused(await at(other.id, tokenOf(context.links.link(target(other, globex.tenant.id)))), 404);
      expectRefused(await at(shown.id, tokenOf(context.links.link(target(shown, randomUUID())))), 401);
    });

    it('of a thumbnail where there is none, and of nothing but the thumbnail by its link', async () => {
      const { links } = desk.product.context;
      const plain = await desk.upload(Buffer.from('no picture'));
      expect(plain.thumbnailUrl).to.equal(null);
      expectRefused(await desk.fetch(links.link({ ...target(plain), isThumbnail: true })), 404);
      expect((await at(shown.id, tokenOf(shown.thumbnailUrl))).bytes.length).to.be.below(picture.length);
    });

    it('of a file that has not come, or never will', async () => {
      const { links } = desk.product.context;
      const later = await desk.arriveLater(picture, { type: 'image', mimeType: 'image/jpeg' });
      expectRefused(await desk.fetch(links.link(target(later.file))), 404);
      desk.failDownload(graphError(404, 100));
      await desk.fetchAll();
      expect(await desk.attachmentOf(later)).to.include({ state: 'unavailable' });
      expectRefused(await desk.fetch(links.link(target(later.file))), 404);
    });

    it('when the store has lost it: the row alone is no file', async () => {
      const lost = await desk.upload(picture);
      const [row] = await desk.acme.query<{ key: string }>(
        'SELECT url AS key FROM message_attachments WHERE id = $1',
        [lost.id],
      );
      await desk.product.context.media.remove([row?.key ?? '', `${row?.key}.thumbnail`]);
      expectRefused(await desk.fetch(lost.url), 404);
      expectRefused(await desk.fetch(lost.thumbnailUrl), 404);
      expectRefused(await desk.fetch(lost.url, { headers: { range: 'bytes=0-1' } }), 404);
    });

    it('while its tenant is suspended', async () => {
      const { landlord, globex, context } = desk.product;
      const theirs = await desk.upload(Buffer.from('of globex'), { token: globex.token });
      await landlord.db.query(`UPDATE tenants SET status = 'suspended' WHERE id = $1`, [globex.tenant.id]);
      context.tenants.directory.forget(globex.tenant.id);
      expectRefused(await desk.fetch(theirs.url), 403);
      await landlord.db.query(`UPDATE tenants SET status = 'active' WHERE id = $1`, [globex.tenant.id]);
      context.tenants.directory.forget(globex.tenant.id);
      expect((await desk.fetch(theirs.url)).status).to.equal(200);
    });
  });
});
