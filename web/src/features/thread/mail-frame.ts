/** Where our own files and pictures lie; whatever else is named is not loaded. */
const ownPath = /^\/api\/v1\//;

const look = `
  html { color-scheme: light; background: #fff; overflow: auto hidden; }
  body { display: flow-root; margin: 0; padding: 12px 14px; color: #1b1f27; background: #fff;
    font: 14px/1.45 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word; }
  img { max-width: 100%; height: auto; }
  img:not([src]) { display: none; }
  pre { white-space: pre-wrap; }
  table { max-width: 100%; }
  a { color: #2d46b3; }
  blockquote { margin-inline: 0; padding-inline-start: 12px; border-inline-start: 3px solid #d5d9e0; }
`;

/**
 * The page in which a mail's layout is shown. The server has sanitised it; its frame runs no scripts, and here it is told
 * again that nothing may be loaded but pictures of our own.
 */
export function framePage(html: string, origin: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const image of page.querySelectorAll('img')) {
    const source = ownAddress(image.getAttribute('src'), origin);
    if (source === null) image.removeAttribute('src');
    else image.setAttribute('src', source);
  }
  for (const link of page.querySelectorAll('a[href]')) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  const policy = `default-src 'none'; img-src ${origin} data:; style-src 'unsafe-inline'; form-action 'none'`;
  return `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><style>${look}</style></head><body dir="auto">${page.body.innerHTML}</body></html>`;
}

/** Links name the address by which the world sees us; this page may be open under another. */
function ownAddress(source: string | null, origin: string): string | null {
  if (source === null) return null;
  if (source.startsWith('data:image/')) return source;
  const url = URL.parse(source, origin);
  return url && ownPath.test(url.pathname) ? `${origin}${url.pathname}${url.search}` : null;
}
