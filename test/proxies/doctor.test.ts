import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, type RunningServer, runCommand } from '../support/command.ts'
import { describeWith } from '../support/tools.ts'
import { HOST_NAME, type ProxyName, plain, type Replacement } from './support/configurations.ts'
import { attentive, collecting, deaf } from './support/fixtures.ts'
import { serveBehindProxy, upstreamOf } from './support/measure.ts'
import { startProxy } from './support/proxy.ts'

interface Finding {
  id: string
  level: 'ok' | 'warning' | 'problem' | 'unknown'
  remedy?: string
}

interface Report {
  code: number | null
  ok: boolean
  proxy: string | null
  findings: Finding[]
}

const directory = mkdtempSync(join(tmpdir(), 'imgcast-doctor-'))
/** The doctor measures times, which a busy machine may miss once. */
const MEASURING = { timeout: 120_000, retry: 1 }
/** A doctor mostly waits: a few can do so beside each other, in rooms of their own. */
const besideOthers = pLimit(2)
let server: RunningServer

beforeAll(async () => {
  server = await serveBehindProxy()
})
afterAll(() => {
  server?.child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

/** Runs the real command on a proxy in front of the server. */
async function examineBehind(
  name: ProxyName,
  {
    configuration,
    changes,
    wait = '1s',
  }: { configuration?: typeof plain; changes?: Replacement[]; wait?: string } = {},
): Promise<Report> {
  const proxy = await startProxy(name, upstreamOf(server), {
    changes,
    ...(configuration && { configuration }),
  })
  const ca = join(directory, `${name}-${proxy.port}.pem`)
  writeFileSync(ca, proxy.ca)
  try {
    const args = [`https://${HOST_NAME}:${proxy.port}`, '--resolve', '127.0.0.1', '--wait', wait]
    return await examine(args, { NODE_EXTRA_CA_CERTS: ca })
  } finally {
    await proxy.stop()
  }
}

async function examine(args: readonly string[], env: Record<string, string> = {}): Promise<Report> {
  const command = ['doctor', '--wait', '1s', ...args, '--json']
  const { code, stdout, stderr }: Ended = await besideOthers(() => runCommand(command, env))
  if (stdout === '') throw new Error(`the doctor says nothing: ${stderr}`)
  const report = { ...(JSON.parse(stdout) as Omit<Report, 'code'>), code }
  // For a look into a failure.
  console.info(args[0], report.proxy, ill(report))
  return report
}

/** The ids of the findings that are not ok. */
function ill({ findings }: Report): Record<string, string> {
  const found = findings.filter(({ level }) => level !== 'ok')
  return Object.fromEntries(found.map(({ id, level }) => [id, level]))
}

function remedy({ findings }: Report, id: string): string | undefined {
  return findings.find((finding) => finding.id === id)?.remedy
}

describeWith(['nginx'], 'the doctor on nginx', () => {
  test.concurrent('finds no problem with the configuration in deploy/', MEASURING, async () => {
    const report = await examineBehind('nginx')
    expect(report).toMatchObject({ code: 0, ok: true, proxy: 'nginx' })
    expect(ill(report)).toEqual({})
    expect(report.findings.length).toBeGreaterThanOrEqual(12)
  })

  test.concurrent(
    'with nothing but proxy_pass: it streams, over HTTP/1.1, and all readers are one visitor',
    MEASURING,
    async () => {
      const report = await examineBehind('nginx', { configuration: plain })
      expect(report).toMatchObject({ code: 1, proxy: 'nginx' })
      expect(ill(report)).toEqual({ 'http-version': 'warning', websocket: 'warning', visitors: 'problem' })
      expect(remedy(report, 'websocket')).toContain('proxy_set_header Upgrade $http_upgrade;')
      expect(remedy(report, 'visitors')).toContain('proxy_set_header X-Forwarded-For $remote_addr;')
      expect(remedy(report, 'http-version')).toContain('http2')
    },
  )

  test.concurrent('that ignores X-Accel-Buffering: it collects', MEASURING, async () => {
    const changes: Replacement[] = [['proxy_buffering off;', 'proxy_ignore_headers X-Accel-Buffering;']]
    const report = await examineBehind('nginx', { changes })
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ 'first-picture': 'problem' })
    expect(remedy(report, 'first-picture')).toContain('proxy_buffering off;')
  })

  test.concurrent('that keeps connections of clients that left: closing is not seen', MEASURING, async () => {
    const changes: Replacement[] = [['proxy_cache off;', 'proxy_ignore_client_abort on;']]
    const report = await examineBehind('nginx', { changes })
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ 'close-seen': 'problem' })
    expect(remedy(report, 'close-seen')).toContain('proxy_ignore_client_abort off;')
  })

  test.concurrent.each<[string, Replacement, string, string]>([
    ['compresses', ['gzip off;', 'gzip on; gzip_types *; gzip_min_length 0;'], 'headers', 'gzip off;'],
    [
      'hides a browser’s headers',
      [
        'proxy_cache off;',
        'proxy_set_header Accept ""; proxy_set_header Sec-Fetch-Dest ""; proxy_set_header User-Agent "";',
      ],
      'stream',
      'Sec-Fetch-Dest',
    ],
    [
      'ends quiet responses',
      ['proxy_read_timeout 60s;', 'proxy_read_timeout 2s;'],
      'stays-open',
      'proxy_read_timeout 60s;',
    ],
    [
      'forbids other sites',
      ['proxy_cache off;', 'add_header Cross-Origin-Resource-Policy same-origin;'],
      'headers',
      'Cross-Origin-Resource-Policy',
    ],
    [
      'appends to the client’s own headers',
      ['X-Forwarded-For $remote_addr', 'X-Forwarded-For $proxy_add_x_forwarded_for'],
      'visitors',
      'X-Forwarded-For $remote_addr;',
    ],
  ])('that %s', MEASURING, async (_, change, id, words) => {
    const report = await examineBehind('nginx', { changes: [change], wait: '6s' })
    expect(Object.keys(ill(report))).toEqual([id])
    expect(remedy(report, id)).toContain(words)
    expect(report.code).toBe(ill(report)[id] === 'problem' ? 1 : 0)
  })

  test.concurrent('without a server behind it', MEASURING, async () => {
    const proxy = await startProxy('nginx', '127.0.0.1:1', { configuration: plain })
    const report = await examine([`https://127.0.0.1:${proxy.port}`]).finally(() => proxy.stop())
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ certificate: 'problem', imgcast: 'problem' })
    expect(remedy(report, 'imgcast')).toContain('proxy_pass')
  })
})

describeWith(['caddy'], 'the doctor on Caddy', () => {
  test.concurrent.each([
    ['the configuration in deploy/', undefined],
    ['nothing but reverse_proxy', plain],
  ])('finds nothing wrong with %s', MEASURING, async (_, configuration) => {
    const report = await examineBehind('caddy', { ...(configuration && { configuration }) })
    expect(report).toMatchObject({ code: 0, ok: true, proxy: 'Caddy' })
    expect(ill(report)).toEqual({})
  })

  test.concurrent('with flush_interval -1: closing is not seen', MEASURING, async () => {
    const line = `reverse_proxy ${upstreamOf(server)}`
    const changes: Replacement[] = [[line, `${line} {\n\t\tflush_interval -1\n\t}`]]
    const report = await examineBehind('caddy', { configuration: plain, changes })
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ 'close-seen': 'problem' })
    expect(remedy(report, 'close-seen')).toContain('flush_interval -1')
  })
})

describeWith(['haproxy'], 'the doctor on HAProxy', () => {
  test.concurrent('finds no problem with the configuration in deploy/', MEASURING, async () => {
    const report = await examineBehind('haproxy')
    expect(report).toMatchObject({ code: 0, ok: true, proxy: 'HAProxy' })
    expect(ill(report)).toEqual({})
  })

  test.concurrent('with a frontend and a backend: it streams, and counts wrong', MEASURING, async () => {
    const report = await examineBehind('haproxy', { configuration: plain })
    expect(report).toMatchObject({ code: 1, proxy: 'HAProxy' })
    expect(ill(report)).toEqual({ 'http-version': 'warning', 'close-seen': 'problem', visitors: 'problem' })
    expect(remedy(report, 'close-seen')).toContain('option abortonclose')
    expect(remedy(report, 'visitors')).toContain('http-request set-header X-Forwarded-For %[src]')
    expect(remedy(report, 'http-version')).toContain('alpn h2,http/1.1')
  })
})

describe('the doctor', () => {
  const servers: Server[] = []
  const listen = async (listener: RequestListener) => {
    const listening = createServer(listener)
    servers.push(listening)
    await once(listening.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
  }
  afterAll(() => {
    for (const each of servers) {
      each.close()
      each.closeAllConnections()
    }
  })

  test.concurrent('on the server itself: only that it speaks HTTP/1.1', MEASURING, async () => {
    const report = await examine([`${server.url}/online/lobby.png?label=here`])
    expect(report).toMatchObject({ code: 0, ok: true, proxy: null })
    expect(ill(report)).toEqual({ 'http-version': 'warning' })
    expect(report.findings.find(({ id }) => id === 'picture')?.level).toBe('ok')
  })

  test.concurrent('on pictures of it that are stills by their address', MEASURING, async () => {
    for (const path of ['/online/lobby.svg', '/sine/a.png?delivery=still'])
      expect(ill(await examine([server.url + path]))).toEqual({ 'http-version': 'warning' })
  })

  test.concurrent('on a wrong picture of it', MEASURING, async () => {
    const report = await examine([`${server.url}/onlin/lobby.png`])
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ 'http-version': 'warning', picture: 'problem' })
  })

  // Alone: what others open and close meanwhile is in the kernel's table and not in the server's count, or the reverse.
  test('with a token: the kernel’s count', MEASURING, async () => {
    const right = await examine([server.url, '--token', 'a-token-of-the-owner'])
    expect(right.findings.find(({ id }) => id === 'audit')?.level).toBe('ok')
    const wrong = await examine([server.url, '--token', 'a-token-of-somebody'])
    expect(ill(wrong)).toEqual({ 'http-version': 'warning', audit: 'unknown' })
  })

  test.concurrent('behind a proxy that passes all but WebSockets on as it should', MEASURING, async () => {
    const report = await examine([await listen(attentive(server.url))])
    expect(report.code).toBe(0)
    expect(ill(report)).toEqual({ 'http-version': 'warning', websocket: 'warning' })
  })

  test.concurrent('behind a proxy that passes on once a second', MEASURING, async () => {
    const report = await examine([await listen(collecting(server.url, 1000))])
    expect(report.code).toBe(1)
    expect(ill(report)).toMatchObject({ buffering: 'problem' })
    expect(ill(report)).not.toHaveProperty('close-seen')
  })

  test.concurrent('behind a proxy that keeps connections of clients that left', MEASURING, async () => {
    const report = await examine([await listen(deaf(server.url))])
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ 'http-version': 'warning', websocket: 'warning', 'close-seen': 'problem' })
    expect(remedy(report, 'close-seen')).toContain('abortonclose')
  })

  test.concurrent('on a server below a path, behind a redirect', MEASURING, async () => {
    const pass = attentive(server.url)
    const url = await listen((request, response) => {
      const [, rest] = /^\/live(\/.*)$/.exec(request.url ?? '') ?? []
      if (request.url?.startsWith('/old'))
        response.writeHead(301, { Location: '/live/online/lobby.png' }).end()
      else if (rest === undefined) response.writeHead(404, { 'Content-Type': 'text/html' }).end('nothing')
      else pass(Object.assign(request, { url: rest }), response)
    })
    for (const path of ['/old', '/live/online.png', '/live/']) {
      const report = await examine([url + path])
      expect(report.code).toBe(0)
      expect(ill(report)).toEqual({ 'http-version': 'warning', websocket: 'warning' })
    }
    expect(ill(await examine([url]))).toEqual({ imgcast: 'problem' })
  })

  test.concurrent('on a plain file', MEASURING, async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': 9 }).end('a picture')
    })
    const report = await examine([`${url}/online/lobby.png`])
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ imgcast: 'problem' })
  })

  test.concurrent.each([
    ['a closed port', 'http://127.0.0.1:1'],
    ['an unknown name', 'http://no-such-name.invalid'],
  ])('on %s', MEASURING, async (_, url) => {
    const report = await examine([url])
    expect(report.code).toBe(1)
    expect(ill(report)).toEqual({ reachable: 'problem' })
    expect(report.findings).toHaveLength(1)
  })
})
