import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import sharp from 'sharp';
import type { FileKind } from '../../../src/contract/channels.ts';
import { DiskStore } from '../../../src/media/disk-store.ts';
import { FileTooLarge, type KeptFile, keepFile } from '../../../src/media/keep-file.ts';
import type { MediaStore } from '../../../src/media/media-store.ts';
import { failureOf } from '../../support/failure-of.ts';
import { animation, claimingPng, noise, sampleFiles } from '../../support/sample-files.ts';
import { filesUnder } from '../../support/store-folder.ts';
import { makeTemporaryDataDir, type TemporaryDataDir } from '../../support/temporary-data-dir.ts';

const MB = 1024 * 1024;
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('a file that is kept', () => {
  let folder: TemporaryDataDir;
  let store: DiskStore;
  const tenantId = randomUUID();
  let key: string;

  before(async () => {
    folder = await makeTemporaryDataDir();
    store = new DiskStore(folder.path);
  });
  after(() => folder.remove());
  beforeEach(async () => {
    await store.removeTenant(tenantId);
    key = `${tenantId}/${randomUUID()}`;
  });

  const inPieces = (bytes: Buffer, size: number) =>
    Readable.from(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      ),
    );
  const keep = (bytes: Buffer, mimeType?: string, kind?: FileKind): Promise<KeptFile> =>
    keepFile(store, key, inPieces(bytes, 1000), 100 * MB, { mimeType, ...(kind && { kind }) });
  const stored = async (kept = key) => buffer(await store.open(kept));
  const expectNothing = async () => expect(await filesUnder(folder.path)).to.deep.equal([]);

  describe('and looked at', () => {
    const cases: readonly (readonly [
      name: keyof typeof sampleFiles,
      claimed: string,
      type: string,
      kind: FileKind,
    ])[] = [
      ['voice', 'audio/ogg; codecs=opus', 'audio/ogg', 'audio'],
      ['music', '', 'audio/ogg', 'audio'],
      ['theora', '', 'video/ogg', 'video'],
      ['mp4', '', 'video/mp4', 'video'],
      ['mp4', 'audio/mp4', 'audio/mp4', 'audio'],
      ['m4a', 'audio/x-m4a', 'audio/mp4', 'audio'],
      ['m4v', '', 'video/mp4', 'video'],
      ['threeGp', '', 'video/3gpp', 'video'],
      ['quicktime', '', 'video/quicktime', 'video'],
      ['webm', 'video/webm', 'video/webm', 'video'],
      ['webm', 'audio/webm', 'audio/webm', 'audio'],
      ['mp3', '', 'audio/mpeg', 'audio'],
      ['pdf', 'image/png', 'application/pdf', 'document'],
      ['zip', 'image/png', 'application/zip', 'document'],
      ['docx', DOCX, DOCX, 'document'],
      ['docx', 'image/jpeg', DOCX, 'document'],
      ['oldWord', 'application/msword', 'application/msword', 'document'],
      ['html', 'image/png', 'application/octet-stream', 'document'],
      ['html', 'text/html', 'application/octet-stream', 'document'],
      ['svg', 'image/svg+xml', 'application/octet-stream', 'document'],
      ['svg', 'image/png', 'application/octet-stream', 'document'],
      ['svgWithProlog', 'image/svg+xml', 'application/xml', 'document'],
      ['program', 'image/png', 'application/x-msdownload', 'document'],
      ['script', 'image/png', 'application/octet-stream', 'document'],
      ['text', 'text/csv', 'text/csv', 'document'],
      ['json', 'application/json', 'application/json', 'document'],
      // Shown as the picture that it says it is, and run nowhere.
      ['polyglot', 'text/html', 'image/gif', 'image'],
    ];
    for (const [name, claimed, mimeType, kind] of cases)
      it(`is ${mimeType} when it is ${name}, called ${claimed || 'nothing'}`, async () => {
        const bytes = sampleFiles[name];
        const kept = await keep(bytes, claimed);
        expect(kept).to.deep.equal({
          key,
          size: bytes.length,
          mimeType,
          kind,
          width: undefined,
          height: undefined,
          thumbnailKey: undefined,
        });
        expect((await stored()).equals(bytes)).to.equal(true);
        expect(await filesUnder(folder.path)).to.deep.equal([key]);
      });

    it('is empty or of one byte, and no fault', async () => {
      for (const bytes of [Buffer.alloc(0), Buffer.from('a')]) {
        expect(await keep(bytes, 'image/png')).to.include({
          size: bytes.length,
          mimeType: 'application/octet-stream',
        });
        expect((await stored()).equals(bytes)).to.equal(true);
      }
    });

    it('is known by its first bytes, however they come', async () => {
      const bytes = await noise(300, 200, 'png');
      for (const size of [1, 7, 4099, 4100, 4101, bytes.length]) {
        const kept = await keepFile(store, key, inPieces(bytes, size), MB, { mimeType: undefined });
        expect(kept, String(size)).to.include({
          mimeType: 'image/png',
          width: 300,
          height: 200,
          size: bytes.length,
        });
      }
    });

    it('whatever it begins with, it is kept', async () => {
      for (const bytes of Object.values(sampleFiles))
        for (let length = 1; length < Math.min(bytes.length, 60); length += 3) {
          const spoilt = Buffer.concat([bytes.subarray(0, length), randomBytes(5000)]);
          expect(await keep(spoilt)).to.include({ size: spoilt.length });
        }
    });
  });

  describe('that is a picture', () => {
    const thumbnailOf = async ({ thumbnailKey }: KeptFile) => {
      const { format, width, height, pages } = await sharp(await stored(thumbnailKey)).metadata();
      return { format, width, height, pages };
    };

    for (const format of ['jpeg', 'png', 'webp'] as const)
      it(`has its size and a thumbnail: ${format}`, async () => {
        const kept = await keep(await noise(960, 600, format));
        expect(kept).to.include({ width: 960, height: 600, kind: 'image', thumbnailKey: `${key}.thumbnail` });
        expect(await thumbnailOf(kept)).to.deep.equal({
          format: 'webp',
          width: 480,
          height: 300,
          pages: undefined,
        });
      });

    it('is not made larger than it is', async () => {
      const kept = await keep(await noise(30, 20));
      expect(await thumbnailOf(kept)).to.include({ width: 30, height: 20 });
    });

    it('stands upright when its camera was held otherwise, and nothing of the place is in the thumbnail', async () => {
      const upright = await noise(400, 300);
      for (const [orientation, width, height] of [
        [1, 400, 300],
        [3, 400, 300],
        [6, 300, 400],
        [8, 300, 400],
      ] as const) {
        const bytes = await sharp(upright)
          .withExif({
            IFD0: { Make: 'Somebody’s telephone' },
            IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '38/1 42/1 0/1' },
          })
          .withMetadata({ orientation })
          .jpeg()
          .toBuffer();
        const kept = await keep(bytes);
        expect(kept, String(orientation)).to.include({ width, height });
        expect(await thumbnailOf(kept)).to.include({ width, height });
        expect((await sharp(await stored(kept.thumbnailKey)).metadata()).exif).to.equal(undefined);
        expect((await stored()).equals(bytes)).to.equal(true);
      }
    });

    it('that moves has a thumbnail that stands still', async () => {
      const bytes = await animation(200, 100);
      const kept = await keep(bytes);
      expect(kept).to.include({ mimeType: 'image/gif', kind: 'image', width: 200, height: 100 });
      expect(await thumbnailOf(kept)).to.deep.equal({
        format: 'webp',
        width: 200,
        height: 100,
        pages: undefined,
      });
      expect((await stored()).equals(bytes)).to.equal(true);
    });

    it('is kept as it is when it is broken, cut off, or unfolds to more than anybody can show', async () => {
      const whole = await noise(600, 400);
      const png = await noise(600, 400, 'png');
      const spoilt = Buffer.from(png);
      spoilt.fill(0, 200, 5000);
      for (const [what, bytes] of Object.entries({
        'cut off': whole.subarray(0, whole.length / 2),
        'only a head': png.subarray(0, 60),
        spoilt,
        'a bomb': claimingPng(50_000, 50_000),
        'a bomb that is long': claimingPng(1, 100_000_000),
        'too many pixels': claimingPng(8001, 8000),
      })) {
        const kept = await keep(bytes);
        expect(kept, what).to.include({
          kind: 'image',
          size: bytes.length,
          thumbnailKey: undefined,
          width: undefined,
        });
        expect((await stored()).equals(bytes), what).to.equal(true);
        expect(await filesUnder(folder.path), what).to.deep.equal([key]);
      }
    });

    it('is kept without a thumbnail when the store does not give it back, or has no place for more', async () => {
      const bytes = await noise(100, 100);
      const broken: Record<string, Partial<MediaStore>> = {
        'reading breaks off': {
          open: async () =>
            Readable.from(
              (async function* () {
                yield bytes.subarray(0, 1000);
                throw new Error('the line is cut');
              })(),
            ),
        },
        'it is not there': { open: () => Promise.reject(new Error('gone')) },
        'no place': {
          put: (where, content) =>
            where.endsWith('.thumbnail')
              ? Promise.reject(new Error('the disk is full'))
              : store.put(where, content),
        },
      };
      for (const [what, fault] of Object.entries(broken)) {
        const faulty: MediaStore = {
          put: (where, content) => store.put(where, content),
          open: (where, range) => store.open(where, range),
          remove: keys => store.remove(keys),
          removeTenant: id => store.removeTenant(id),
          ...fault,
        };
        const kept = await keepFile(faulty, key, Readable.from([bytes]), MB, { mimeType: undefined });
        expect(kept, what).to.include({
          mimeType: 'image/jpeg',
          size: bytes.length,
          thumbnailKey: undefined,
        });
      }
    });
  });

  describe('that is not kept', () => {
    it('because it is too large leaves nothing, and its sender is heard no longer', async () => {
      const content = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(100_000);
        })(),
      );
      const error = await failureOf(keepFile(store, key, content, MB, { mimeType: undefined }));
      expect(error).to.be.instanceOf(FileTooLarge);
      expect(error).to.include({ maximumBytes: MB, message: 'The file is larger than 1 MB.' });
      expect(content.destroyed).to.equal(true);
      await expectNothing();
    });

    it('is one byte too large, not just as large as it may be', async () => {
      const bytes = randomBytes(MB);
      expect(await keepFile(store, key, inPieces(bytes, 10_000), MB, { mimeType: undefined })).to.include({
        size: MB,
      });
      await store.remove([key]);
      const error = await failureOf(
        keepFile(store, key, inPieces(bytes, 10_000), MB - 1, { mimeType: undefined }),
      );
      expect(error).to.be.instanceOf(FileTooLarge);
      await expectNothing();
    });

    it('because it fails on the way leaves nothing, wherever that happens', async () => {
      for (const good of [0, 1, 50_000, 5 * MB]) {
        const content = Readable.from(
          (async function* () {
            if (good > 0) yield randomBytes(good);
            throw new Error('the line is cut');
          })(),
        );
        const error = await failureOf(keepFile(store, key, content, 100 * MB, { mimeType: 'image/png' }));
        expect(error, String(good)).to.include({ message: 'the line is cut' });
        await expectNothing();
      }
    });

    it('because it had failed already, or fails in the same moment, leaves nothing', async () => {
      const failed = () => {
        const content = new Readable({ read: () => undefined });
        return content.once('error', () => undefined).destroy(new Error('too early'));
      };
      const failing = () => {
        const content = new Readable({ read: () => undefined });
        process.nextTick(() => content.destroy(new Error('at once')));
        return content;
      };
      for (const content of [failed, failing]) {
        const error = await failureOf(keepFile(store, key, content(), MB, { mimeType: undefined }));
        expect((error as Error).message).to.match(/too early|at once/);
      }
      await expectNothing();
    });

    it('because it only breaks off leaves nothing, and is not waited for', async () => {
      const content = new Readable({ read: () => undefined });
      content.push(randomBytes(1000));
      setImmediate(() => content.destroy());
      expect(await failureOf(keepFile(store, key, content, MB, { mimeType: undefined }))).to.be.instanceOf(
        Error,
      );
      await expectNothing();
    });

    it('because the store is full ends its sender too', async () => {
      const content = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(100_000);
        })(),
      );
      const full: Pick<MediaStore, 'put'> = {
        put: async (_key, stream) => {
          for await (const _chunk of stream) throw new Error('the disk is full');
        },
      };
      const error = await failureOf(keepFile(full as MediaStore, key, content, MB, { mimeType: undefined }));
      expect(error).to.include({ message: 'the disk is full' });
      if (!content.closed) await new Promise<void>(resolve => content.once('close', resolve));
      expect(content.destroyed).to.equal(true);
    });
  });
});
