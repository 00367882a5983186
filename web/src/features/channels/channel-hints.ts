import type { Channel } from '../../../../src/contract/index.ts';

type Named = Pick<Channel, 'id' | 'platform' | 'name' | 'externalAccountId'>;

/** Long numbers are told apart by their ends. */
function shortAccount(account: string | null): string {
  if (account === null) return '';
  return /^\+?\d{7,}$/.test(account) ? `…${account.slice(-4)}` : account;
}

/** For channels that are alike by platform and name: the account, or the place in the list where there is none. */
export function channelHints(channels: readonly Named[]): ReadonlyMap<number, string> {
  const alike = new Map<string, Named[]>();
  for (const channel of channels) {
    const key = `${channel.platform} ${channel.name}`;
    alike.set(key, [...(alike.get(key) ?? []), channel]);
  }
  const hints = new Map<number, string>();
  for (const group of alike.values()) {
    if (group.length < 2) continue;
    const accounts = group.map(({ externalAccountId }) => shortAccount(externalAccountId));
    const areApart = new Set(accounts).size === group.length && !accounts.includes('');
    for (const [index, { id }] of group.entries())
      hints.set(id, areApart ? (accounts[index] ?? '') : `(${index + 1})`);
  }
  return hints;
}
