import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layProfile } from '../../src/platforms/whatsapp_web/session-profile.ts';

/** Packs a profile and lays its archive out, again and again, until it is killed. */
const [directory = '', archive = '', target = ''] = process.argv.slice(2);
const profile = await layProfile(directory, undefined);
const facts = { account: '', pairedAt: 0, coveredUntil: 0 };
console.log('begun');
while (true) {
  await profile.pack(facts);
  await layProfile(await mkdtemp(join(target, 'x-')), await readFile(archive));
}
