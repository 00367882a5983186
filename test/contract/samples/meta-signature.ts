import { createHmac } from 'node:crypto';
import type { RawDelivery } from '../../../src/platforms/adapter.ts';
import { signedDelivery } from './adapter-sample.ts';

/** Signs as all of Meta's platforms do. */
export function signedByMeta(platform: string): (body: Buffer, secret: string) => RawDelivery {
  return (body, secret) =>
    signedDelivery(platform, body, {
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    });
}
