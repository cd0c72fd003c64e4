import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/cli/doctor/diagnose.ts'
import type { Observations } from '../../src/cli/doctor/observations.ts'
import { boundaryOf, Parts } from '../../src/cli/doctor/parts.ts'
import { recogniseProxy } from '../../src/cli/doctor/proxy.ts'
import { remedyFor } from '../../src/cli/doctor/remedies.ts'
import { type Report, toText } from '../../src/cli/doctor/report.ts'
import { runCommand, useServer } from '../support/command.ts'

const STREAM = 'multipart/x-mixed-replace; boundary=imgcast-1'
const HEADERS = {
  'content-type': STREAM,
  'cache-control': 'no-store, no-transform',
  'cross-origin-resource-policy': 'cross-origin',
}

/** Observations without a fault. */
const well = {
  reach: {
    url: 'https://img.example.com/online/lobby.png',
    address: '192.0.2.1',
    dead: [],
    connected: 20,
    tls: { version: 'TLSv1.3', validTo: 'Jan 1 2030' },
    protocol: 'HTTP/2',
    redirects: [],
  },
  proxy: 'nginx',
  identity: { status: 200, headers: HEADERS, base: '', wanted: 'stream' },
  clientProtocol: 'HTTP/2',
  roundTrip: 10,
  opened: { status: 200, headers: HEADERS, isStill: false, isHeldToCompress: false, first: 30 },
  pushes: [40, 30, 50],
  pace: { interval: 200, watched: 3000, arrivals: Array.from({ length: 15 }, (_, index) => index * 200) },
  quiet: { watched: 5000, ended: undefined },
  socket: { isOpen: true },
  visit: { isCounted: true, uncounted: 20, patience: 4000 },
  visitors: { apart: true, forged: false },
  audit: { status: 200, agrees: true },
} satisfies Observations

/** The ids of all findings that are not ok, with their levels. */
function ill(seen: Observations): Record<string, string> {
  const found = diagnose(seen).filter(({ level }) => level !== 'ok')
  return Object.fromEntries(found.map(({ id, level }) => [id, level]))
}

/** Observations of a server that cannot be reached. */
function failed(stage: 'name' | 'connection' | 'tls' | 'response', code: string): Observations {
  return { reach: { ...well.reach, failure: { stage, code, message: 'it failed' } }, proxy: 'none seen' }
}

/** Observations of another server. */
function found(status: number, headers: Record<string, string>): Observations {
  const identity = { status, headers, base: undefined, wanted: 'stream' as const }
  return { reach: well.reach, proxy: 'nginx', identity }
}

function headed(headers: Record<string, string>): Observations {
  return { ...well, opened: { ...well.opened, headers: { ...HEADERS, ...headers } } }
}

const bursts = (size: number) =>
  Array.from({ length: 15 }, (_, index) => Math.floor(index / size) * 200 * size)

describe('a diagnosis', () => {
  test('of a healthy server has every check, and each is ok without a remedy', () => {
    const findings = diagnose(well)
    expect(ill(well)).toEqual({})
    expect(findings).toHaveLength(17)
    for (const { remedy } of findings) expect(remedy).toBeUndefined()
  })

  test.each<[string, Observations, Record<string, string>, RegExp]>([
    ['an unknown name', failed('name', 'ENOTFOUND'), { reachable: 'problem' }, /does not exist/],
    ['a closed port', failed('connection', 'ECONNREFUSED'), { reachable: 'problem' }, /Nothing listens/],
    ['a port without TLS', failed('tls', 'EPROTO'), { reachable: 'problem' }, /try http:\/\//],
    ['TLS for an http address', failed('response', 'ECONNRESET'), { reachable: 'problem' }, /https:\/\//],
    ['silence', failed('response', 'NO_RESPONSE'), { reachable: 'problem' }, /sends nothing/],
    [
      'one dead address of two',
      { ...well, reach: { ...well.reach, dead: ['2001:db8::1'] } },
      { reachable: 'warning' },
      /remove it from DNS/,
    ],
    [
      'an old certificate',
      { ...well, reach: { ...well.reach, tls: { ...well.reach.tls, fault: 'CERT_HAS_EXPIRED' } } },
      { certificate: 'problem' },
      /renew/,
    ],
    [
      'half a chain',
      {
        ...well,
        reach: { ...well.reach, tls: { ...well.reach.tls, fault: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } },
      },
      { certificate: 'problem' },
      /fullchain/,
    ],
    ['a plain file', found(200, { 'content-type': 'image/png' }), { imgcast: 'problem' }, /static file/],
    ['a web page', found(200, { 'content-type': 'text/html' }), { imgcast: 'problem' }, /Another web server/],
    [
      'another stream',
      found(200, { 'content-type': STREAM }),
      { imgcast: 'problem' },
      /address of an Imgcast/,
    ],
    ['a login', found(401, {}), { imgcast: 'problem' }, /login/],
    [
      'http:// for an https:// address',
      { ...found(400, {}), reach: { url: 'http://a/', dead: [], protocol: 'HTTP/1.1', redirects: [] } },
      { imgcast: 'problem' },
      /https:\/\//,
    ],
    ['nothing behind the proxy', found(502, {}), { imgcast: 'problem' }, /proxy_pass/],
    [
      'a wrong picture',
      { ...well, identity: { ...well.identity, status: 404, problem: 'no widget onlin' } },
      { picture: 'problem' },
      /gallery/,
    ],
    [
      'a picture that is late',
      { ...well, identity: { ...well.identity, status: 503, problem: 'the picture takes too long' } },
      { picture: 'problem' },
      /again later/,
    ],
    [
      'an address of no picture',
      {
        ...well,
        reach: { ...well.reach, url: 'https://img.example.com/api/rooms' },
        identity: {
          status: 401,
          headers: { 'content-type': 'application/json' },
          base: '',
          wanted: undefined,
        },
      },
      { picture: 'warning' },
      /To examine one picture, give its address/,
    ],
    [
      'a picture from a cache',
      { ...well, identity: { ...well.identity, headers: { 'content-type': 'image/png' } } },
      { picture: 'problem' },
      /proxy_cache off/,
    ],
    [
      'HTTP/1.1',
      { ...well, reach: { ...well.reach, protocol: 'HTTP/1.1' }, clientProtocol: 'HTTP/1.1' },
      { 'http-version': 'warning' },
      /http2/,
    ],
    [
      'a proxy that does not say that a browser speaks HTTP/1.1',
      { ...well, reach: { ...well.reach, protocol: 'HTTP/1.1' }, clientProtocol: 'HTTP/2; assumed' },
      { 'client-protocol': 'warning', 'http-version': 'warning' },
      /X-Client-Protocol \$server_protocol/,
    ],
    [
      'a proxy whose own requests are HTTP/1.1',
      { ...well, clientProtocol: 'HTTP/1.1' },
      { 'client-protocol': 'warning' },
      /X-Client-Protocol/,
    ],
    ['compression', headed({ 'content-encoding': 'gzip' }), { headers: 'problem' }, /gzip off/],
    [
      'compression that holds back',
      { ...well, opened: { ...well.opened, isHeldToCompress: true } },
      { headers: 'problem' },
      /gzip off/,
    ],
    ['a cache', headed({ age: '3' }), { headers: 'problem' }, /proxy_cache off/],
    ['caching allowed', headed({ 'cache-control': 'max-age=60' }), { headers: 'warning' }, /no-store/],
    [
      'another policy',
      headed({ 'cross-origin-resource-policy': 'cross-origin, same-origin' }),
      { headers: 'problem' },
      /other sites/,
    ],
    [
      'a still',
      { ...well, opened: { ...well.opened, isStill: true } },
      { stream: 'problem' },
      /Sec-Fetch-Dest/,
    ],
    [
      'too many',
      { ...well, opened: { ...well.opened, status: 429 } },
      { stream: 'problem' },
      /--trust-proxy/,
    ],
    [
      'no picture',
      { ...well, opened: { ...well.opened, first: undefined } },
      { 'first-picture': 'problem' },
      /proxy_buffering off/,
    ],
    [
      'a late picture',
      { ...well, opened: { ...well.opened, first: 2500 } },
      { 'first-picture': 'warning' },
      /proxy_buffering off/,
    ],
    [
      'no changes',
      { ...well, pushes: [Number.POSITIVE_INFINITY] },
      { 'push-delay': 'problem' },
      /proxy_buffering off/,
    ],
    ['late changes', { ...well, pushes: [900, 800, 5] }, { 'push-delay': 'warning' }, /buffering/],
    [
      'bursts',
      { ...well, pace: { ...well.pace, arrivals: bursts(5) } },
      { buffering: 'problem' },
      /buffering/,
    ],
    [
      'no picture in time',
      { ...well, pace: { ...well.pace, arrivals: [] } },
      { buffering: 'problem' },
      /buffering/,
    ],
    [
      'an end',
      { ...well, quiet: { watched: 4000, ended: 4000 } },
      { 'stays-open': 'problem' },
      /proxy_read_timeout/,
    ],
    [
      'a proxy that passes no WebSockets on',
      { ...well, socket: { isOpen: false, status: 426 } },
      { websocket: 'warning' },
      /proxy_set_header Upgrade \$http_upgrade/,
    ],
    [
      'a server that allows no WebSocket from its own pages',
      { ...well, socket: { isOpen: false, status: 403 } },
      { websocket: 'warning' },
      /--allow-referrer/,
    ],
    [
      'a WebSocket that is silent',
      { ...well, socket: { isOpen: false } },
      { websocket: 'warning' },
      /location/,
    ],
    [
      'no viewer counted',
      { ...well, visit: { ...well.visit, isCounted: false } },
      { counted: 'problem' },
      /several servers/,
    ],
    [
      'a ghost',
      { ...well, visit: { ...well.visit, uncounted: undefined } },
      { 'close-seen': 'problem' },
      /proxy_ignore_client_abort/,
    ],
    [
      'one visitor for all',
      { ...well, visitors: { apart: false, forged: false } },
      { visitors: 'problem' },
      /X-Forwarded-For \$remote_addr.*--trust-proxy/,
    ],
    [
      'a liar',
      { ...well, visitors: { apart: true, forged: true } },
      { visitors: 'warning' },
      /X-Forwarded-For \$remote_addr/,
    ],
    [
      'one address only',
      { ...well, visitors: { apart: undefined, forged: false } },
      { visitors: 'unknown' },
      /two networks/,
    ],
    ['a wrong token', { ...well, audit: { status: 401 } }, { audit: 'unknown' }, /IMGCAST_TOKEN/],
    [
      'servers that did not compare',
      { ...well, audit: { status: 200, agrees: true, compared: 2, missing: 1 } },
      { audit: 'warning' },
      /imgcast audit/,
    ],
    [
      'a server that is cut off from the others',
      { ...well, nodes: { servers: 3, edges: 1, isPartial: true } },
      { servers: 'problem' },
      /check Redis/,
    ],
    [
      'a wrong count',
      { ...well, audit: { status: 200, agrees: false } },
      { audit: 'problem' },
      /imgcast audit/,
    ],
  ])('of %s', (_, seen, expected, words) => {
    expect(ill(seen)).toEqual(expected)
    const [id] = Object.keys(expected)
    expect(diagnose(seen).find((finding) => finding.id === id)?.remedy).toMatch(words)
  })

  test('of a picture whose address requests a still accepts a still', () => {
    const identity = {
      ...well.identity,
      headers: { 'content-type': 'image/svg+xml' },
      wanted: 'still' as const,
    }
    expect(ill({ ...well, identity })).toEqual({})
  })

  test('takes a slow network into account', () => {
    const far = { ...well, roundTrip: 400, pushes: [900, 900, 900], opened: { ...well.opened, first: 1500 } }
    expect(ill(far)).toEqual({})
  })

  test('does not take a busy machine for a buffer: a few pictures together are none', () => {
    const arrivals = [...well.pace.arrivals.slice(0, 12), 2401, 2402, 2800]
    expect(ill({ ...well, pace: { ...well.pace, arrivals } })).toEqual({})
  })

  test('names each proxy’s setting, and helps with proxies that hide', () => {
    expect(remedyFor('hides-closing', 'HAProxy')).toContain('option abortonclose')
    expect(remedyFor('hides-closing', 'Caddy')).toContain('flush_interval -1')
    expect(remedyFor('hides-closing', 'Envoy')).toBe(remedyFor('hides-closing', 'none seen'))
  })
})

describe('a proxy', () => {
  test.each([
    ['nginx', { server: 'nginx/1.22.1' }],
    ['nginx', { server: 'openresty' }],
    ['Caddy', { server: 'Caddy' }],
    ['Caddy', { via: '1.1 Caddy' }],
    ['Apache', { server: 'Apache/2.4' }],
    ['Cloudflare', { server: 'cloudflare', 'cf-ray': '1' }],
    ['CloudFront', { via: '1.1 abc.cloudfront.net (CloudFront)' }],
    ['Fastly or Varnish', { via: '1.1 varnish', 'x-served-by': 'cache-fra' }],
    ['Envoy', { server: 'envoy' }],
    ['none seen', {}],
    ['none seen', { server: 'something' }],
  ] as [string, Record<string, string>][])('%s is known by %j', (name, headers) => {
    expect(recogniseProxy({ headers, isLowerCase: false })).toBe(name)
  })

  test('that only writes its names in lower case is HAProxy', () => {
    expect(recogniseProxy({ headers: {}, isLowerCase: true })).toBe('HAProxy')
    expect(recogniseProxy({ headers: { server: 'nginx' }, isLowerCase: true })).toBe('nginx')
  })
})

describe('pictures in a stream', () => {
  test.each([1, 7, 1000])('are found in pieces of %i bytes, and not in the preamble', (size) => {
    const body = Buffer.from('hello\r\n--b\r\nContent-Type: a\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b\r\n\r\nthr')
    const parts = new Parts('b')
    for (let at = 0; at < body.length; at += size) parts.push(body.subarray(at, at + size))
    expect(parts.arrivals).toHaveLength(2)
  })

  test.each([
    [STREAM, 'imgcast-1'],
    ['multipart/x-mixed-replace;boundary="a b"', 'a b'],
    ['multipart/mixed; boundary=a', undefined],
    ['image/png', undefined],
    [undefined, undefined],
  ])('%j has the boundary %j', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary)
  })
})

describe('a report', () => {
  const findings = diagnose({ ...well, quiet: { watched: 4000, ended: 4000 }, audit: { status: 401 } })
  test('contains no terminal escapes from a server', () => {
    const findings = diagnose({
      ...well,
      identity: { ...well.identity, status: 404, problem: '\u001b]0;x\u0007' },
    })
    const text = toText({ ...report, findings }, { width: 100, isColored: false })
    expect(text).toContain('%1B]0;x%07')
    expect(text).not.toContain('\u001b')
  })

  const report: Report = { url: 'https://a/', ok: false, proxy: 'nginx', findings, seen: well }

  test('has a line for each check, remedies below, and a verdict', () => {
    const lines = toText(report, { width: 60, isColored: false }).trimEnd().split('\n')
    expect(lines[0]).toBe('https://a/, behind nginx')
    expect(lines).toContain('  ✓ first picture  after 30 ms')
    expect(lines).toContain('  ✗ stays open     ended after 4 s')
    expect(lines.at(-1)).toBe('It does not stream well: 1 problem.')
    expect(lines.indexOf('What to do')).toBeGreaterThan(lines.indexOf('  ✗ stays open     ended after 4 s'))
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60)
  })

  test('prints a remedy for two problems only once', () => {
    const both = diagnose({
      ...well,
      pushes: [Number.POSITIVE_INFINITY],
      pace: { ...well.pace, arrivals: [] },
    })
    const text = toText({ ...report, findings: both }, { width: 200, isColored: false })
    expect(text.match(/proxy_buffering off/g)).toHaveLength(1)
  })

  test('has colours only on request', () => {
    expect(toText(report, { width: 80, isColored: false })).not.toContain('\u001b')
    expect(toText(report, { width: 80, isColored: true })).toContain('\u001b[31m✗')
  })

  test.each<[string, Observations]>([
    ['It streams well.', well],
    ['It streams well: 1 warning.', { ...well, visitors: { apart: true, forged: true } }],
    ['It streams, but counts wrong: 1 problem.', { ...well, visitors: { apart: false, forged: false } }],
    ['It does not stream well: 1 problem.', { ...well, pushes: [Number.POSITIVE_INFINITY] }],
  ])('ends with: %s', (words, seen) => {
    const text = toText({ ...report, findings: diagnose(seen) }, { width: 80, isColored: false })
    expect(text.trimEnd().split('\n').at(-1)).toBe(words)
  })

  test('of an unreachable server does not claim that it streams badly', () => {
    const nothing = { ...report, findings: diagnose(failed('name', 'ENOTFOUND')) }
    expect(toText(nothing, { width: 80, isColored: false })).toContain('No Imgcast server responds here.')
  })
})

describe('the doctor on a server', () => {
  const IMGCAST_TOKEN = 'a-token-of-the-owner'
  const server = useServer({ IMGCAST_TOKEN })
  const examine = (path = '') => runCommand(['doctor', `${server.url}${path}`, '--wait', '1s'])

  test('leaves no more rooms than a few, and is right beside others', async () => {
    const ended = await Promise.all(Array.from({ length: 3 }, () => examine()))
    for (const { stdout } of ended) expect(stdout).not.toMatch(/a viewer is not counted|still counted/)
    await examine()
    const response = await fetch(`${server.url}/api/rooms?limit=1000`, {
      headers: { Authorization: `Bearer ${IMGCAST_TOKEN}` },
    })
    const { rooms } = (await response.json()) as { rooms: { room: string }[] }
    expect(rooms).not.toEqual([])
    // Three that all doctors share, and four sets of four.
    const known =
      /^(online\/doctor-(head|[1-4]-(pushes|quiet|visit|visitors))|status\/doctor-first|traffic-light\/doctor)$/
    expect(rooms.map(({ room }) => room).filter((room) => !known.test(room))).toEqual([])
  }, 120_000)

  test('reports which address is not a picture’s', async () => {
    const { stdout } = await examine('/api/rooms')
    expect(stdout).toMatch(/! this picture +none: application\/problem\+json, 401/)
    expect(stdout).toMatch(/\nThe server streams.*\n$/)
  }, 60_000)

  test('prints no password', async () => {
    const url = server.url.replace('//', '//me:secretpw@')
    for (const flags of [[], ['--json']]) {
      const { stdout, stderr } = await runCommand(['doctor', url, '--wait', '1s', ...flags])
      expect(stdout).toContain(server.url)
      expect(stdout + stderr).not.toContain('secretpw')
    }
  }, 60_000)
})

describe('the doctor on a server that is too busy', () => {
  test.each([
    ['', 'not-found', 404, /✗ Imgcast +no: application\/problem\+json, 404/],
    ['', 'too-slow', 503, /✓ Imgcast +yes\n/],
    ['/online/lobby.png', 'too-many-errors', 429, /✗ this picture +the data takes too long/],
  ])(
    'at “%s” with the error %s does not take Imgcast for another server',
    async (path, code, status, words) => {
      const server = createServer((_request, response) => {
        response.writeHead(status, { 'Content-Type': 'application/problem+json' })
        const type = `urn:imgcast:problem:${code}`
        response.end(JSON.stringify({ type, status, detail: 'the data takes too long' }))
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
      const { code: exit, stdout } = await runCommand(['doctor', url, '--wait', '1s'])
      server.close()
      server.closeAllConnections()
      expect(stdout).toMatch(words)
      expect(exit).toBe(1)
    },
    20_000,
  )
})

describe('a command line', () => {
  test('reports every fault of its arguments, with exit code 2', async () => {
    const args = ['doctor', 'ftp://a', '--wait', '3', '--resolve', 'b', '--port', '1']
    const { code, stderr } = await runCommand(args)
    expect(code).toBe(2)
    for (const name of ['url: ', '--wait: ', '--resolve: ', '--port: ']) expect(stderr).toContain(name)
  })

  test('is quoted without a password', async () => {
    const { code, stderr } = await runCommand(['doctor', 'ftp://me:secretpw@a'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^url: expected an address/)
    expect(stderr).not.toContain('secretpw')
  })

  test('without an address is wrong', async () => {
    const { code, stderr } = await runCommand(['doctor'])
    expect(code).toBe(2)
    expect(stderr).toContain('<url>')
  })

  test('has its own help', async () => {
    const { code, stdout } = await runCommand(['doctor', '--help'])
    expect(code).toBe(0)
    for (const flag of ['--wait', '--resolve', '--json', '--token']) expect(stdout).toContain(flag)
  })
})
