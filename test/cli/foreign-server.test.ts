import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command.ts'

const EVIL = '\u001b]0;x\u0007a\r\nb\u009b2Jc\u202ed'
const TAMED = '%1B]0;x%07a b%C2%9B2Jc%E2%80%AEd'
let server: Server
let url: string
let answer: { status: number; body: string }

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, { 'Content-Type': 'application/json' })
    response.end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const HOOK = { id: EVIL, url: EVIL, when: EVIL, for: '1m', holds: true, secret: EVIL }
const STATUS = {
  key: EVIL,
  status: { label: 'größe', message: EVIL },
  poll: { url: EVIL, every: EVIL, last: { ok: false, detail: EVIL } },
}
const DELIVERY = {
  id: EVIL,
  state: 'pending',
  attempts: [{ at: EVIL, status: null, error: EVIL }],
  next: EVIL,
}
const REPORT = {
  agrees: false,
  counted: { streams: 1, sockets: 1 },
  kernel: { established: 1 },
  differences: [{ kind: 'closing', remote: EVIL, streams: 1, meaning: EVIL }],
}

describe('a server’s response', () => {
  test.each<[command: string, args: string[], status: number, body: object, lines: number]>([
    ['hooks list', ['hooks', 'list', '--server'], 200, { hooks: [HOOK] }, 2],
    ['hooks add', ['hooks', 'add', 'http://a/', '--when', 'visitors(a/b) > 1', '--server'], 201, HOOK, 3],
    ['hooks log', ['hooks', 'log', 'x', '--server'], 200, { deliveries: [DELIVERY] }, 3],
    ['status list', ['status', 'list', '--server'], 200, { statuses: [STATUS] }, 2],
    ['audit', ['audit'], 200, REPORT, 4],
    ['a problem', ['hooks', 'list', '--server'], 500, { detail: EVIL }, 1],
    ['faults', ['hooks', 'list', '--server'], 400, { errors: [{ name: EVIL, detail: EVIL }] }, 1],
  ])('cannot steer the terminal: %s', async (_, args, status, body, lines) => {
    answer = { status, body: JSON.stringify(body) }
    const { stdout, stderr } = await runCommand([...args, url])
    const printed = stdout + stderr
    expect(printed).toContain(TAMED)
    expect(printed).not.toMatch(/(?!\n)[\p{C}]/u)
    expect(printed.trimEnd().split('\n')).toHaveLength(lines)
  })

  test('is shown in its own script', async () => {
    answer = { status: 200, body: JSON.stringify({ statuses: [STATUS] }) }
    expect((await runCommand(['status', 'list', '--server', url])).stdout).toContain('  größe  ')
  })
})

describe('a server that is not Imgcast', () => {
  const commands: [args: string[]][] = [
    [['hooks', 'list', '--server']],
    [['hooks', 'log', 'x', '--server']],
    [['hooks', 'add', 'http://a/', '--when', 'visitors(a/b) > 1', '--server']],
    [['hooks', 'rm', 'x', '--server']],
    [['status', 'list', '--server']],
    [['status', 'set', 'a', 'b', '--server']],
    [['status', 'poll', 'a', 'http://a/', '--server']],
    [['status', 'rm', 'a', '--server']],
    [['audit']],
    [['top', '--once']],
  ]
  test.each(commands)(
    '%j is reported as a foreign server, for any response',
    async (args) => {
      for (const body of ['ok', '{}', 'null']) {
        answer = { status: 200, body }
        const { code, stdout, stderr } = await runCommand([...args, url])
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
        expect(stderr).toMatch(/^http:\S+ returned no [a-z ]+: is this an Imgcast server\?\n$/)
      }
    },
    60_000,
  )

  test('is reported as such if it does not know the call', async () => {
    answer = { status: 404, body: '<html>' }
    const { code, stderr } = await runCommand(['audit', url])
    expect([code, stderr]).toEqual([1, `${url} returned 404: is this an Imgcast server?\n`])
  })
})
