import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { FileTooLarge, keepFile } from '../../../src/media/keep-file.ts';
import { MediaMissing, type MediaStore } from '../../../src/media/media-store.ts';
import { openMediaStore } from '../../../src/media/open-media-store.ts';
import { S3Store } from '../../../src/media/s3-store.ts';
import { failureOf } from '../../support/failure-of.ts';
import { type S3Server, startS3Server } from '../../support/s3-server.ts';
import { filesUnder } from '../../support/store-folder.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../../support/temporary-data-dir.ts';
import { until } from '../../support/until.ts';

const MB = 1024 * 1024;
const keyOf = (tenantId: string = randomUUID()) => `${tenantId}/${randomUUID()}`;
const of = (...chunks: readonly (Buffer | string)[]) =>
  Readable.from(chunks.map(chunk => Buffer.from(chunk)));
/** Some bytes, and then an error. */
const failing = (good: number) =>
  Readable.from(
    (async function* () {
      for (let left = good; left > 0; left -= MB) yield randomBytes(Math.min(left, MB));
      throw new Error('the line is cut');
    })(),
  );

/** What every store promises. */
function describeStore(store: () => MediaStore): void {
  const read = async (key: string, range?: { start: number; end: number }) =>
    buffer(await store().open(key, range));
  const expectMissing = async (key: string) =>
    expect(await failureOf(store().open(key))).to.be.instanceOf(MediaMissing);

  it('gives back what it was given, of any size', async () => {
    for (const size of [0, 1, 70_000, 13 * MB]) {
      const key = keyOf();
      const bytes = randomBytes(size);
      await store().put(key, of(bytes.subarray(0, size / 2), bytes.subarray(size / 2)));
      expect((await read(key)).equals(bytes), String(size)).to.equal(true);
    }
  });

  it('gives a part, with both its ends', async () => {
    const key = keyOf();
    await store().put(key, of('hello', ' ', 'world'));
    for (const [start, end, part] of [
      [0, 1, 'he'],
      [0, 10, 'hello world'],
      [6, 8, 'wor'],
      [10, 10, 'd'],
    ] as const)
      expect((await read(key, { start, end })).toString()).to.equal(part);
  });

  it('says which file is missing', async () => {
    const tenantId = randomUUID();
    await store().put(keyOf(tenantId), of('another one'));
    await expectMissing(keyOf(tenantId));
    await expectMissing(keyOf());
    expect(await failureOf(store().open(keyOf(), { start: 0, end: 1 }))).to.be.instanceOf(MediaMissing);
  });

  it('keeps the newest under a key, and the one before when the next one fails', async () => {
    const key = keyOf();
    await store().put(key, of('the first'));
    await store().put(key, of('the second, which is longer'));
    expect((await read(key)).toString()).to.equal('the second, which is longer');
    await store().put(key, of('short'));
    expect((await read(key)).toString()).to.equal('short');
    expect(await failureOf(store().put(key, failing(1000)))).to.include({ message: 'the line is cut' });
    expect((await read(key)).toString()).to.equal('short');
  });

  it('has nothing of what failed, early or late', async () => {
    for (const good of [0, 1, 100_000, 12 * MB]) {
      const key = keyOf();
      const content = failing(good);
      expect(await failureOf(store().put(key, content)), String(good)).to.include({
        message: 'the line is cut',
      });
      expect(content.destroyed).to.equal(true);
      await expectMissing(key);
    }
    const key = keyOf();
    const content = failing(20 * MB);
    expect(
      await failureOf(keepFile(store(), key, content, 11 * MB, { mimeType: undefined })),
    ).to.be.instanceOf(FileTooLarge);
    await expectMissing(key);
  });

  it('rejects what failed before it was read, and does not fall over', async () => {
    const content = new Readable({ read: () => undefined });
    const put = store().put(keyOf(), content);
    content.destroy(new Error('at once'));
    expect(await failureOf(put)).to.include({ message: 'at once' });
    const over = new Readable({ read: () => undefined });
    over.once('error', () => undefined).destroy(new Error('before'));
    expect(await failureOf(store().put(keyOf(), over))).to.include({ message: 'before' });
  });

  it('is read while it is written, by many', async () => {
    const key = keyOf();
    const bytes = randomBytes(MB);
    await Promise.all([
      store().put(key, of(bytes)),
      ...Array.from({ length: 8 }, () => store().put(keyOf(), of(bytes))),
    ]);
    const copies = await Promise.all(Array.from({ length: 8 }, () => read(key)));
    for (const copy of copies) expect(copy.equals(bytes)).to.equal(true);
  });

  it('lets go of a reader that leaves', async () => {
    const key = keyOf();
    await store().put(key, of(randomBytes(5 * MB)));
    for (let n = 0; n < 60; n++) {
      const content = await store().open(key);
      await new Promise(resolve => content.once('readable', resolve));
      content.destroy();
    }
    expect((await read(key)).length).to.equal(5 * MB);
  });

  it('removes what it is told, and does not mind what is not there', async () => {
    const [one, other, kept] = [keyOf(), keyOf(), keyOf()];
    for (const key of [one, `${one}.thumbnail`, other, kept]) await store().put(key, of('x'));
    await store().remove([one, `${one}.thumbnail`, keyOf(), other]);
    await store().remove([one]);
    await store().remove([]);
    for (const key of [one, `${one}.thumbnail`, other]) await expectMissing(key);
    expect((await read(kept)).toString()).to.equal('x');
  });

  it('removes many at once', async function () {
    this.timeout(30_000);
    const tenantId = randomUUID();
    const keys = Array.from({ length: 2100 }, () => keyOf(tenantId));
    const there = keys.filter((_, index) => index % 200 === 0 || index === 2099);
    for (const key of there) await store().put(key, of('x'));
    await store().remove(keys);
    for (const key of there) await expectMissing(key);
  });

  it('removes all of a tenant and nothing of another', async () => {
    const [acme, globex] = [randomUUID(), randomUUID()];
    const kept = keyOf(globex);
    await store().put(kept, of('x'));
    const keys = Array.from({ length: 20 }, () => keyOf(acme));
    for (const key of keys) await store().put(key, of('x'));
    await store().removeTenant(acme);
    for (const key of keys) await expectMissing(key);
    expect((await read(kept)).toString()).to.equal('x');
    await store().removeTenant(acme);
  });
}

describe('files in a folder', () => {
  let folder: TemporaryDataDir;
  let store: MediaStore;
  before(async () => {
    folder = await makeTemporaryDataDir();
    store = openMediaStore({ dataDir: folder.path });
  });
  after(() => folder.remove());

  describeStore(() => store);

  it('are where backups look for them, for their owner alone, and nothing lies about', async () => {
    const tenantId = randomUUID();
    const key = keyOf(tenantId);
    await store.put(key, of('hello'));
    await failureOf(store.put(keyOf(tenantId), failing(100)));
    expect((await readFile(join(folder.path, 'media', key))).toString()).to.equal('hello');
    expect((await filesUnder(folder.path)).filter(name => name.includes(tenantId))).to.deep.equal([
      `media/${key}`,
    ]);
    expect((await stat(join(folder.path, 'media', key))).mode & 0o777).to.equal(0o600);
    expect((await stat(join(folder.path, 'media', tenantId))).mode & 0o777).to.equal(0o700);
  });

  it('have names of ours and no others: nothing outside of the folder is read, written or removed', async () => {
    const id = randomUUID();
    const outside = join(folder.path, 'outside');
    await writeFile(outside, 'not ours');
    for (const key of [
      '',
      '.',
      '..',
      '../outside',
      '../../etc/passwd',
      '/etc/passwd',
      outside,
      `${id}/..`,
      `${id}/../../outside`,
      `${id}/../${id}`,
      `${id}/${id}/${id}`,
      `${id}/${id}/../../../outside`,
      `${id}/${id}.part`,
      `${id}/${id}.thumbnail.thumbnail`,
      `${id}/${id}.thumbnail/x`,
      `${id}/${id}\0`,
      `${id}/${id}\n`,
      `${id}\\${id}`,
      `${id}/${id.toUpperCase()}x`,
      ` ${id}/${id}`,
      `${id}//${id}`,
      'C:\\outside',
      'file:///etc/passwd',
      'invoice.pdf',
    ]) {
      const content = of('x');
      expect(await failureOf(store.put(key, content)), key).to.match(/no key of ours/);
      expect(await failureOf(store.open(key)), key).to.match(/no key of ours/);
      expect(await failureOf(store.remove([key])), key).to.match(/no key of ours/);
      expect(await failureOf(store.removeTenant(key)), key).to.match(/no key of ours/);
    }
    expect((await readFile(outside)).toString()).to.equal('not ours');
  });

  it('are not there before they are there wholly', async () => {
    const key = keyOf();
    const content = new Readable({ read: () => undefined });
    const put = store.put(key, content);
    content.push('half of it');
    // As long as one file more takes, this one is under way.
    await store.put(keyOf(), of('x'));
    expect(await failureOf(store.open(key))).to.be.instanceOf(MediaMissing);
    content.push(null);
    await put;
    expect((await buffer(await store.open(key))).toString()).to.equal('half of it');
  });

  it('are there wholly or not at all when the process is killed', async () => {
    const key = keyOf();
    const source = fileURLToPath(new URL('../../../src/media/disk-store.ts', import.meta.url));
    const program = `
      import { Readable } from 'node:stream';
      import { DiskStore } from ${JSON.stringify(source)};
      const content = new Readable({ read: () => undefined });
      content.push(Buffer.alloc(5_000_000));
      setInterval(() => content.push(Buffer.alloc(100_000)), 5);
      const store = new DiskStore(${JSON.stringify(join(folder.path, 'media'))});
      store.put(${JSON.stringify(key)}, content);`;
    const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', program], {
      stdio: 'ignore',
    });
    const ended = new Promise(resolve => child.once('exit', resolve));
    const underWay = async () => (await filesUnder(folder.path)).filter(name => name.includes(key));
    await until('it writes', async () => (await underWay()).length > 0);
    child.kill('SIGKILL');
    await ended;
    expect(await failureOf(store.open(key))).to.be.instanceOf(MediaMissing);
    await store.put(key, of('again'));
    expect((await buffer(await store.open(key))).toString()).to.equal('again');
    await store.removeTenant(key.slice(0, 36));
    expect(await underWay()).to.deep.equal([]);
  });
});

describe('files in a bucket', function () {
  this.timeout(60_000);
  let server: S3Server;
  let store: MediaStore;
  before(async () => {
    server = await startS3Server();
    store = openMediaStore({ dataDir: '/nowhere', s3: server.settings });
  });
  after(() => server?.close());

  describeStore(() => store);

  it('of a tenant are removed however many they are', async () => {
    const tenantId = randomUUID();
    const kept = keyOf();
    const keys = new Set([...Array.from({ length: 2300 }, () => keyOf(tenantId)), kept]);
    const bucket = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      response.setHeader('content-type', 'application/xml');
      if (request.method === 'POST') {
        const named = [...body.matchAll(/<Key>([^<]+)<\/Key>/g)].map(match => match[1] ?? '');
        expect(named.length).to.be.within(1, 1000);
        for (const key of named) keys.delete(key);
        return response.end('<DeleteResult/>');
      }
      const { searchParams } = new URL(request.url ?? '', 'http://bucket');
      const found = [...keys].filter(key => key.startsWith(searchParams.get('prefix') ?? ''));
      const page = found.slice(0, Math.min(1000, Number(searchParams.get('max-keys'))));
      const contents = page.map(key => `<Contents><Key>${key}</Key></Contents>`).join('');
      const isTruncated = page.length < found.length;
      response.end(
        `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${contents}</ListBucketResult>`,
      );
    });
    await new Promise<void>(resolve => bucket.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = bucket.address() as AddressInfo;
      await new S3Store({ ...server.settings, endpoint: `http://127.0.0.1:${port}` }).removeTenant(tenantId);
      expect([...keys]).to.deep.equal([kept]);
    } finally {
      bucket.closeAllConnections();
      bucket.close();
    }
  });

  it('larger than one part of an upload arrive as one', async () => {
    const key = keyOf();
    const bytes = randomBytes(11 * MB);
    const kept = await keepFile(store, key, of(bytes), 20 * MB, { mimeType: undefined });
    expect(kept).to.include({ size: bytes.length, mimeType: 'application/octet-stream' });
    const hash = createHash('sha256');
    for await (const chunk of await store.open(key)) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).to.equal(createHash('sha256').update(bytes).digest('hex'));
  });

  it('say what is wrong when there is no such bucket, or no right to it', async () => {
    const faulty = [
      new S3Store({ ...server.settings, bucket: 'another' }),
      new S3Store({ ...server.settings, accessKeyId: 'NOBODY' }),
    ];
    for (const other of faulty) {
      expect(await failureOf(other.put(keyOf(), of('x')))).to.not.be.instanceOf(MediaMissing);
      expect(await failureOf(other.open(keyOf()))).to.not.be.instanceOf(MediaMissing);
    }
  });

  it('that the server kept are no success', async () => {
    const keeping = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/xml');
      response.end(
        '<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code><Message>Locked</Message></Error></DeleteResult>',
      );
    });
    await new Promise<void>(resolve => keeping.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = keeping.address() as AddressInfo;
      const locked = new S3Store({ ...server.settings, endpoint: `http://127.0.0.1:${port}` });
      expect(await failureOf(locked.remove([keyOf()]))).to.match(/Locked/);
    } finally {
      keeping.closeAllConnections();
      keeping.close();
    }
  });
});
