import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { errorBody } from '../../src/contract/primitives.ts';
import { addKey, addUser, visitorToken } from '../support/callers.ts';
import { FilesDesk } from '../support/files-desk.ts';
import { noise, sampleFiles } from '../support/sample-files.ts';
import { until } from '../support/until.ts';

const LIMIT = 2 * 1024 * 1024;
const BOUNDARY = 'a-boundary-that-nothing-holds';

describe('an upload', () => {
  let desk: FilesDesk;
  let picture: Buffer;

  before(async function () {
    this.timeout(60_000);
    desk = await FilesDesk.open({ maximumFileBytes: LIMIT });
    picture = await noise(300, 200);
  });
  after(() => desk?.close());

  const rows = () => desk.acme.query('SELECT id FROM message_attachments');
  let known: { keys: string[]; rows: unknown[] };
  beforeEach(async () => {
    known = { keys: await desk.stored(), rows: await rows() };
  });
  const expectNothingKept = async (what = '') => {
    expect(await desk.stored(), what).to.deep.equal(known.keys);
    expect(await rows(), what).to.deep.equal(known.rows);
  };
  const expectRefused = (
    { status, body }: { status: number; body: unknown },
    expected: number,
    sentence: RegExp,
    what = '',
  ) => {
    expect(status, `${what} ${JSON.stringify(body)}`).to.equal(expected);
    const { error } = errorBody.strict().parse(body);
    expect(error.message, what).to.match(sentence);
    expect(error.message, what).to.not.match(/node_modules|\.ts|ENOTDIR|EEXIST|postgres/i);
  };

  /** A form written by hand, as no browser would. */
  const part = (disposition: string, bytes: Buffer | string, type?: string) =>
    Buffer.concat([
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n`),
      Buffer.from(type === undefined ? '\r\n' : `Content-Type: ${type}\r\n\r\n`),
      Buffer.from(bytes),
      Buffer.from('\r\n'),
    ]);
  const end = Buffer.from(`--${BOUNDARY}--\r\n`);
  const postParts = (...parts: readonly Buffer[]) =>
    desk.postForm(new Uint8Array(Buffer.concat(parts)), {
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    });

  describe('is taken', () => {
    it('with what it is, and a link to it', async () => {
      const answer = await desk.postForm(
        desk.formOf(picture, { filename: 'lamp.jpg', mimeType: 'image/jpeg' }),
      );
      expect(answer.status).to.equal(201);
      const { id, url, thumbnailUrl, ...rest } = answer.body;
      expect(rest).to.deep.equal({
        type: 'image',
        mimeType: 'image/jpeg',
        filename: 'lamp.jpg',
        size: picture.length,
        width: 300,
        height: 200,
        duration: null,
        isVoice: false,
        state: 'stored',
        error: null,
      });
      expect(id).to.be.a('number');
      expect((await desk.fetch(url)).bytes.equals(picture)).to.equal(true);
      expect((await desk.fetch(thumbnailUrl)).status).to.equal(200);
      const told = (await desk.acme.events()).filter(({ type }) => type.startsWith('message.'));
      expect(told).to.deep.equal([]);
    });

    it('as spoken when that is said', async () => {
      for (const [voice, isVoice] of [
        ['true', true],
        ['1', true],
        ['false', false],
        ['0', false],
        ['', false],
        ['maybe', false],
      ] as const) {
        const upload = await desk.upload(sampleFiles.voice, { mimeType: 'audio/ogg', voice });
        expect(upload, voice).to.include({ type: 'audio', mimeType: 'audio/ogg', isVoice });
      }
    });

    it('just as large as it may be', async () => {
      expect(await desk.upload(randomBytes(LIMIT))).to.include({ size: LIMIT });
    });

    it('from a program, by its own key', async () => {
      const { key } = await addKey(desk.product.context, desk.acme, ['messages:send']);
      expect(await desk.upload(picture, { token: key })).to.include({ type: 'image' });
    });

    it('in pieces of unknown length, under any name of its field, among other fields', async () => {
      const form = Buffer.concat([
        part('name="note"', 'x'.repeat(1_500_000)),
        part('name="voice"', 'true'),
        part('name="attachment"; filename="a.ogg"', sampleFiles.voice, 'audio/ogg'),
        part('name="more"', 'y'),
        end,
      ]);
      const request = httpRequest(`${desk.product.url}/api/v1/attachments`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${desk.acme.token}`,
          'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
          'transfer-encoding': 'chunked',
        },
      });
      for (let at = 0; at < form.length; at += 40_000) request.write(form.subarray(at, at + 40_000));
      request.end();
      const [response] = await once(request, 'response');
      expect(response.statusCode).to.equal(201);
      const body = JSON.parse(Buffer.concat(await response.toArray()).toString());
      expect(body).to.include({ filename: 'a.ogg', type: 'audio', isVoice: true });
    });

    const names: readonly (readonly [what: string, disposition: string, kept: string])[] = [
      ['none', 'name="file"; filename=""', 'file'],
      ['a path', 'name="file"; filename="../../etc/passwd"', 'passwd'],
      ['an absolute path', 'name="file"; filename="/etc/cron.d/x"', 'x'],
      ['a path of another system', 'name="file"; filename="C:\\\\Windows\\\\win.ini"', 'win.ini'],
      ['a part of a path', 'name="file"; filename=".."', 'file'],
      ['a name that is reserved', 'name="file"; filename="CON.txt"', 'CON.txt'],
      ['a hidden one', 'name="file"; filename=".htaccess"', '.htaccess'],
      ['zero-width signs', `name="file"; filename="\u200b.php\u200d"`, '.php'],
      ['a sign that turns', `name="file"; filename="invoice\u202efdp.exe"`, 'invoicefdp.exe'],
      ['signs that isolate', `name="file"; filename="\u2066a\u2069.pdf"`, 'a.pdf'],
      ['quotes', 'name="file"; filename="say \\"hi\\".txt"', 'say "hi".txt'],
      ['other letters', 'name="file"; filename="отчёт 😀.pdf"', 'отчёт 😀.pdf'],
      ['letters made of two', 'name="file"; filename="cafe\u0301.txt"', 'caf\u00e9.txt'],
      ['the long way of saying it', `name="file"; filename*=UTF-8''%E2%82%AC%20rates.txt`, '€ rates.txt'],
      ['too long a name', `name="file"; filename="${'ä'.repeat(300)}.pdf"`, `${'ä'.repeat(196)}.pdf`],
      ['markup', 'name="file"; filename="<img src=x onerror=alert(1)>"', '<img src=x onerror=alert(1)>'],
      ['a name of ours', 'name="file"; filename="__proto__"', '__proto__'],
    ];
    for (const [what, disposition, kept] of names)
      it(`with ${what}, which is only ever read`, async () => {
        const answer = await postParts(part(disposition, 'x', 'application/octet-stream'), end);
        expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
        expect(answer.body).to.include({ filename: kept, size: 1 });
        const fresh = (await desk.stored()).filter(key => !known.keys.includes(key));
        expect(fresh).to.have.length(1);
        expect(fresh[0]).to.match(new RegExp(`^${desk.acme.tenant.id}/[0-9a-f-]{36}$`));
      });
  });

  describe('is refused, and leaves nothing', () => {
    it('when it is too large, however large', async () => {
      for (const size of [LIMIT + 1, LIMIT + 500_000, 5 * LIMIT]) {
        const answer = await desk.postForm(desk.formOf(randomBytes(size), { filename: 'large.bin' }));
        expectRefused(answer, 413, /^The file is larger than 2 MB\.$/, String(size));
      }
      await expectNothingKept();
    });

    it('when there is no file in it, or more than one', async () => {
      expectRefused(await desk.postForm(new FormData()), 422, /\S/);
      expectRefused(await postParts(end), 422, /\S/);
      expectRefused(
        await postParts(part('name="voice"', 'true'), end),
        422,
        /send one file in a multipart form/,
      );
      expectRefused(
        await postParts(part('name="file"', 'a text'), end),
        422,
        /send one file in a multipart form/,
      );
      const two = [part('name="file"; filename="a"', 'one'), part('name="file"; filename="b"', 'two'), end];
      expectRefused(await postParts(...two), 422, /one file in each form/);
      const pictures = [
        part('name="file"; filename="a"', picture),
        part('name="other"; filename="b"', picture),
        end,
      ];
      expectRefused(await postParts(...pictures), 422, /one file in each form/);
      await expectNothingKept();
    });

    it('when it is no form', async () => {
      for (const type of [
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain',
        'image/jpeg',
        '',
      ])
        expectRefused(
          await desk.postForm('{}', { headers: { 'content-type': type } }),
          422,
          /multipart/,
          type,
        );
      for (const type of [
        'multipart/form-data',
        'multipart/form-data; boundary=',
        'multipart/mixed; boundary=x',
        'multipart',
      ])
        expectRefused(
          await desk.postForm(new Uint8Array(part('name="file"; filename="a"', 'x')), {
            headers: { 'content-type': type },
          }),
          422,
          /multipart/,
          type,
        );
      expectRefused(
        await desk.postForm('{"file":"x"}', { headers: { 'content-type': 'application/json' } }),
        422,
        /\S/,
      );
      await expectNothingKept();
    });

    it('when its form is broken', async () => {
      const file = part('name="file"; filename="a"', picture);
      for (const [what, parts] of Object.entries({
        'without an end': [file],
        'cut in the file': [file.subarray(0, 5000)],
        'cut in a head': [file.subarray(0, 60)],
        'a head that does not end': [
          Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: ${'x'.repeat(100_000)}`),
          end,
        ],
        'a zero in a name': [part('name="file"; filename="a.php\0.png"', 'x'), end],
        'a bell in a name': [part('name="file"; filename="a\x07.png"', 'x'), end],
        'another boundary': [Buffer.from(`--another\r\n`), file.subarray(BOUNDARY.length + 4), end],
        nothing: [],
      }))
        expectRefused(await postParts(...parts), 422, /\S/, what);
      await expectNothingKept();
    });

    it('when its sender breaks off half-way', async () => {
      for (const sent of [100, 5000, 300_000]) {
        const request = httpRequest(`${desk.product.url}/api/v1/attachments`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${desk.acme.token}`,
            'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
            'content-length': 1_000_000,
          },
        });
        request.once('error', () => undefined);
        const head = part('name="file"; filename="a"', randomBytes(sent)).subarray(0, -2);
        await new Promise(resolve => request.write(head, resolve));
        await until('it is on its way', async () => (await desk.stored()).length > known.keys.length);
        request.destroy();
        await until('nothing is left', async () => (await desk.stored()).length === known.keys.length);
      }
      await expectNothingKept();
    });

    it('when nobody may send it', async () => {
      const { context } = desk.product;
      const { key } = await addKey(context, desk.acme, ['conversations:read', 'channels:write']);
      const visitor = await visitorToken(context, desk.acme, 'visitor-with-a-file');
      const form = () => desk.formOf(picture);
      expectRefused(await desk.postForm(form(), { token: key }), 403, /messages:send/);
      expectRefused(await desk.postForm(form(), { token: visitor }), 403, /\S/);
      expectRefused(await desk.postForm(form(), { token: 'x' }), 401, /\S/);
      expectRefused(await desk.postForm(form(), { token: '' }), 401, /\S/);
      await expectNothingKept();
    });

    it('when it cannot be recorded', async () => {
      const { id, token } = await addUser(desk.product.context, desk.acme, 'Gone Gus');
      expect((await desk.product.http('GET', '/auth/me', undefined, token)).status).to.equal(200);
      // Known for some seconds yet to whoever lets users in, but no more to the database.
      await desk.acme.query('DELETE FROM users WHERE id = $1', [id]);
      const answer = await desk.postForm(desk.formOf(picture), { token });
      expectRefused(answer, 500, /went wrong on our side/);
      await expectNothingKept();
    });

    it('when it cannot be stored', async () => {
      const folder = join(desk.product.config.dataDir, 'media', desk.globex.tenant.id);
      await writeFile(folder, 'where the folder should be');
      const answer = await desk.postForm(desk.formOf(picture), { token: desk.globex.token });
      expectRefused(answer, 503, /Not available at the moment/);
      await rm(folder);
      expect(await desk.upload(picture, { token: desk.globex.token })).to.include({ type: 'image' });
      expect(await desk.globex.query('SELECT id FROM message_attachments')).to.have.length(1);
    });
  });
});
