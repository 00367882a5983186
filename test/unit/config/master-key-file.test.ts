import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  beginMasterKeyRotation,
  finishMasterKeyRotation,
  loadMasterKeys,
} from '../../../src/config/master-key-file.ts';
import { SetupError } from '../../../src/kit/errors.ts';

describe('master key file', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'concierge-key-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is made once, for its owner only', () => {
    const inNewFolder = join(dataDir, 'new');
    const made = loadMasterKeys({ dataDir: inNewFolder });
    expect(loadMasterKeys({ dataDir: inNewFolder }).keyId).to.equal(made.keyId);
    expect(readdirSync(inNewFolder)).to.deep.equal(['master-key']);
    expect(statSync(join(inNewFolder, 'master-key')).mode & 0o777).to.equal(0o600);
  });

  it('yields to a key from the environment', () => {
    const key = Buffer.alloc(32, 3);
    const former = Buffer.alloc(32, 4);
    const sealed = loadMasterKeys({ dataDir, masterKey: former }).seal('secret', 'a');
    const keys = loadMasterKeys({ dataDir, masterKey: key, previousMasterKey: former });
    expect(keys.open(sealed, 'a')).to.equal('secret');
    expect(readdirSync(dataDir)).to.deep.equal([]);
  });

  it('rotates, can be resumed, and forgets the former key at the end', () => {
    const before = loadMasterKeys({ dataDir });
    const sealed = before.seal('secret', 'a');
    const during = beginMasterKeyRotation(dataDir);
    expect(during.keyId).not.to.equal(before.keyId);
    expect(beginMasterKeyRotation(dataDir).keyId).to.equal(during.keyId);
    expect(loadMasterKeys({ dataDir }).open(sealed, 'a')).to.equal('secret');
    finishMasterKeyRotation(dataDir);
    expect(loadMasterKeys({ dataDir }).keyId).to.equal(during.keyId);
    expect(() => loadMasterKeys({ dataDir }).open(sealed, 'a')).to.throw(before.keyId);
  });

  it('takes up a rotation that ended between its two files', () => {
    const before = loadMasterKeys({ dataDir });
    const sealed = before.seal('secret', 'a');
    writeFileSync(join(dataDir, 'master-key.previous'), readFileSync(join(dataDir, 'master-key')));
    const during = beginMasterKeyRotation(dataDir);
    expect(during.keyId).not.to.equal(before.keyId);
    expect(during.open(sealed, 'a')).to.equal('secret');
  });

  it('says what to do about a damaged file and a folder that cannot be written', () => {
    writeFileSync(join(dataDir, 'master-key'), 'damaged');
    expect(() => loadMasterKeys({ dataDir })).to.throw(SetupError, /Put it back from a backup/);
    const inFile = join(dataDir, 'master-key');
    expect(() => loadMasterKeys({ dataDir: inFile })).to.throw(SetupError, /Let this user write to DATA_DIR/);
  });
});
