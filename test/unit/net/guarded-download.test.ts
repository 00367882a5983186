import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { DiskStore } from '../../../src/media/disk-store.ts';
import { FileTooLarge, keepFile } from '../../../src/media/keep-file.ts';
import { UnsafeAddress } from '../../../src/net/guarded-agents.ts';
import { Downloader, DownloadRefused } from '../../../src/net/guarded-download.ts';
import { CountingServer } from '../../support/counting-server.ts';
import { failureOf } from '../../support/failure-of.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../../support/temporary-data-dir.ts';

const MB = 1024 * 1024;

describe('a download', () => {
  const first = new CountingServer();
  const second = new CountingServer();
  /** Ours, and not to be reached. */
  const secret = new CountingServer();
  let downloader: Downloader;

  before(async () => {
    await Promise.all([first.start(), second.start(), secret.start()]);
    downloader = new Downloader([`127.0.0.1:${first.port}`, `127.0.0.1:${second.port}`], { totalMs: 10_000 });
  });
  after(() => Promise.all([first.stop(), second.stop(), secret.stop()]));
  beforeEach(() => {
    for (const server of [first, second, secret]) {
      server.connections = 0;
      server.seen.length = 0;
      server.answer = (_request, response) => response.end('the file');
    }
  });

  const redirect =
    (to: string, status = 302) =>
    (_request: IncomingMessage, response: ServerResponse) =>
      response.writeHead(status, { location: to }).end('elsewhere');
  const textOf = async (url: string, headers?: Readonly<Record<string, string>>) =>
    (await buffer((await downloader.fetch(url, headers)).content)).toString();
  const secrets = { authorization: 'Bearer secret', 'x-api-key': 'secret', cookie: 'secret=1' };

  describe('of a file', () => {
    it('gives its bytes and what the server says of it', async () => {
      const bytes = randomBytes(300_000);
      first.answer = (_request, response) =>
        response
          .writeHead(200, { 'content-type': 'Image/PNG; charset=binary', 'content-length': bytes.length })
          .end(bytes);
      const { content, mimeType, size } = await downloader.fetch(`${first.url}/a?b=c`, secrets);
      expect({ mimeType, size }).to.deep.equal({ mimeType: 'image/png', size: bytes.length });
      expect((await buffer(content)).equals(bytes)).to.equal(true);
      expect(first.seen[0]).to.include({ method: 'GET', url: '/a?b=c' });
      expect(first.seen[0]?.headers).to.include(secrets);
    });

    it('believes no length that is none, and no type that is missing', async () => {
      first.answer = (_request, response) => response.end('x');
      const { content, mimeType, size } = await downloader.fetch(first.url);
      expect(await buffer(content)).to.have.length(1);
      expect({ mimeType, size }).to.deep.equal({ mimeType: undefined, size: 1 });
      first.answer = (_request, response) =>
        response.writeHead(200, { 'transfer-encoding': 'chunked' }).end('x');
      expect((await downloader.fetch(first.url)).size).to.equal(undefined);
    });

    it('is no file when the server answers anything but 200', async () => {
      for (const status of [201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 416, 429, 500, 503]) {
        first.answer = (_request, response) => response.writeHead(status).end();
        const error = await failureOf(downloader.fetch(first.url));
        expect(error, String(status)).to.be.instanceOf(DownloadRefused);
        expect(error).to.include({ status });
      }
    });

    it('fails when the connection ends before the file does', async () => {
      first.answer = (_request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('only this', () => response.socket?.resetAndDestroy());
      };
      const { content } = await downloader.fetch(first.url);
      expect(await failureOf(buffer(content))).to.be.instanceOf(Error);
      first.answer = (_request, response) => void response.socket?.resetAndDestroy();
      expect(await failureOf(downloader.fetch(first.url))).to.include({ code: 'ECONNRESET' });
    });
  });

  describe('that is sent elsewhere', () => {
    it('follows, three times at most', async () => {
      let left = 3;
      first.answer = (request, response) => {
        if (left-- > 0) redirect(`/again/${left}`)(request, response);
        else response.end('at last');
      };
      expect(await textOf(`${first.url}/start`)).to.equal('at last');
      expect(first.seen.map(({ url }) => url)).to.deep.equal(['/start', '/again/2', '/again/1', '/again/0']);
      first.seen.length = 0;
      left = 4;
      expect(await failureOf(downloader.fetch(first.url))).to.include({
        name: 'DownloadRefused',
        status: 302,
      });
      expect(first.seen).to.have.length(4);
    });

    it('follows whatever kind of answer it is', async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        second.seen.length = 0;
        first.answer = redirect(`${second.url}/x`, status);
        expect(await textOf(first.url), String(status)).to.equal('the file');
        expect(second.seen[0]).to.include({ method: 'GET', url: '/x' });
      }
    });

    it('shows its credentials to the host that they are for, and to no other, also not on the way back', async () => {
      first.answer = (request, response) => {
        if (request.url === '/one') redirect('/two')(request, response);
        else if (request.url === '/two') redirect(`${second.url}/three`)(request, response);
        else response.end('done');
      };
      second.answer = redirect(`${first.url}/four`);
      expect(await textOf(`${first.url}/one`, secrets)).to.equal('done');
      const shown = [...first.seen, ...second.seen].map(({ url, headers }) => [url, headers.authorization]);
      expect(Object.fromEntries(shown)).to.deep.equal({
        '/one': 'Bearer secret',
        '/two': 'Bearer secret',
        '/three': undefined,
        '/four': undefined,
      });
      for (const { headers } of second.seen) expect(JSON.stringify(headers)).to.not.contain('secret');
    });

    it('does not go where it may not go, at any step', async () => {
      const forbidden = [
        `http://127.0.0.1:${secret.port}/`,
        `http://localhost:${secret.port}/`,
        `http://[::1]:${secret.port}/`,
        `http://2130706433:${secret.port}/`,
        `//127.0.0.1:${secret.port}/`,
        'http://127.0.0.1/',
        'http://169.254.169.254/latest/meta-data/',
        'http://[::ffff:169.254.169.254]/',
        'http://10.0.0.1:8080/',
        `http://user:password@127.0.0.1:${first.port}/`,
        'file:///etc/passwd',
        `gopher://127.0.0.1:${secret.port}/_x`,
        'unix:/var/run/docker.sock',
        'data:text/plain,hello',
        'http://[',
        'http://%00/',
      ];
      for (const url of forbidden) {
        first.answer = redirect(url);
        expect(await failureOf(downloader.fetch(first.url)), url).to.be.instanceOf(UnsafeAddress);
        first.answer = (request, response) =>
          redirect(request.url === '/3' ? url : `/${Number(request.url?.slice(1)) + 1}`)(request, response);
        expect(await failureOf(downloader.fetch(`${first.url}/1`)), url).to.be.instanceOf(UnsafeAddress);
      }
      expect(secret.connections).to.equal(0);
    });

    it('is no file when it is not said where', async () => {
      first.answer = (_request, response) => response.writeHead(302).end();
      expect(await failureOf(downloader.fetch(first.url))).to.be.instanceOf(DownloadRefused);
    });

    it('leaves no connection behind', async () => {
      const closed: Promise<unknown>[] = [];
      first.answer = (request, response) => {
        closed.push(new Promise(resolve => request.socket.once('close', resolve)));
        if (request.url === '/gone') response.writeHead(404).write('a body that does not end');
        else response.writeHead(302, { location: '/gone' }).write('a body that does not end');
      };
      expect(await failureOf(downloader.fetch(first.url))).to.include({ status: 404 });
      await Promise.all(closed);
      expect(closed).to.have.length(2);
    });
  });

  describe('that takes its time', () => {
    const hurried = () => new Downloader(['127.0.0.1:*'], { totalMs: 250 });
    /** A byte now and then, so that the line is never idle. */
    const drip = (write: () => void, end: NodeJS.EventEmitter) => {
      const timer = setInterval(write, 20);
      end.once('close', () => clearInterval(timer));
    };

    it('is given up in the middle of the file', async () => {
      first.answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        drip(() => response.write('.'), response);
      };
      const { content } = await hurried().fetch(first.url);
      expect(await failureOf(buffer(content))).to.be.instanceOf(Error);
      expect(content.destroyed).to.equal(true);
    });
    it('is given up when its head does not end', async () => {
      first.answer = (_request, response) => {
        response.socket?.write('HTTP/1.1 200 OK\r\n');
        drip(() => response.socket?.write('x-a: b\r\n'), response);
      };
      expect(await failureOf(hurried().fetch(first.url))).to.be.instanceOf(Error);
    });
    it('is given up when nobody answers', async () => {
      first.answer = () => undefined;
      expect(await failureOf(hurried().fetch(first.url))).to.be.instanceOf(Error);
    });
    it('is given up sooner when nobody says anything than when it is slow', async () => {
      const watchful = new Downloader(['127.0.0.1:*'], { totalMs: 60_000, answerWithinMs: 100 });
      first.answer = () => undefined;
      expect(await failureOf(watchful.fetch(first.url))).to.be.instanceOf(Error);
      first.answer = (_request, response) => {
        response.write('The ');
        setTimeout(() => response.end('file'), 200);
      };
      const { content } = await watchful.fetch(first.url);
      expect(String(await buffer(content))).to.equal('The file');
    });
    it('has one time for all its steps', async () => {
      first.answer = (request, response) => {
        const timer = setTimeout(
          () => redirect(`/${Number(request.url?.slice(1)) + 1}`)(request, response),
          100,
        );
        response.once('close', () => clearTimeout(timer));
      };
      const error = await failureOf(hurried().fetch(`${first.url}/1`));
      expect(error).to.not.be.instanceOf(DownloadRefused);
      expect(first.seen.length).to.be.below(4);
    });
  });

  describe('into the store', () => {
    let folder: TemporaryDataDir;
    let store: DiskStore;
    const key = '11111111-1111-4111-8111-111111111111/22222222-2222-4222-8222-222222222222';
    before(async () => {
      folder = await makeTemporaryDataDir();
      store = new DiskStore(folder.path);
    });
    after(() => folder.remove());
    const keep = async (content: Readable, maximumBytes: number) =>
      keepFile(store, key, content, maximumBytes, { mimeType: undefined });

    it('counts bytes as they are unpacked: a small answer does not become a large file', async () => {
      const bomb = gzipSync(Buffer.alloc(64 * MB));
      expect(bomb.length).to.be.below(MB / 10);
      let isCut = false;
      first.answer = (request, response) => {
        request.socket.once('close', () => {
          isCut = true;
        });
        response
          .writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length })
          .write(bomb.subarray(0, -1));
      };
      const { content, size } = await downloader.fetch(first.url);
      expect(size).to.equal(bomb.length);
      expect(await failureOf(keep(content, MB))).to.be.instanceOf(FileTooLarge);
      expect(content.destroyed).to.equal(true);
      await new Promise<void>(resolve =>
        isCut ? resolve() : first.seen.at(-1)?.socket.once('close', resolve),
      );
    });

    it('unpacks what was packed for the way', async () => {
      const bytes = randomBytes(MB);
      first.answer = (_request, response) => {
        const gzip = createGzip();
        response.writeHead(200, { 'content-encoding': 'gzip' });
        gzip.pipe(response);
        gzip.end(bytes);
      };
      const { content } = await downloader.fetch(first.url);
      expect(await keep(content, MB)).to.include({ size: MB });
      expect((await buffer(await store.open(key))).equals(bytes)).to.equal(true);
      await store.remove([key]);
    });

    it('ends at the limit, whatever length the server claimed', async () => {
      for (const claimed of [undefined, 10]) {
        first.answer = (_request, response) => {
          response.writeHead(
            200,
            claimed === undefined ? {} : { 'content-length': claimed, connection: 'close' },
          );
          response.end(Buffer.alloc(claimed ?? 2 * MB));
        };
        const { content } = await downloader.fetch(first.url);
        const outcome = await keep(content, MB).catch((error: unknown) => error);
        if (claimed === undefined) expect(outcome).to.be.instanceOf(FileTooLarge);
        else expect(outcome).to.include({ size: claimed });
      }
    });

    it('leaves nothing when it is cut off, packed or not', async () => {
      await store.remove([key]);
      for (const headers of [{}, { 'content-length': 5000 }, { 'content-encoding': 'gzip' }]) {
        first.answer = (_request, response) => {
          response.writeHead(200, headers);
          const bytes = 'content-encoding' in headers ? gzipSync(randomBytes(5000)) : randomBytes(5000);
          response.write(bytes.subarray(0, 2000), () => response.socket?.resetAndDestroy());
        };
        const { content } = await downloader.fetch(first.url);
        expect(await failureOf(keep(content, MB)), JSON.stringify(headers)).to.be.instanceOf(Error);
        expect(await failureOf(store.open(key))).to.include({ name: 'MediaMissing' });
      }
    });

    it('leaves nothing when its time is over', async () => {
      first.answer = (_request, response) => {
        response.writeHead(200);
        response.write('a beginning');
      };
      const { content } = await new Downloader(['127.0.0.1:*'], { totalMs: 250 }).fetch(first.url);
      expect(await failureOf(keep(content, MB))).to.be.instanceOf(Error);
      expect(await failureOf(store.open(key))).to.include({ name: 'MediaMissing' });
    });
  });
});
