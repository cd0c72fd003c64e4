import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ErrorReport } from '../../../src/http/page/error-report.ts'
import { publicFolder, Views } from '../../../src/http/page/views.ts'
import { NAME_KEY } from '../../../src/widget/key.ts'
import type { Manifest } from '../../../src/widget/manifest.ts'
import { type Param, param } from '../../../src/widget/param.ts'

const views = new Views()
const site = { url: 'https://pics.example.org/live', base: '/live' }
const none = new URLSearchParams()

function manifest(more: Partial<Manifest> = {}, params: Record<string, Param> = {}): Manifest {
  return {
    name: 'clock',
    title: 'Clock',
    about: 'The time.',
    file: '/srv/widgets/clock.js',
    isBuiltIn: false,
    role: undefined,
    size: { width: 480, height: 160 },
    sizeFromParams: false,
    fps: undefined,
    ticks: false,
    loops: false,
    loads: false,
    hasExample: false,
    load: undefined,
    hasJson: false,
    hasAlt: false,
    reads: false,
    shows: false,
    starts: false,
    key: NAME_KEY,
    stateless: false,
    rank: undefined,
    collects: undefined,
    fields: {},
    handles: { join: false, leave: false, click: false, collect: false },
    limits: {},
    ...more,
    params: Object.fromEntries(Object.entries(params).map(([name, { spec }]) => [name, spec])),
  }
}

const clock = manifest(
  { fps: 2, size: { width: { min: 100, max: 1280, default: 480 }, height: 160 } },
  {
    zone: param.text('UTC', { max: 40, about: 'an IANA time zone' }),
    hands: param.integer(3, { min: 1, max: 5 }),
    turn: param.duration(60_000, { min: 1000, max: 3_600_000 }),
    seconds: param.boolean(true),
    face: param.choice(['digital', 'analog']),
    ink: param.color('#1D1C1A'),
  },
)
const badge = manifest(
  { name: 'badge', sizeFromParams: true, size: { width: 90, height: 20 } },
  { label: param.text('') },
)

const report = (more: Partial<ErrorReport> = {}): ErrorReport => ({
  place: 'widgets/clock.ts:12:7',
  words: 'SyntaxError: Unexpected token',
  code: [
    { number: '11', text: 'title: x', isFault: false, caret: undefined },
    { number: '12', text: 'size: (,', isFault: true, caret: '       ^' },
  ],
  ...more,
})

const picture = (query = '', of = clock, room: Parameters<Views['picture']>[2] = { key: 'main' }) =>
  views.picture(site, of, room, new URLSearchParams(query))
const imagesOf = (html: string) => html.match(/<img\b[^>]*>/g) ?? []
const srcOf = (html: string) => /<img\b[^>]* src="([^"]*)"/.exec(html)?.[1]
const snippetsOf = (html: string) =>
  [...html.matchAll(/<pre\b[^>]*><code>(.*?)<\/code>/gs)].map(([, text]) => text)
const fieldOf = (html: string, name: string) =>
  new RegExp(
    `<(input|select|textarea)\\b[^>]* name="${name}".*?(?=<div class="field">|</fieldset>)`,
    's',
  ).exec(html)?.[0] ?? ''

const pages: [string, string][] = [
  [
    'gallery',
    views.gallery(
      site,
      [clock, badge],
      [
        { name: 'x', report: report() },
        { name: 'clock', report: report() },
      ],
    ),
  ],
  ['empty gallery', views.gallery(site, [], [])],
  ['picture', picture('ink=tomato&hands=9')],
  [
    'picture in report',
    views.picture(site, clock, { key: 'main' }, none, { load: report(), draw: report() }),
  ],
  ['picture without a size in the tag', picture('label=hi', badge)],
  ['error', views.error(site, { status: 404, title: 'Not Found', detail: 'no such widget' })],
  ['error in report', views.error(site, { status: 404, title: 'Not Found', detail: 'no' }, report())],
]

const game = manifest(
  {
    name: 'game',
    size: { width: { min: 100, max: 600, default: 300 }, height: 200 },
    handles: { join: false, leave: false, click: true, collect: false },
    fields: { text: { kind: 'text', default: '', max: 80, about: 'A line' } },
  },
  { ink: param.color('') },
)

describe('a picture that readers click on', () => {
  const LINK = /<a class="stage[^"]*" href="([^"]*)" target="sink">\n?<img [^>]* ismap/

  it('is a link with the point of the click on its page, in its own CSS pixels', () => {
    const html = picture('ink=00ff00&width=400&scale=2', game)
    expect(LINK.exec(html)?.[1]).toBe('/live/game/main/click?ink=00ff00&amp;width=400')
    expect(html).toContain('<iframe class="sink" name="sink"')
    expect(html).toMatch(
      /<form class="play" method="post" action="[^"]*" target="sink">\s*<input [^>]*name="text"/,
    )
    expect(snippetsOf(html)[0]).toContain('target=&quot;sink&quot;')
  })

  it('has a form for the point of a click, because a key on the link has none', () => {
    const form =
      /<form [^>]*action="([^"]*)"[^>]*>\s*<input [^>]*name="x" [^>]*max="399"[^>]*>\s*<input [^>]*name="y" [^>]*max="199"/
    expect(form.exec(picture('ink=00ff00&width=400&scale=2', game))?.[1]).toBe(
      '/live/game/main/click?ink=00ff00&amp;width=400',
    )
    expect(picture('', clock)).not.toContain('name="x"')
  })

  it('is that of the default key in the gallery: a name, or what its own grammar has', () => {
    const shields = manifest({
      name: 'badge',
      stateless: true,
      key: { ...NAME_KEY, default: 'build-passing-green' },
    })
    expect(srcOf(views.gallery(site, [shields], []))).toMatch(/^\/live\/badge\/build-passing-green\.png/)
    expect(srcOf(views.gallery(site, [clock], []))).toMatch(/^\/live\/clock\/main\.png/)
  })

  it('is clicked in the gallery where it is live, and on its page where it is a still', () => {
    expect(LINK.exec(views.gallery(site, [game], []))?.[1]).toBe('/live/game/main/click')
    expect(LINK.test(views.gallery(site, [game], [], { live: 0 }))).toBe(false)
  })

  it('is only looked at otherwise', () => {
    expect(picture()).not.toMatch(/ismap|sink/)
  })
})

describe.each(pages)('the %s page', (_, html) => {
  it('has lazy pictures with text, and with a size or in the right density', () => {
    for (const image of imagesOf(html)) {
      expect(image).toMatch(
        / src="\/live\/[^"]+" (width="\d+" height="\d+"|srcset="\/live\/[^"]+ 2x") alt="[^"]+" loading="lazy">$/,
      )
    }
  })

  it('complies with its content security policy', () => {
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i)
    const loaded = [...html.matchAll(/<(?:link(?! rel="alternate")|img)\b[^>]* (?:href|src)="([^"]*)"/g)].map(
      ([, url]) => url,
    )
    expect(loaded.filter((url) => !url?.startsWith('/live/'))).toEqual([])
  })

  it('links files that there are', () => {
    const files = [...html.matchAll(/"\/live(\/assets\/[^"]+)"/g)].map(([, path]) =>
      join(publicFolder(), path ?? ''),
    )
    expect(files).toHaveLength(2)
    expect(files.filter((file) => !existsSync(file))).toEqual([])
  })

  it('is a whole document with one first heading, a landmark and unique ids', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(html.match(/<h1\b/g)).toHaveLength(1)
    expect(html).toContain('<main id="content"')
    expect(html).toMatch(/<meta name="viewport"/)
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(html).not.toMatch(/undefined|\[object |NaN/)
  })
})

describe('the gallery', () => {
  it('escapes authors’ texts', () => {
    const evil = '"><script>alert(1)</script>'
    const widget = manifest({ title: evil, about: evil }, { label: param.text(evil, { about: evil }) })
    const html = views.gallery(
      site,
      [widget],
      [
        {
          name: 'x',
          report: report({
            place: evil,
            words: evil,
            code: [{ number: '1', text: evil, isFault: true, caret: evil }],
          }),
        },
      ],
    )
    expect(html).not.toContain('<script')
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(1)')
  })

  it('shows every widget sharp and links its page', () => {
    const html = views.gallery(site, [clock, badge], [])
    expect(imagesOf(html).map(srcOf)).toEqual([
      '/live/clock/main.png?scale=2',
      '/live/badge/main.png?scale=2',
    ])
    expect(html).toContain('href="/live/clock/main"')
    expect(html).toContain('href="/live/badge/main"')
  })

  it('lists every parameter with its values and its default', () => {
    const html = views.gallery(site, [clock], [])
    const rows = [...html.matchAll(/<tr>\s*<th scope="row">.*?<\/tr>/gs)].map(([row]) =>
      row
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    expect(rows).toEqual([
      'zone an IANA time zone text of at most 40 characters UTC',
      'hands a whole number from 1 to 5 3',
      'turn a time from 1s to 1h 1m',
      'seconds true or false true',
      'face one of digital, analog digital',
      'ink a colour like ff8800 or tomato 1d1c1a',
      'width CSS pixels a whole number from 100 to 1280 480',
      expect.stringMatching(/^scale .*a number from 1 to 3 1$/),
      'fps frames a second a number from 1 to 30 2',
      'quality JPEG and WebP a whole number from 1 to 100 85',
      'bits greys for e-paper: 1, 2, 4 or 8 bits a pixel one of auto, 1, 2, 4, 8 auto',
      'dither how few colours look like many one of none, floyd-steinberg, atkinson, stucki none',
      'colors the only colours that are sent 2 to 8 colours with commas between, like 000000,ffffff,ff0000 empty',
      'palette what the panel shows for each of colors 2 to 8 colours with commas between, like 000000,ffffff,ff0000 empty',
      'rotate clockwise, in degrees one of 0, 90, 180, 270 0',
      'invert light becomes dark true or false false',
    ])
  })

  it('has snippets with the public address', () => {
    const [html, markdown, linked, picture, bbcode] = snippetsOf(views.gallery(site, [clock], []))
    expect([html, markdown, linked, bbcode]).toEqual([
      '&lt;img src=&quot;https://pics.example.org/live/clock/main.png?scale=2&quot; width=&quot;480&quot; height=&quot;160&quot; ' +
        'alt=&quot;Clock&quot; loading=&quot;lazy&quot;&gt;',
      '![Clock](https://pics.example.org/live/clock/main.png)',
      '[![Clock](https://pics.example.org/live/clock/main.png)](https://pics.example.org/live/clock/main)',
      '[img]https://pics.example.org/live/clock/main.png[/img]',
    ])
    expect(picture).toContain('(prefers-reduced-motion: reduce)')
  })

  it('has a source for dark pages, for light ones and for less motion', () => {
    const themed = manifest({ fps: 2 }, { theme: param.theme() })
    const media = (widget: typeof themed, query = '') =>
      [
        ...views
          .picture(site, widget, { key: 'main' }, new URLSearchParams(query))
          .matchAll(/media=&quot;(.*?)&quot;/g),
      ].map(([, words]) => words)
    const [calm, dark, light] = ['reduced-motion: reduce', 'color-scheme: dark', 'color-scheme: light'].map(
      (words) => `(prefers-${words})`,
    )
    expect(media(themed)).toEqual([`${calm} and ${dark}`, calm, dark, light])
    expect(media(themed, 'theme=dark')).toEqual([calm])
    expect(media({ ...themed, fps: undefined })).toEqual([dark, light])
  })

  it('shows a broken module by its file and line, and whether its pictures keep running', () => {
    const html = views.gallery(site, [clock], [{ name: 'snow', report: report() }])
    expect(html).toContain('One module did not load')
    expect(html).toContain('<code>widgets/clock.ts:12:7</code>')
    expect(html).toContain('SyntaxError: Unexpected token')
    expect(html).not.toContain('keep running the old code')
    const known = views.gallery(site, [clock], [{ name: 'clock', report: report() }])
    expect(known).toContain('keep running the old code')
    expect(known).toContain('Its newest code does not load: <code>widgets/clock.ts:12:7</code>')
  })

  it('streams the given number of pictures, and labels the others', () => {
    const own = (title: string, more: Partial<Manifest> = {}) =>
      manifest({ name: title.toLowerCase(), title, file: `/srv/${title.toLowerCase()}.js`, ...more })
    const html = views.gallery(site, [own('Ape'), own('Bee'), own('Cat', { loops: true })], [], { live: 1 })
    expect(imagesOf(html).map(srcOf)).toEqual([
      '/live/ape/main.png?scale=2',
      '/live/bee/main.png?scale=2&amp;delivery=still',
      '/live/cat/main.png?scale=2&amp;delivery=still',
    ])
    expect(html.match(/>(live|an? \w+ here)[^<]*(?=<\/span>)/g)).toEqual([
      '>live',
      '>a still here, live on its page',
      '>an animation here, live on its page',
    ])
  })

  it('states no size that only the drawing determines', () => {
    const grid = manifest({
      shows: true,
      loads: true,
      sizeFromParams: true,
      size: { width: 220, height: 60 },
    })
    const html = views.gallery(site, [grid], [])
    expect(html).not.toMatch(/220|width="60"/)
    expect(srcOf(html)).toBe('/live/clock/main.png')
    expect(html).toContain('srcset="/live/clock/main.png 1x, /live/clock/main.png?scale=2 2x"')
  })

  it('names the widget whose last drawing failed, and the place in its code', () => {
    const failures = new Map([['badge', report({ words: 'failed to draw: TypeError' })]])
    const html = views.gallery(site, [clock, badge], [], { failures })
    const [clockCard, badgeCard] = html.split('id="badge"')
    expect(clockCard).toContain('<span class="live">live</span>')
    expect(clockCard).not.toContain('failing')
    expect(badgeCard).toContain('<code>widgets/clock.ts:12:7</code>: failed to draw: TypeError')
    expect(badgeCard).toContain('<span class="failing">failing</span>')
    expect(badgeCard).not.toContain('class="live"')
  })

  it('reports that there are no pictures', () => {
    expect(views.gallery(site, [], [])).toContain('No pictures yet')
    expect(views.gallery(site, [clock], [])).not.toContain('No pictures yet')
  })
})

describe('the page of a picture', () => {
  it('has snippets of this look, without defaults, unknown parameters and delivery', () => {
    const html = picture('hands=3&ink=%23FF8800&turn=120s&width=600&v=7&x=1&delivery=still&scale=1')
    expect(snippetsOf(html)[1]).toBe(
      '![Clock](https://pics.example.org/live/clock/main.png?turn=2m&amp;ink=ff8800&amp;width=600)',
    )
    expect(snippetsOf(html)[0]).toContain('width=&quot;600&quot; height=&quot;160&quot;')
    expect(srcOf(html)).toBe('/live/clock/main.png?turn=2m&amp;ink=ff8800&amp;width=600&amp;scale=2')
  })

  it('has a form that submits to the page itself', () => {
    expect(picture()).toContain('<form class="look" method="get" action="/live/clock/main">')
    expect(fieldOf(picture('hands=4'), 'hands')).toMatch(/value="4" type="number" .*min="1" max="5" step="1"/)
    expect(fieldOf(picture('face=analog'), 'face')).toContain(
      '<option value="analog" selected>analog</option>',
    )
    expect(fieldOf(picture('seconds=off'), 'seconds')).toContain('<option value="false" selected>no</option>')
    expect(fieldOf(picture(), 'turn')).toContain('value="1m"')
    expect(fieldOf(picture('ink=%23ff8800'), 'ink')).toMatch(/value="ff8800".*fill="#ff8800"/s)
    expect(fieldOf(picture(), 'fps')).toContain('max="30" step="any"')
  })

  it('takes an empty field as the default, but not an empty text', () => {
    const html = picture('hands=&ink=&turn=&zone=')
    expect(html).not.toContain('ignored')
    expect(srcOf(html)).toBe('/live/clock/main.png?zone=&amp;scale=2')
  })

  it('shows wrong values at their fields and draws without them', () => {
    const html = picture('hands=9&zone=CET')
    expect(html).toContain('One value was ignored')
    expect(fieldOf(html, 'hands')).toMatch(/value="9".*aria-invalid="true".*got &quot;9&quot;/s)
    expect(snippetsOf(html)[1]).toBe('![Clock](https://pics.example.org/live/clock/main.png?zone=CET)')
  })

  it('has a quality field if the format has a quality', () => {
    expect(fieldOf(picture('quality=50'), 'quality')).toBe('')
    const html = picture('quality=50', clock, { key: 'main', extension: 'webp' })
    expect(fieldOf(html, 'quality')).toContain('value="50"')
    expect(html).toContain('action="/live/clock/main.webp"')
    expect(srcOf(html)).toBe('/live/clock/main.webp?quality=50&amp;scale=2')
    expect(html).toMatch(/<a href="\/live\/clock\/main\.webp\?quality=50" aria-current="page">WebP/)
  })

  it('shows example data in the gallery only', () => {
    const weather = manifest({ hasExample: true })
    expect(views.gallery(site, [weather], [])).toContain('/live/clock/main.png?scale=2&amp;example=on')
    expect(views.picture(site, weather, { key: 'main' }, none)).not.toContain('example=on')
  })

  it('links the same look as a still, a stream and data', () => {
    const html = picture('zone=CET')
    expect(html).toContain('href="/live/clock/main.png?zone=CET&amp;delivery=still"')
    expect(html).toContain('href="/live/clock/main.mjpeg?zone=CET"')
    expect(html).toContain('href="/live/clock/main.json?zone=CET"')
  })

  it('does not guess a size that only the drawing determines', () => {
    const html = picture('label=hi', badge)
    expect(imagesOf(html)[0]).toBe(
      '<img src="/live/badge/main.png?label=hi" srcset="/live/badge/main.png?label=hi 1x, ' +
        '/live/badge/main.png?label=hi&amp;scale=2 2x" alt="Clock" loading="lazy">',
    )
    expect(snippetsOf(html)[0]).not.toContain('width=')
  })

  it('shows why its newest code does not load, and why its last drawing failed', () => {
    const load = views.picture(site, clock, { key: 'main' }, none, { load: report() })
    expect(load).toContain('Its newest code does not load')
    expect(load).toContain('The picture keeps running the old code.')
    expect(load).toMatch(
      /<pre class="frame"[^>]*>.*>11<.*<mark class="line">.*>12<.*size: \(,<span class="caret">\n {7}\^/s,
    )
    expect(load).not.toContain('could not be drawn')
    const draw = views.picture(site, clock, { key: 'main' }, none, { draw: report({ code: undefined }) })
    expect(draw).toContain('Its newest picture could not be drawn')
    expect(draw).not.toContain('<pre class="frame"')
    expect(picture()).not.toContain('class="notice"')
  })

  it('has an SVG of unknown size once, since it is sharp in any density', () => {
    const html = picture('label=hi', badge, { key: 'main', extension: 'svg' })
    expect(imagesOf(html)[0]).toBe('<img src="/live/badge/main.svg?label=hi" alt="Clock" loading="lazy">')
  })

  it('is labelled as failing if its last drawing failed, and not as live', () => {
    const html = views.picture(site, clock, { key: 'main' }, none, { draw: report() })
    expect(html).toContain('<span class="failing">failing</span>')
    expect(html).not.toContain('class="live"')
    expect(views.picture(site, clock, { key: 'main' }, none, { load: report() })).toContain('class="live"')
  })

  it('has a large field for a long text, and hints in sentences', () => {
    const long = manifest(
      {},
      {
        show: param.text('\na', { max: 201, about: 'pictures, with commas' }),
        short: param.text('', { max: 200 }),
      },
    )
    const html = picture('', long)
    expect(fieldOf(html, 'show')).toMatch(/^<textarea [^>]*maxlength="201"[^>]*>\n\na<\/textarea>/)
    expect(fieldOf(html, 'show')).toContain('>Pictures, with commas. Text of at most 201 characters.<')
    expect(fieldOf(html, 'short')).toMatch(/^<input [^>]*type="text" maxlength="200"/)
  })

  it('keeps a huge picture within the server’s limit', () => {
    const huge = manifest({ size: { width: 4000, height: 3000 } })
    expect(srcOf(picture('', huge))).toBe('/live/clock/main.png')
  })

  it('escapes the key and the values', () => {
    const html = picture('zone="><script>', clock, { key: '"><b>' })
    expect(html).not.toMatch(/<script|<b>/)
    expect(srcOf(html)).toContain('/live/clock/%22%3E%3Cb%3E.png?zone=%22%3E%3Cscript%3E')
  })

  it('asks what a misspelt parameter means, and ignores those that are none', () => {
    expect(picture('color=red&inkk=red')).toContain('there is no such parameter, did you mean ink?')
    expect(picture('v=1&t=123&utm_source=mail&cachebuster=9')).not.toContain('did you mean')
  })

  it('says what link previews show: a still of this look', () => {
    const html = picture('width=600&ink=%23FF8800')
    const meta = Object.fromEntries(
      [...html.matchAll(/<meta property="og:([^"]+)" content="([^"]*)">/g)].map(([, name, content]) => [
        name,
        content,
      ]),
    )
    expect(meta).toMatchObject({
      title: 'Clock',
      image:
        'https://pics.example.org/live/clock/main.png?ink=ff8800&amp;width=600&amp;scale=2&amp;delivery=still',
      'image:width': '1200',
      'image:height': '320',
      url: 'https://pics.example.org/live/clock/main?ink=ff8800&amp;width=600',
    })
  })

  it('works at the root of a host', () => {
    const html = views.picture({ url: 'http://localhost:8080', base: '' }, clock, { key: 'main' }, none)
    expect(srcOf(html)).toBe('/clock/main.png?scale=2')
    expect(html).toContain('href="/assets/style.css"')
    expect(snippetsOf(html).at(-1)).toBe('[img]http://localhost:8080/clock/main.png[/img]')
  })
})

describe('the error page', () => {
  it('shows the status, the title and the detail, escaped', () => {
    const html = views.error(site, {
      status: 404,
      title: 'Not Found',
      detail: 'no widget <b>, did you mean clock?',
      asked: '/live/<b>/main',
    })
    expect(html).toContain('404')
    expect(html).toContain('<h1>Not Found</h1>')
    expect(html).toContain('no widget &lt;b&gt;, did you mean clock?')
    expect(html).toContain('You requested <code>/live/&lt;b&gt;/main</code>')
    expect(html).toContain('href="/live/"')
  })
})

describe('the public folder', () => {
  it('does not serve templates', () => {
    expect(readdirSync(join(publicFolder(), 'assets')).toSorted()).toEqual([
      'dashboard.css',
      'icon.svg',
      'refused.css',
      'style.css',
    ])
  })
})
