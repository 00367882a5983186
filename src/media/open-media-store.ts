import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { DiskStore } from './disk-store.ts';
import type { MediaStore } from './media-store.ts';
import { S3Store } from './s3-store.ts';

/** A bucket when there is one; else a folder, which every process of the installation must see. */
export async function openMediaStore({ s3, dataDir }: Pick<Config, 's3' | 'dataDir'>): Promise<MediaStore> {
  if (!s3) return new DiskStore(join(dataDir, 'media'));
  return new S3Store(s3);
}
