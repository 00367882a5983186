import type { RequestHandler } from 'express';
import { Forbidden } from '../../kit/errors.ts';

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Lets in only what a page of this very host sends, and programs that are no browsers. `Host` must be loopback or one
 * of `allowedHosts` (with the port, as browsers send it), so that a foreign name which resolves to this machine opens
 * nothing; `Origin` and `Sec-Fetch-Site`, which a page cannot forge, must agree. Throws Forbidden.
 */
export function sameOriginOnly(allowedHosts: readonly string[] = []): RequestHandler {
  const allowed = new Set(allowedHosts.map(host => host.toLowerCase()));
  return (request, _response, next) => {
    const host = (request.get('host') ?? '').toLowerCase();
    const origin = request.get('origin');
    const site = request.get('sec-fetch-site');
    const isOurHost = allowed.has(host) || loopbackNames.has(host.replace(/:\d+$/, ''));
    const isOurPage =
      (origin === undefined || hostOf(origin) === host) &&
      (site === undefined || site === 'same-origin' || site === 'none');
    if (!isOurHost || !isOurPage)
      throw new Forbidden('The simulator answers its own pages only.', 'foreign_origin');
    next();
  };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
