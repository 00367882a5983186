/**
 * Whether a page may open the widget. Domains are `example.com`, `*.example.com`, `localhost:3000` or `*`. A request without
 * an Origin does not come from a page; the list is a filter for pages, not a proof of who asks.
 */
export function isAllowedOrigin(origin: string | undefined, allowedDomains: unknown): boolean {
  if (origin === undefined) return true;
  if (!Array.isArray(allowedDomains) || !URL.canParse(origin)) return false;
  const { host, hostname } = new URL(origin);
  return allowedDomains.some(domain => {
    if (typeof domain !== 'string') return false;
    if (domain === '*' || domain === host || domain === hostname) return true;
    if (!domain.startsWith('*.')) return false;
    const [name, port] = domain.slice(2).split(':');
    return hostname.endsWith(`.${name}`) && (port === undefined || host.endsWith(`:${port}`));
  });
}
