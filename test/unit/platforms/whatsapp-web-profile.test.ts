import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  DamagedProfile,
  isWhole,
  openProfile,
  type Profile,
  packProfile,
} from '../../../src/platforms/whatsapp_web/profile-archive.ts';
import {
  readProfileFiles,
  untilQuiet,
  writeProfileFiles,
} from '../../../src/platforms/whatsapp_web/profile-files.ts';
import { layProfile } from '../../../src/platforms/whatsapp_web/session-profile.ts';
import { failureOf } from '../../support/failure-of.ts';
import { FakeWebClient } from '../../support/whatsapp-web-fake-client.ts';

const facts = { account: '351910000001', pairedAt: 1_790_000_000_000, coveredUntil: 1_790_000_100_000 };
const profile: Profile = {
  facts,
  files: [
    { path: 'Default/IndexedDB/a/000003.log', content: Buffer.from('keys '.repeat(2000)) },
    { path: 'Default/IndexedDB/a/CURRENT', content: Buffer.alloc(0) },
    { path: 'Default/Local Storage/leveldb/000005.ldb', content: Buffer.from([0, 1, 2, 255]) },
  ],
};

/** An archive with the right digest around any content. */
function archiveOf(head: unknown, content = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const packed = gzipSync(Buffer.concat([length, text, content]));
  return Buffer.concat([
    Buffer.from('CWA-PROFILE-1\n'),
    createHash('sha256').update(packed).digest(),
    packed,
  ]);
}

describe('An archived profile', () => {
  it('opens as it was packed', async () => {
    const archive = await packProfile(profile);
    expect(isWhole(archive)).to.equal(true);
    expect(await openProfile(archive)).to.deep.equal(profile);
  });
  it('is never accepted when it is cut off, at any place', async () => {
    const archive = await packProfile(profile);
    const tenths = Array.from({ length: 10 }, (_, tenth) => Math.floor((archive.length * tenth) / 10));
    for (const length of new Set([...tenths, ...archive.keys()])) {
      expect(isWhole(archive.subarray(0, length)), String(length)).to.equal(false);
      if (tenths.includes(length))
        expect(await failureOf(openProfile(archive.subarray(0, length)))).to.be.instanceOf(DamagedProfile);
    }
    expect(isWhole(Buffer.concat([archive, Buffer.alloc(1)]))).to.equal(false);
  });
  it('is never accepted when one byte is another', async () => {
    const archive = await packProfile(profile);
    for (const at of archive.keys()) {
      const changed = Buffer.from(archive);
      changed[at] = archive[at]! ^ 1;
      expect(isWhole(changed), String(at)).to.equal(false);
    }
  });
  for (const path of [
    '../x',
    'Default/../../x',
    '/etc/x',
    'a//b',
    './a',
    'a\\..\\b',
    'C:x',
    'a\0b',
    'a/',
    '..',
  ])
    it(`must not have a file at ${JSON.stringify(path)}, neither packed nor opened`, async () => {
      const files = [{ path, content: Buffer.from('x') }];
      expect(await failureOf(packProfile({ facts, files }))).to.be.instanceOf(DamagedProfile);
      const archive = archiveOf({ facts, files: [{ path, size: 1 }] }, Buffer.from('x'));
      expect(await failureOf(openProfile(archive))).to.be.instanceOf(DamagedProfile);
    });
  it('is refused when it is whole but no profile', async () => {
    const one = { path: 'a', size: 1 };
    for (const archive of [
      archiveOf('x'),
      archiveOf({}),
      archiveOf({ facts, files: [one] }),
      archiveOf({ facts, files: [{ ...one, size: -1 }] }),
      archiveOf({ facts, files: [] }, Buffer.from('more')),
      archiveOf({ facts: { ...facts, pairedAt: 'x' }, files: [] }),
    ])
      expect(await failureOf(openProfile(archive))).to.be.instanceOf(DamagedProfile);
  });
  it('says nothing but DamagedProfile of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => {
        expect(await failureOf(openProfile(bytes))).to.be.instanceOf(DamagedProfile);
      }),
      { numRuns: 300 },
    );
  });
});

describe('The files of a profile', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'concierge-profile-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are the databases and the storage, without locks and logs', async () => {
    await new FakeWebClient().writeProfile(directory, 'A');
    expect((await readProfileFiles(directory)).map(file => file.path)).to.deep.equal([
      'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb/000003.log',
      'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb/CURRENT',
      'Default/Local Storage/leveldb/000003.log',
    ]);
  });
  it('are read again when the browser replaces them meanwhile', async () => {
    const folder = join(directory, 'Default/IndexedDB/a');
    await mkdir(folder, { recursive: true });
    for (let number = 0; number < 200; number++) await writeFile(join(folder, `${number}.ldb`), 'old');
    const reading = readProfileFiles(directory);
    await writeFile(join(folder, 'new.ldb'), 'new');
    await rm(join(folder, '199.ldb'));
    const names = (await reading).map(file => file.path.split('/').at(-1));
    expect(names).to.include('new.ldb').and.not.include('199.ldb');
  });
  it('are laid into a folder as they were, for nobody else to read', async () => {
    await writeProfileFiles(directory, profile.files);
    for (const { path, content } of profile.files)
      expect((await readFile(join(directory, path))).equals(content)).to.equal(true);
    // Never over what is there: a profile is laid into an empty folder.
    expect(await failureOf(writeProfileFiles(directory, profile.files))).to.have.property('code', 'EEXIST');
  });
  it('are quiet when nothing changes, and in any case after a while', async () => {
    const folder = join(directory, 'Default/IndexedDB');
    await mkdir(folder, { recursive: true });
    let changes = 0;
    const writing = (async () => {
      for (; changes < 4; changes++) {
        await writeFile(join(folder, 'log'), 'x'.repeat(changes + 1));
        await delay(20);
      }
    })();
    await untilQuiet(directory, 60, 10_000);
    expect(changes).to.equal(4);
    await writing;
    const start = Date.now();
    const restless = setInterval(
      () => writeFile(join(folder, 'log'), String(Math.random())).catch(() => undefined),
      5,
    );
    await untilQuiet(directory, 15, 100);
    clearInterval(restless);
    expect(Date.now() - start).to.be.within(90, 2000);
  });
  it('make no archive when there are none', async () => {
    const laid = await layProfile(directory, undefined);
    expect(await failureOf(laid.pack(facts))).to.be.instanceOf(Error);
  });
  it('come back as they were saved; a damaged archive lays nothing', async () => {
    await new FakeWebClient().writeProfile(directory, 'A');
    const { archive } = await (await layProfile(directory, undefined)).pack(facts);
    const other = await mkdtemp(join(tmpdir(), 'concierge-profile-'));
    try {
      expect(await failureOf(layProfile(other, archive.subarray(0, -1)))).to.be.instanceOf(DamagedProfile);
      expect(await readdir(other)).to.deep.equal([]);
      const laid = await layProfile(other, archive);
      expect(laid.facts).to.deep.equal(facts);
      expect(await readProfileFiles(other)).to.deep.equal(await readProfileFiles(directory));
      await laid.remove();
      expect(await failureOf(readdir(other))).to.have.property('code', 'ENOENT');
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });
  it('are not harmed by a process that is killed while it packs or lays them', async () => {
    await new FakeWebClient().writeProfile(directory, 'A'.repeat(20_000));
    const before = await readProfileFiles(directory);
    const { archive } = await (await layProfile(directory, undefined)).pack(facts);
    const file = join(directory, 'archive');
    await writeFile(file, archive);
    const program = new URL('../../support/whatsapp-web-profile-process.ts', import.meta.url).pathname;
    for (const killAfterMs of [0, 3, 10, 30]) {
      const target = await mkdtemp(join(tmpdir(), 'concierge-profile-'));
      await killedRun(program, [directory, file, target], killAfterMs);
      await rm(target, { recursive: true, force: true });
      expect(await readProfileFiles(directory)).to.deep.equal(before);
      expect((await openProfile(await readFile(file))).files).to.deep.equal(before);
    }
  });
});

/** Runs it until it says that it has begun, and kills it that long after. */
async function killedRun(program: string, args: readonly string[], killAfterMs: number): Promise<void> {
  await new Promise<void>(resolve => {
    const child = execFile(process.execPath, ['--import', 'tsx', program, ...args], () => resolve());
    child.stdout?.once('data', () => {
      setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
  });
}
