import { type ChannelCheck, type PlatformIo, Rejected } from '../adapter.ts';
import { objectOf, textOf } from '../json.ts';
import { askCrisp } from './crisp-request.ts';
import type { CrispSettings } from './crisp-settings.ts';

/** Never throws. Where Crisp delivers to is not to be asked for. */
export async function checkCrisp(settings: CrispSettings, io: PlatformIo): Promise<ChannelCheck> {
  try {
    const { name, domain } = objectOf(await askCrisp('', settings, io));
    const accountName = textOf(name)?.trim();
    const host = textOf(domain)?.trim();
    return {
      health: 'ok',
      message: null,
      ...(accountName === undefined ? {} : { accountName }),
      facts: host === undefined ? [] : [{ name: 'Domain', value: host }],
    };
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof Rejected)) return { health: 'unknown', message };
    if (error.scope === 'reauthorise') return { health: 'reauthorise', message };
    if (error.scope === 'account') return { health: 'stopped', message };
    return { health: 'warning', message: 'Crisp knows no such website. Check "websiteId" in the settings.' };
  }
}
