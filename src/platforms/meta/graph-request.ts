import type { PlatformIo } from '../adapter.ts';

const graphVersion = 'v23.0';

/** The Graph API under its version, at the vendor's address or at the channel's own (`apiUrl`). */
export function graphUrl(apiUrl: string | undefined, { baseUrl }: PlatformIo): string {
  return `${(apiUrl ?? baseUrl).replace(/\/+$/, '')}/${graphVersion}`;
}

/** Tokens go into this header and never into a URL, which others log. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
