import { type ChannelCheck, type PlatformIo, Rejected, Unavailable } from '../adapter.ts';
import type { ApiSettings } from './api-settings.ts';

/** Whether the callback may be called; it is not called for that. Never throws. */
export async function checkApi({ callbackUrl }: ApiSettings, io: PlatformIo): Promise<ChannelCheck> {
  if (callbackUrl === undefined)
    return {
      health: 'ok',
      message: null,
      facts: [{ name: 'Answers', value: 'none: there is no callbackUrl' }],
    };
  const { hostname, host, port, protocol } = new URL(callbackUrl);
  const facts = [{ name: 'Answers go to', value: host }];
  try {
    await io.resolve(hostname, Number(port) || (protocol === 'https:' ? 443 : 80), 'web');
    return { health: 'ok', message: null, facts };
  } catch (error) {
    if (error instanceof Rejected)
      return { health: 'stopped', message: `callbackUrl: ${error.message}`, facts };
    if (!(error instanceof Unavailable)) throw error;
    return { health: 'warning', message: `callbackUrl: the name ${hostname} cannot be resolved.`, facts };
  }
}
