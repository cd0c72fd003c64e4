import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import express5 from 'express'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DashboardPictures, PAPERS } from '../../src/http/dashboard/dashboard-pictures.ts'
import type { Imgcast } from '../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../src/imgcast.ts'
import { builtInFolder } from '../../src/widget/built-in-folder.ts'
import { loadFolders } from '../../src/widget/load-folder.ts'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { firefox, openStream, type RawStream, webkit } from '../support/stream-reader.ts'

const TOKEN = 'a-token-of-the-tests'
// The older Express has no types of its own; what is used here is the same in both.
const express4 = createRequire(import.meta.url)('express4') as typeof express5

let server: TestServer
let cookie: string
const streams: RawStream[] = []

beforeAll(async () => {
  server = await startServer({ widgets: [], token: TOKEN })
  cookie = cookieOf(await signIn(server.url))
})
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close()
  await eventually(() => expect(server.imgcast.stats().connections).toBe(0))
})
afterAll(() => server.close())

function signIn(
  url: string,
  {
    token = TOKEN,
    to = '',
    headers = {},
  }: { token?: string; to?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const body = new URLSearchParams({ token, to })
  return fetch(`${url}/dashboard/login`, { method: 'POST', redirect: 'manual', body, headers })
}

function cookieOf(response: Response): string {
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}

async function ask(path: string, init: RequestInit = {}): Promise<{ response: Response; page: string }> {
  const response = await fetch(`${server.url}/dashboard${path}`, {
    redirect: 'manual',
    headers: { Cookie: cookie },
    ...init,
  })
  return { response, page: await response.text() }
}

async function watch(path: string, headers: Record<string, string> = {}): Promise<RawStream> {
  const stream = await openStream(server.url + path, { headers })
  streams.push(stream)
  await stream.nextPart()
  return stream
}

/** The rooms that a list has, in its order. */
function roomsOf(page: string): string[] {
  return [...page.matchAll(/<th scope="row"><a href="[^"]*\/dashboard\/([^"]+)"/g)].map(
    ([, room = '']) => room,
  )
}

/** The text of a page, each run of white space as one space. */
function textOf(page: string): string {
  return page
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\/ /g, '/')
}

describe('signing in', () => {
  test('a reader without a cookie gets the form, which returns to the requested page', async () => {
    for (const path of ['', '/', '/online/blog', '?search=x', '/nothing/here/at/all']) {
      const { response, page } = await ask(path, { headers: {} })
      expect(response.status).toBe(401)
      expect(page).toContain('<input id="token" type="password" name="token" autocomplete="current-password"')
      expect(page).toContain(`name="to" value="${path === '/' ? '' : path}"`)
      expect(page).not.toContain('Sign out')
    }
  })

  test('the token once makes a cookie that only the dashboard is sent, and that does not have the token', async () => {
    const response = await signIn(server.url, { to: '/online/blog?x=1' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/dashboard/online/blog?x=1')
    const set = response.headers.get('set-cookie') ?? ''
    for (const part of ['Path=/dashboard', 'HttpOnly', 'SameSite=Strict', 'Max-Age=2592000'])
      expect(set.split('; ')).toContain(part)
    expect(set).not.toContain('Secure')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(set).not.toContain(TOKEN)
  })

  test.each(['//evil.example', 'https://evil.example', '/\\evil.example', '.evil.example'])(
    'no form redirects to another site by %s',
    async (to) => {
      const location = (await signIn(server.url, { to })).headers.get('location') ?? ''
      expect(new URL(location, `${server.url}/dashboard/login`).href).toMatch(`${server.url}/dashboard`)
    },
  )

  test('a cookie that was changed, has expired or belongs to another token is invalid', async () => {
    const [name, value = ''] = cookie.split('=')
    const [end, id, mac] = value.split('.')
    const wrong = [
      ...[`${Number(end) + 1}.${id}.${mac}`, `${end}.${id}.`, `${end}.${mac}`, `${end}`],
      ...['', '.', `${end}.${id}.${mac}x`, TOKEN],
    ]
    for (const each of wrong) {
      const { response } = await ask('', { headers: { Cookie: `${name}=${each}` } })
      expect(response.status).toBe(401)
    }
    expect((await ask('', { headers: { Cookie: `other=1; ${cookie}; more=2` } })).response.status).toBe(200)
  })

  test('a wrong token returns the form with an error', async () => {
    const response = await signIn(server.url, { token: 'wrong', to: '/online/blog' })
    expect(response.status).toBe(401)
    expect(response.headers.get('set-cookie')).toBeNull()
    const page = await response.text()
    expect(page).toContain('This is not the token of this server.')
    expect(page).toContain('aria-invalid="true"')
    expect(page).toContain('name="to" value="/online/blog"')
  })

  test.each([
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    [{ Origin: 'https://evil.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ 'Sec-Fetch-Site': 'same-origin', Origin: 'https://name-before-a-proxy.example' }, 303],
  ])('a form that says %j is answered %i', async (headers, status) => {
    expect((await signIn(server.url, { headers: headers as Record<string, string> })).status).toBe(status)
    const signedOut = await ask('/logout', { method: 'POST', headers: headers as Record<string, string> })
    expect(signedOut.response.status).toBe(status)
  })

  test('a form of this origin signs in, by Origin alone too', async () => {
    expect((await signIn(server.url, { headers: { Origin: server.url } })).status).toBe(303)
  })

  test('a cookie opens the events of the API, and nothing else of it', async () => {
    const status = async (path: string) => {
      const response = await fetch(`${server.url}/api${path}`, { headers: { Cookie: cookie } })
      await response.body?.cancel()
      return response.status
    }
    expect([await status('/events'), await status('/rooms')]).toEqual([200, 401])
    const sent = (await signIn(server.url)).headers.getSetCookie()
    expect(sent.map((each) => /Path=([^;]+)/.exec(each)?.[1])).toEqual(['/dashboard', '/api/events'])
  })

  test('an ended session is also over for copies of its cookie', async () => {
    const copied = cookieOf(await signIn(server.url))
    expect((await ask('', { headers: { Cookie: copied } })).response.status).toBe(200)
    await ask('/logout', { method: 'POST', headers: { Cookie: copied } })
    expect((await ask('', { headers: { Cookie: copied } })).response.status).toBe(401)
    expect((await ask('')).response.status).toBe(200)
  })

  test('signing out deletes the cookie', async () => {
    const { response } = await ask('/logout', { method: 'POST' })
    cookie = cookieOf(await signIn(server.url))
    expect(response.status).toBe(303)
    expect(response.headers.get('set-cookie')).toMatch(
      /^imgcast_dashboard=; Path=\/dashboard; Expires=Thu, 01 Jan 1970/,
    )
  })

  test('a reader who followed a link on another site, without the cookie, gets a link to continue', async () => {
    const { page } = await ask('/online/blog', { headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(page).toContain('<a href="/dashboard/online/blog">I am signed in already</a>')
    expect((await ask('/online/blog', { headers: {} })).page).not.toContain('signed in already')
  })

  test('guessing is slowed down, with a page that says so', async () => {
    const guessed = await startServer({ widgets: [], token: TOKEN })
    try {
      let response = await signIn(guessed.url, { token: 'guess' })
      for (let guess = 0; guess < 30 && response.status === 401; guess += 1)
        response = await signIn(guessed.url, { token: `guess ${guess}` })
      expect(response.status).toBe(429)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await response.text()).toContain('This address sent too many wrong tokens.')
      expect((await signIn(guessed.url)).status).toBe(303)
    } finally {
      await guessed.close()
    }
  })

  test('guessing is also slowed down behind a proxy that adds ports', async () => {
    const guessed = await startServer({ widgets: [], token: TOKEN }, 'loopback')
    try {
      const guessFrom = (address: string) =>
        signIn(guessed.url, { token: 'guess', headers: { 'X-Forwarded-For': address } })
      for (let port = 5000; port < 5010; port += 1)
        expect((await guessFrom(`192.0.2.1:${port}`)).status).toBe(401)
      expect((await guessFrom('192.0.2.1:5010')).status).toBe(429)
      expect((await guessFrom('192.0.2.2:5010')).status).toBe(401)
    } finally {
      await guessed.close()
    }
  })

  test('its pages are not cached, framed elsewhere or sent as a referrer', async () => {
    for (const headers of [{}, { Cookie: cookie }]) {
      const { response } = await ask('', { headers: headers as Record<string, string> })
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('referrer-policy')).toBe('same-origin')
      expect(response.headers.get('content-security-policy')).toMatch(
        /default-src 'none';.*frame-ancestors 'self'/,
      )
    }
  })
})

describe('the list', () => {
  test('explains how the first room is made while there is none', async () => {
    const empty = await startServer({ widgets: [], token: TOKEN })
    try {
      const headers = { Cookie: cookieOf(await signIn(empty.url)) }
      const page = await (await fetch(`${empty.url}/dashboard`, { headers })).text()
      expect(page).toContain('No room has been watched yet')
      expect(page).toContain(`&lt;img src=&quot;${empty.url}/online/blog.png&quot;`)
      expect(roomsOf(page)).toEqual([])
      expect(page).not.toContain('<caption')
    } finally {
      await empty.close()
    }
  })

  test('has the viewers of each room, in numbers and in one live picture, without the dashboard’s own pictures', async () => {
    await watch('/online/listed.png')
    await watch('/online/listed.png', { 'Accept-Language': 'x-other' })
    await watch('/online/listed.jpg')
    await watch(`/rooms/dashboard.png?show=online/listed`)
    await eventually(async () => {
      const { page } = await ask('?search=listed')
      expect(roomsOf(page)).toEqual(['online/listed'])
      expect(textOf(page)).toContain('online/listed 2 3 2 3')
      expect(textOf(page)).toMatch(/Visitors 2 Connections 3 Rooms watched 1 of \d/)
    })
    const { page } = await ask('?search=dashboard')
    const { roles } = await loadFolders([builtInFolder()])
    expect(new DashboardPictures(roles).ownRooms).toContain('rooms/dashboard')
    expect(roomsOf(page)).toEqual([])
    expect(page).toContain('No such rooms')
  })

  test('has the cameras, those that failed first', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}` }
    const { bytes } = plainFrame('#ff0000', { format: 'jpeg', width: 40, height: 20 })
    const push = { method: 'POST', headers, body: new Uint8Array(bytes) }
    for (const key of ['robot', 'zoo']) await fetch(`${server.url}/api/cameras/${key}/frames`, push)
    expect((await ask('')).page).toContain('<h2 id="cameras">Cameras</h2>')
    const robot = /robot push (connecting|idle) \d+ ms 1\/s 0\/s \d{3} bytes 0 0/
    expect(textOf((await ask('')).page)).toMatch(robot)
    expect(textOf((await ask('')).page)).toMatch(/robot.+zoo/)
  })

  test('its live pictures are pictures, of the height of its rows', async () => {
    for (const key of ['p1', 'p2', 'p3']) await (await fetch(`${server.url}/online/${key}.png`)).arrayBuffer()
    const { page } = await ask('?search=online/p')
    const urls = [...page.matchAll(/(?:src|srcset)="([^" ]+rooms\/dashboard[^" ]+)/g)].map(
      ([, url = '']) => url,
    )
    expect(urls.length).toBe(5)
    for (const url of new Set(urls)) {
      const response = await fetch(server.url + url.replaceAll('&amp;', '&'))
      expect(response.status).toBe(200)
      expect(Buffer.from(await response.arrayBuffer()).readUInt32BE(20)).toBe(roomsOf(page).length * 40)
    }
  })

  test('its live pictures are on the papers of the style sheet', async () => {
    const css = await (await fetch(`${server.url}/assets/style.css`)).text()
    const papers = [...css.matchAll(/--paper: #(\w+)/g)].map(([, paper]) => paper)
    expect(papers).toEqual([PAPERS.light, PAPERS.dark])
  })

  test('has pages of twenty, of which each room is on one', async () => {
    const all = Array.from({ length: 45 }, (_, index) => `hits/page-${String(index).padStart(2, '0')}`)
    for (const room of all) await (await fetch(`${server.url}/${room}.png`)).arrayBuffer()
    const seen: string[] = []
    const lengths: number[] = []
    let path: string | undefined = '?search=page-&sort=room'
    while (path !== undefined) {
      const { page } = await ask(path)
      seen.push(...roomsOf(page))
      lengths.push(roomsOf(page).length)
      expect(page).toContain('45 rooms')
      path = /href="\/dashboard(\?[^"]*)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(lengths).toEqual([20, 20, 5])
    expect(seen).toEqual(all)
  })

  test('a page is shorter if one picture could not name all its rooms', async () => {
    const all = Array.from({ length: 30 }, (_, index) => `hits/long-${'x'.repeat(57)}${10 + index}`)
    expect(all[0]?.split('/')[1]?.length).toBe(64)
    for (const room of all) await (await fetch(`${server.url}/${room}.png`)).arrayBuffer()
    const seen: string[] = []
    let path: string | undefined = '?search=long-&sort=room'
    while (path !== undefined) {
      const { page } = await ask(path)
      seen.push(...roomsOf(page))
      const url = /srcset="([^" ]+rooms\/dashboard[^" ]+)/.exec(page)?.[1]?.replaceAll('&amp;', '&')
      expect((await fetch(server.url + url)).status).toBe(200)
      path = /href="\/dashboard(\?[^"]*)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen).toEqual(all)
  })

  test('is sorted by the headings of its columns, which show the order', async () => {
    for (let hit = 0; hit < 3; hit += 1) await (await fetch(`${server.url}/hits/sort-b.png`)).arrayBuffer()
    await (await fetch(`${server.url}/hits/sort-a.png`)).arrayBuffer()
    const { page } = await ask('?search=sort-&sort=-hits')
    expect(roomsOf(page)).toEqual(['hits/sort-b', 'hits/sort-a'])
    expect(page).toMatch(/aria-sort="descending"><a href="\/dashboard\?search=sort-&amp;sort=hits">Hits/)
    const turned = await ask('?search=sort-&sort=hits')
    expect(roomsOf(turned.page)).toEqual(['hits/sort-a', 'hits/sort-b'])
    expect(turned.page).toMatch(
      /aria-sort="ascending"><a href="\/dashboard\?search=sort-&amp;sort=-hits">Hits/,
    )
    expect(turned.page).toContain('<a href="/dashboard?search=sort-&amp;sort=-visitors">Visitors')
  })

  test('can be filtered by widget and by viewers; empty fields have no effect', async () => {
    await watch('/online/narrow.png')
    await (await fetch(`${server.url}/online/narrow-not.png`)).arrayBuffer()
    await (await fetch(`${server.url}/hits/narrow.png`)).arrayBuffer()
    const find = async (query: string) => roomsOf((await ask(`?search=narrow&${query}&sort=room`)).page)
    expect(await find('widget=')).toEqual(['hits/narrow', 'online/narrow', 'online/narrow-not'])
    expect(await find('widget=online')).toEqual(['online/narrow', 'online/narrow-not'])
    await eventually(async () => expect(await find('watched=true')).toEqual(['online/narrow']))
  })

  test('the form contains the search text, escaped', async () => {
    const { response, page } = await ask(`?search=${encodeURIComponent('"><script>')}`)
    expect(response.status).toBe(200)
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;"')
    expect(page).not.toContain('<script')
  })
})

describe('a room', () => {
  test('has its counts, its looks, its viewers’ browsers and its traffic', async () => {
    const path = '/online/large'
    await watch(`${path}.png`)
    await watch(`${path}.png?label=readers&width=200&t=1`, { 'X-Forwarded-For': '192.0.2.1' })
    await watch(`${path}.png?width=200&label=readers&delivery=stream&v=1`, firefox)
    await watch(`${path}.mjpeg`, { 'User-Agent': 'Lavf/61.7' })
    await watch(`${path}.png`, webkit)
    await eventually(async () => {
      const { response, page } = await ask(path)
      expect(response.status).toBe(200)
      const text = textOf(page)
      expect(text).toContain('Connections 5')
      expect(page).toContain('<a href="/online/large?label=readers&amp;width=200">PNG</a>')
      expect(text).toContain('PNG defaults 2')
      expect(text).toContain('PNG label=readers&amp;width=200 2')
      expect(text).toContain('JPEG defaults 1')
      expect(text).toContain('Chromium 2 50 %')
      expect(text).toContain('Firefox 1 0 %')
      expect(text).toContain('WebKit 1 0 %')
      expect(text).toContain('no browser 1 0 %')
      expect(text).toContain('all 5 20 %')
      expect(text).toMatch(/Data [\d.]+ kB Frames \d+ Frames dropped 0 Streams opened 5/)
    })
  })

  test('shows three charts in one picture, and viewers within a grid separately', async () => {
    await watch('/grid/wall.png?show=online/within')
    await eventually(async () => {
      const { page } = await ask('/online/within')
      expect(textOf(page)).toContain('1 connection shows it within another picture')
    })
    const { page } = await ask('/online/within')
    const urls = new Set(
      [...page.matchAll(/srcset="([^" ]+grid\/dashboard[^" ]+)/g)].map(([, url = '']) =>
        url.replaceAll('&amp;', '&'),
      ),
    )
    expect(urls.size).toBe(4)
    for (const url of urls) {
      const response = await fetch(server.url + url)
      expect(response.status).toBe(200)
      const png = Buffer.from(await response.arrayBuffer())
      expect(page).toContain(`width="${png.readUInt32BE(16)}" height="${png.readUInt32BE(20)}"`)
    }
  })

  test('looking at it does not count in it', async () => {
    await watch('/online/quiet.png')
    const { page } = await ask('/online/quiet')
    const chart = /src="([^"]+grid\/dashboard[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    await watch(String(chart))
    await watch('/rooms/dashboard.png?show=online/quiet')
    await eventually(async () => {
      const told = await (await fetch(`${server.url}/online/quiet.json`)).json()
      expect(told).toMatchObject({ connections: 1, visitors: 1 })
    })
    expect(textOf((await ask('?watched=true')).page)).toContain('Connections 1')
  })

  test('of a longest name is shown too', async () => {
    const room = `online/${'k'.repeat(64)}`
    await (await fetch(`${server.url}/${room}.png`)).arrayBuffer()
    const { page } = await ask(`/${room}`)
    const chart = /src="([^"]+grid\/dashboard[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    expect((await fetch(server.url + chart)).status).toBe(200)
  })
})

describe('errors are pages', () => {
  test.each([
    ['/online/nobody', 404, 'No viewer or request yet for online/nobody.'],
    ['/nothing', 404, 'There is nothing here.'],
    ['/nothing/here/at/all', 404, 'There is nothing here.'],
    ['/online/a%20b', 400, 'expected 1 to 64 characters'],
    ['?sort=luck', 400, 'expected one of room'],
    ['?cursor=x', 400, 'expected `next` of a page with the same `sort`'],
  ])('%s is answered %i', async (path, status, words) => {
    const { response, page } = await ask(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page).toContain(words)
    expect(page).toContain('<a href="/dashboard">Back to the dashboard</a>')
  })

  test('other methods are refused, and HEAD returns no body', async () => {
    expect((await ask('', { method: 'PUT', headers: { Cookie: cookie } })).response.status).toBe(405)
    expect((await ask('/logout', { headers: { Cookie: cookie } })).response.status).toBe(405)
    const { response, page } = await ask('', { method: 'HEAD', headers: { Cookie: cookie } })
    expect([response.status, page]).toEqual([200, ''])
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(500)
  })

  test('a form that is too large is refused', async () => {
    const response = await signIn(server.url, { token: 'x'.repeat(10_000) })
    expect(response.status).toBe(413)
    expect(await response.text()).toContain('Back to the dashboard')
  })
})

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('below another path, in an app of %s that reads bodies itself', (_version, express) => {
  let imgcast: Imgcast
  let host: Server
  let origin: string

  beforeAll(async () => {
    const log = pino({ level: 'silent' })
    imgcast = await createImgcast({ workers: 1, store: 'memory:', token: TOKEN, log })
    const app = express()
    app.set('trust proxy', true)
    app.use(express.urlencoded({ extended: true }))
    app.use('/live', imgcast.router)
    host = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => host.once('listening', resolve))
    origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    host.close()
    await imgcast.close()
    host.closeAllConnections()
  })

  test('one signs in, finds a room, and every address is below the path', async () => {
    await (await fetch(`${origin}/live/online/blog.png`)).arrayBuffer()
    const signedIn = await signIn(`${origin}/live`)
    expect(signedIn.headers.get('location')).toBe('/live/dashboard')
    expect(signedIn.headers.get('set-cookie')).toContain('; Path=/live/dashboard;')
    for (const path of ['', '/online/blog', '/online/none']) {
      const response = await fetch(`${origin}/live/dashboard${path}`, {
        headers: { Cookie: cookieOf(signedIn) },
      })
      const page = await response.text()
      const addresses = [...page.matchAll(/(?:href|src|srcset|action)="([^"]+)"/g)].map(
        ([, address]) => address,
      )
      expect(addresses.length).toBeGreaterThan(5)
      for (const address of addresses) expect(address).toMatch(/^(\/live\/|#)/)
    }
  })

  test('over https the cookie is for https only', async () => {
    const response = await signIn(`${origin}/live`, { headers: { 'X-Forwarded-Proto': 'https' } })
    expect(response.headers.get('set-cookie')).toContain('; Secure')
  })
})

test('with --public-url the addresses are as the outside knows them', async () => {
  const known = await startServer({ widgets: [], token: TOKEN, publicUrl: 'https://pics.example.org/live' })
  try {
    const origin = { Origin: 'https://pics.example.org' }
    const signedIn = await signIn(known.url, { headers: origin })
    expect(signedIn.headers.get('location')).toBe('/live/dashboard')
    expect(signedIn.headers.get('set-cookie')).toContain('; Path=/live/dashboard;')
    expect((await signIn(known.url, { headers: { Origin: 'https://example.org' } })).status).toBe(403)
    const page = await (
      await fetch(`${known.url}/dashboard`, { headers: { Cookie: cookieOf(signedIn) } })
    ).text()
    expect(page).toContain('https://pics.example.org/live/online/blog.png')
  } finally {
    await known.close()
  }
})
