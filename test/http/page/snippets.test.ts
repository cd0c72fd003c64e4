import { describe, expect, it } from 'vitest'
import { snippets } from '../../../src/http/page/snippets.ts'

const plain = { url: 'https://pics.example.org/clock/main.png', width: 480, height: 160, alt: 'Clock' }

describe('snippets', () => {
  it('writes a picture in three languages', () => {
    expect(snippets(plain)).toEqual({
      html: '<img src="https://pics.example.org/clock/main.png" width="480" height="160" alt="Clock" loading="lazy">',
      markdown: '![Clock](https://pics.example.org/clock/main.png)',
      bbcode: '[img]https://pics.example.org/clock/main.png[/img]',
    })
  })

  it('omits an unknown size, which would distort the picture', () => {
    const { html } = snippets({ ...plain, width: undefined, height: undefined })
    expect(html).toBe('<img src="https://pics.example.org/clock/main.png" alt="Clock" loading="lazy">')
  })

  it('escapes HTML', () => {
    const { html } = snippets({ ...plain, url: `${plain.url}?a=1&b="'`, alt: `"><script> 'tis & so` })
    expect(html).toContain('src="https://pics.example.org/clock/main.png?a=1&amp;b=&quot;&#39;"')
    expect(html).toContain('alt="&quot;&gt;&lt;script&gt; &#39;tis &amp; so"')
  })

  it.each([
    ['brackets', 'a](b) [c', '![a\\](b) \\[c]'],
    ['emphasis and code', '*a* _b_ `c` ~d~', '![\\*a\\* \\_b\\_ \\`c\\` \\~d\\~]'],
    ['tags, references and backslashes', '<b> &amp; \\', '![\\<b\\> \\&amp; \\\\]'],
    ['line breaks', 'a\n\n  b', '![a b]'],
  ])('escapes %s in Markdown', (_, alt, expected) => {
    expect(snippets({ ...plain, alt }).markdown).toBe(`${expected}(${plain.url})`)
  })

  it('keeps an address intact in Markdown', () => {
    const url = 'https://example.org/a (b)<c>\\?d&copy=1&copy;'
    expect(snippets({ ...plain, url }).markdown).toBe(
      '![Clock](https://example.org/a%20%28b%29%3Cc%3E%5C?d&copy=1&amp;copy;)',
    )
  })

  it('keeps an address intact in BBCode', () => {
    const { bbcode } = snippets({ ...plain, url: 'https://example.org/[/img] x' })
    expect(bbcode).toBe('[img]https://example.org/%5B/img%5D%20x[/img]')
  })

  it('asks for twice the pixels only where the tag says the size', () => {
    const denseUrl = `${plain.url}?scale=2`
    expect(snippets({ ...plain, denseUrl }).html).toContain('main.png?scale=2" width="480"')
    expect(snippets({ ...plain, denseUrl }).markdown).toBe(`![Clock](${plain.url})`)
    expect(snippets({ ...plain, denseUrl, width: undefined }).html).toContain('main.png" alt')
  })

  it('writes a picture to click on, whose response goes to a hidden frame', () => {
    const url = 'https://pics.example.org/guests/main/click?width=300&height=200'
    const fields = [{ name: 'text', label: 'A "line"', max: 80 }]
    const page = 'https://pics.example.org/guests/main'
    const { clicks, button, bbcode } = snippets({ ...plain, page, clicks: { url, fields } })
    const address = url.replace('&', '&amp;')
    const image = 'src="https://pics.example.org/clock/main.png" width="480" height="160" alt="Clock"'
    expect(clicks?.split('\n')).toEqual([
      '<iframe name="sink" hidden></iframe>',
      `<a href="${address}" target="sink"><img ismap ${image} loading="lazy"></a>`,
      `<form action="${address}" method="post" target="sink">`,
      '  <input name="text" maxlength="80" placeholder="A &quot;line&quot;" aria-label="A &quot;line&quot;">',
      '  <button>Send</button>',
      '</form>',
    ])
    expect(button).toBe(
      `<iframe name="sink" hidden></iframe>\n<form action="${address}" method="post" target="sink"><input type="image" ${image}></form>`,
    )
    expect(bbcode).toBe(`[url=${page}][img]${plain.url}[/img][/url]`)
    expect(snippets({ ...plain, clicks: { url, fields: [] } }).clicks).not.toContain('<form')
  })

  it('writes an element for pages with scripts, with the module that defines it', () => {
    const module = 'https://pics.example.org/live-img.js'
    expect(snippets({ ...plain, module }).script).toBe(
      `<script type="module" src="${module}"></script>\n${snippets(plain).html.replace(/^<img (.*)>$/, '<live-img $1></live-img>')}`,
    )
  })

  it('links to the page of the picture', () => {
    const { linked } = snippets({ ...plain, page: 'https://pics.example.org/clock/main?a=(b)' })
    expect(linked).toBe(`[![Clock](${plain.url})](https://pics.example.org/clock/main?a=%28b%29)`)
  })

  it('has a source for each setting of the reader', () => {
    const dark = {
      media: '(prefers-color-scheme: dark)',
      url: 'https://a/b?c&d',
      denseUrl: 'https://a/b?c&d&scale=2',
    }
    expect(snippets({ ...plain, sources: [dark] }).picture).toBe(
      `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="https://a/b?c&amp;d 1x, https://a/b?c&amp;d&amp;scale=2 2x">
  ${snippets(plain).html}
</picture>`,
    )
  })
})
