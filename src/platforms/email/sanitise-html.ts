import sanitizeHtml from 'sanitize-html';

export interface SafeHtml {
  readonly html: string;
  /** Some of it lies elsewhere: kept in `data-remote-src`, so that nothing is loaded by showing the mail. */
  readonly hasRemoteImages: boolean;
}

const layout = ['align', 'valign', 'width', 'height', 'bgcolor'];
const allowedAttributes: Readonly<Record<string, string[]>> = {
  '*': ['style', 'dir', 'lang'],
  a: ['href', 'title', 'rel', 'target'],
  img: ['src', 'data-remote-src', 'alt', 'title', 'width', 'height'],
  font: ['color', 'face', 'size'],
  ol: ['start', 'type'],
  table: [...layout, 'border', 'cellpadding', 'cellspacing'],
  tr: layout,
  td: [...layout, 'colspan', 'rowspan'],
  th: [...layout, 'colspan', 'rowspan'],
  col: ['span', 'width'],
  colgroup: ['span', 'width'],
  div: ['align'],
  p: ['align'],
  blockquote: ['type'],
};
const allowedTags =
  'a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr'.split(
    ' ',
  );
/** What stands in these is no text of the mail, or is read by browsers by rules of its own. */
const withoutContent =
  'applet audio canvas embed frame frameset head iframe math noembed noframes noscript object option plaintext script select style svg template textarea title video xml xmp'.split(
    ' ',
  );

const colour = /^(?:#[0-9a-f]{3,8}|[a-z]{3,25}|(?:rgb|hsl)a?\([\d\s.,%/]{1,40}\))$/i;
/** Never below zero: nothing leaves its place. */
const length = String.raw`(?:\d{1,4}(?:\.\d{1,4})?(?:px|pt|em|rem|ex|ch|%)?|auto|0)`;
const oneLength = new RegExp(`^${length}$`, 'i');
const lengths = new RegExp(`^${length}(?:\\s+${length}){0,3}$`, 'i');
const word = /^[a-z-]{1,30}$/i;
const border = /^[a-z0-9#.,()%\s-]{1,60}$/i;
const sides = ['top', 'right', 'bottom', 'left'];
const styles: Record<string, RegExp[]> = {
  color: [colour],
  background: [colour],
  'background-color': [colour],
  'font-family': [/^[\w\s,'"-]{1,200}$/],
  'font-size': [oneLength, /^(?:x{0,2}-)?(?:small|large)(?:er)?$|^medium$/i],
  'font-style': [word],
  'font-weight': [word, /^\d{3}$/],
  'line-height': [oneLength, /^normal$/i],
  'letter-spacing': [oneLength, /^normal$/i],
  'text-align': [word],
  'text-decoration': [/^[a-z\s-]{1,60}$/i],
  'text-transform': [word],
  'vertical-align': [word, oneLength],
  'white-space': [/^(?:normal|nowrap|pre|pre-wrap|pre-line)$/i],
  'list-style-type': [word],
  'border-collapse': [word],
  'border-radius': [lengths],
  width: [oneLength],
  'max-width': [oneLength],
  'min-width': [oneLength],
  height: [oneLength],
  ...Object.fromEntries(
    ['margin', 'padding'].flatMap(name => [
      [name, [lengths]],
      ...sides.map(side => [`${name}-${side}`, [oneLength]]),
    ]),
  ),
  ...Object.fromEntries(['border', ...sides.map(side => `border-${side}`)].map(name => [name, [border]])),
  'border-color': [border],
  'border-style': [border],
  'border-width': [border],
};

const isHidden = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)\b/i;
const pixels = /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]+$/i;
const deepest = 100;

/**
 * What a mail lays out, without anything that could run, load, send, or leave its place. It still belongs into a frame of
 * its own.
 */
export function sanitiseHtml(html: string): SafeHtml {
  /** Noted when an element begins; when it ends its style is cleaned already. */
  const hidden = new WeakSet<object>();
  const safe = sanitizeHtml(html, {
    allowedTags,
    allowedAttributes,
    allowedStyles: { '*': styles },
    nonTextTags: withoutContent,
    // What else an address may be is said below.
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['cid', 'data'] },
    allowProtocolRelative: false,
    nestingLimit: deepest,
    exclusiveFilter: ({ attribs, tag }) => hidden.has(attribs) || (tag === 'img' && !isShown(attribs)),
    transformTags: {
      '*': (tagName, attribs) => {
        if (isHidden.test(attribs.style ?? '')) hidden.add(attribs);
        return { tagName, attribs };
      },
      a: (tagName, attribs) => ({ tagName, attribs: link(attribs) }),
      img: (tagName, attribs) => ({ tagName, attribs: imageOf(attribs) }),
    },
  });
  return { html: safe.trim(), hasRemoteImages: /<img [^<>]*\bdata-remote-src="/.test(safe) };
}

type Attributes = Record<string, string>;

/** An address without a scheme would lead into our own pages. */
function link({ href, ...others }: Attributes): Attributes {
  const target = href?.trim() ?? '';
  if (!/^(?:https?:\/\/|mailto:|tel:)/i.test(target)) return { ...(others.title && { title: others.title }) };
  return { ...others, href: target, target: '_blank', rel: 'noopener noreferrer nofollow' };
}

function imageOf({ src, 'data-remote-src': _forged, srcset: _srcset, ...others }: Attributes): Attributes {
  const source = (src ?? '').trim();
  if (/^cid:[^\s"'<>]{1,500}$/i.test(source) || pixels.test(source)) return { ...others, src: source };
  const remote = source.startsWith('//') ? `https:${source}` : source;
  return /^https?:\/\//i.test(remote) && URL.canParse(remote)
    ? { ...others, 'data-remote-src': remote }
    : others;
}

/** Neither a source nor words to stand in for it; also what only counts who has read the mail. */
function isShown({ src, 'data-remote-src': remote, alt, width, height }: Attributes): boolean {
  const isDot = (size: string | undefined) => size === '0' || size === '1';
  if (remote !== undefined && isDot(width?.trim()) && isDot(height?.trim())) return false;
  return src !== undefined || remote !== undefined || (alt ?? '').trim() !== '';
}
