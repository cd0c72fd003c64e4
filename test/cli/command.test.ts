import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { COMMANDS, loadCommands } from '../../src/cli/commands.ts'
import { readCommandLine } from '../../src/cli/read-command-line.ts'
import { expectedLocation } from '../../src/cluster/drivers.ts'
import { flagOf, OPTIONS, variableOf } from '../../src/imgcast/options.ts'
import { type RunningServer, runCommand, serveCommand } from '../support/command.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { chromium } from '../support/stream-reader.ts'

const servers: RunningServer[] = []

afterEach(async () => {
  for (const { child, ended } of servers.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

async function serve(args: string[] = [], env: Record<string, string> = {}): Promise<RunningServer> {
  const server = await serveCommand(args, env)
  servers.push(server)
  return server
}

/** The help that a command line prints, without starting a process for it. */
async function helpOf(args: string[]): Promise<string | undefined> {
  const line = await readCommandLine(args, {})
  return line.kind === 'help' ? line.text : undefined
}

describe('imgcast --help', () => {
  test('has a line for every option, with its variable and default', async () => {
    const { code, stdout } = await runCommand(['--help'])
    expect(code).toBe(0)
    for (const row of OPTIONS) expect(stdout).toContain(flagOf(row))
    for (const row of OPTIONS) expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`(${variableOf(row)}`)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('(IMGCAST_PORT, default 9192)')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('(IMGCAST_LINGER, default 10s)')
  })

  test('lists every command, and each has its own help', async () => {
    const { stdout } = await runCommand(['--help'])
    for (const { name, about, options, flags = [] } of await loadCommands()) {
      expect(stdout.split('\n').some((line) => line.startsWith(`  ${name} `) && line.endsWith(about))).toBe(
        true,
      )
      const help = await helpOf([name, '--help'])
      expect(await helpOf(['help', name])).toBe(help)
      for (const flag of [...options.map(flagOf), ...flags.map((each) => each.flag)]) {
        expect(help).toContain(flag)
      }
    }
  })

  test('every command has its name in the table', async () => {
    expect((await loadCommands()).map(({ name }) => name)).toEqual(Object.keys(COMMANDS))
  })

  test('the help of a command is printed', async () => {
    const help = await helpOf(['status', '--help'])
    expect(await runCommand(['status', '--help'])).toMatchObject({ code: 0, stdout: help, stderr: '' })
  })

  test('imgcast help shows the same as imgcast --help', async () => {
    const { code, stdout } = await runCommand(['help'])
    expect([code, stdout]).toEqual([0, (await runCommand(['--help'])).stdout])
  })

  test('--version is the package version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect((await runCommand(['--version'])).stdout).toBe(`${version}\n`)
  })
})

describe('a wrong command line', () => {
  test('stops the start with exit code 2 and names every wrong option with its range', async () => {
    const { code, stdout, stderr } = await runCommand(
      [
        'serve',
        '--port',
        '70000',
        '--linger',
        '10',
        '--nonsense',
        '--log-level=loud',
        '--tls-cert',
        'package.json',
      ],
      { IMGCAST_WORKERS: 'many', IMGCAST_STORE: 'mysql://' },
    )
    expect(code).toBe(2)
    expect(stdout).toBe('')
    const lines = stderr.trim().split('\n')
    expect(lines).toContain('--port: expected a whole number from 0 to 65535, got "70000"')
    expect(lines).toContain(
      '--linger: expected a time with its unit from 0ms to 1h, like 500ms or 10s, got "10"',
    )
    expect(lines).toContain('--nonsense: there is no such option, see imgcast --help')
    expect(lines.some((line) => line.startsWith('--log-level: expected fatal, error'))).toBe(true)
    expect(lines).toContain('IMGCAST_WORKERS: expected a whole number from 1 to 64, got "many"')
    expect(lines).toContain(`IMGCAST_STORE: expected ${expectedLocation()}, got "mysql://"`)
    expect(lines).toContain('--tls-key: is missing: a certificate needs its key, and a key its certificate')
  })

  test('never shows a secret', async () => {
    const { code, stderr } = await runCommand([], { IMGCAST_TOKEN: 'short secret' })
    expect(code).toBe(2)
    expect(stderr).toBe('IMGCAST_TOKEN: expected at least 16 characters without spaces, got something else\n')
  })

  test.each([
    ['--store', 'redis://default:p@ss-hidden@h:1/0', 'redis://default:...@h:1/0'],
    ['--store', 'redis://h?password=hidden&db=1', 'redis://h?password=...&db=1'],
    ['--public-url', 'ftp://u:top@hidden/x@h', 'ftp://u:...@h'],
    ['--public-url', 'http://u:hidden@h', 'http://u:...@h'],
  ])('shows of a secret in %s %s that there is one', async (flag, value, shown) => {
    const { code, stderr } = await runCommand([flag, value])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`got "${shown}"`)])
    expect(stderr).not.toContain('hidden')
  })

  test('names an option that there is not without its value', async () => {
    const { code, stderr } = await runCommand(['--tokne=hidden'])
    expect([code, stderr]).toEqual([2, '--tokne: there is no such option, did you mean --token?\n'])
  })

  test.each([
    ['IMGCAST_PROT', 'there is no such variable, did you mean IMGCAST_PORT?'],
    ['IMGCAST_MAX_CONECTIONS', 'there is no such variable, did you mean IMGCAST_MAX_CONNECTIONS?'],
  ])('names the variable that %s was meant to be', async (name, detail) => {
    const { code, stderr } = await runCommand([], { [name]: 'hidden' })
    expect([code, stderr]).toEqual([2, `${name}: ${detail}\n`])
  })

  test('ignores a variable that resembles no option: it may be a widget’s', async () => {
    const { code } = await runCommand(['--version'], { IMGCAST_WEATHER_KEY: 'x' })
    expect(code).toBe(0)
    const { stderr } = await runCommand(['--prot'], { IMGCAST_WEATHER_KEY: 'x' })
    expect(stderr).toBe('--prot: there is no such option, did you mean --port?\n')
  })

  test('names the command that a misspelt one was meant to be', async () => {
    const { code, stderr } = await runCommand(['rendr'])
    expect([code, stderr]).toEqual([2, 'rendr: there is no such command, did you mean render?\n'])
  })

  test.each([[['--port']], [['dance']], [['serve', 'twice']], [['--widgets', '/no/such/folder']]])(
    '%j',
    async (args) => {
      const { code, stderr } = await runCommand(args)
      expect(code).toBe(2)
      expect(stderr).not.toMatch(/\n\s+at /)
      expect(stderr).toContain(args.at(-1))
    },
  )
})

describe('imgcast serve', () => {
  test.each([
    ['one process', []],
    ['several processes', ['--processes', '2']],
  ])('says in a sentence that no render process starts, with %s', async (_, args) => {
    const folder = mkdtempSync(join(tmpdir(), 'imgcast-start-'))
    const preload = join(folder, 'exit.cjs')
    writeFileSync(preload, "if (process.argv[1]?.includes('/render/')) process.exit(7)")
    const { code, stderr } = await runCommand(['--port', '0', ...args], {
      NODE_OPTIONS: `--require ${preload}`,
    })
    rmSync(folder, { recursive: true })
    expect(code).toBe(1)
    expect(stderr).toContain(
      'no render process could be started (ended its process with exit code 7). Free processor time and memory',
    )
    expect(stderr).not.toContain('    at ')
  })

  test('prints its address and generated token as one line of JSON if the output is not a terminal', async () => {
    const { url, output } = await serve()
    const { address, token } = JSON.parse(output()) as Record<string, string>
    expect(address).toBe(url)
    expect(token).toMatch(/^[\w-]{24}$/)
    expect(output().split('\n')).toHaveLength(2)
    const headers = { Authorization: `Bearer ${token}` }
    expect((await fetch(`${url}/api/rooms`, { headers })).status).toBe(200)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect((await fetch(`${url}/online/a.png`)).headers.get('content-type')).toBe('image/png')
  })

  test('does not show a token that was set', async () => {
    const { url, output, errors } = await serve([], { IMGCAST_TOKEN: 'a-token-of-the-owner' })
    expect(output() + errors()).not.toContain('a-token-of-the-owner')
    const headers = { Authorization: 'Bearer a-token-of-the-owner' }
    expect((await fetch(`${url}/api/status/none`, { headers })).status).toBe(404)
  })

  test('returns a picture with an error for a URL of 20 000 characters', async () => {
    const { url } = await serve()
    const response = await fetch(`${url}/online/a.png?label=${'x'.repeat(20_000)}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([414, 'image/png'])
  })

  test('is quiet: a viewer leaves no line in the log', async () => {
    const { url, errors } = await serve()
    await (await fetch(`${url}/online/a.png`)).arrayBuffer()
    // A machine with few fonts has a line for the scripts that it lacks.
    const lines = errors()
      .trim()
      .split('\n')
      .filter((line) => !line.includes('no font has'))
    expect(lines).toHaveLength(1)
  })

  test.each(['/online/x', '/online/x.png'])(
    '%s as a page has the address that the proxy received',
    async (path) => {
      const { url } = await serve(['--trust-proxy', 'loopback'])
      const response = await fetch(url + path, {
        headers: {
          ...chromium,
          Accept: 'text/html',
          'Sec-Fetch-Dest': 'document',
          'X-Forwarded-Proto': 'https',
        },
      })
      const page = await response.text()
      expect(page).toContain(`${url.replace('http:', 'https:')}/online/x.png`)
      expect(page).not.toContain(`${url}/online/x.png`)
    },
  )

  test('a flag counts more than the environment, the last of a flag most', async () => {
    const { errors } = await serve(['--log-level', 'info', '--log-level', 'silent'], {
      IMGCAST_LOG_LEVEL: 'trace',
    })
    expect(errors()).toBe('')
  })

  test('a port in use is reported with the remedy, with exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, stdout, stderr } = await runCommand(['--port', String(port)])
    other.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `Port ${port} is already in use: stop the process that uses it, or choose another port with --port\n`,
    )
  })

  test('an address that this machine does not have is reported, with exit code 1', async () => {
    const { code, stderr } = await runCommand(['--port', '0', '--host', '192.0.2.1'])
    expect(code).toBe(1)
    expect(stderr).toBe(
      'This machine has no address 192.0.2.1: choose one of its addresses with --host, or 0.0.0.0 for all\n',
    )
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it with exit code 0 and leaves no process',
    async (signal) => {
      const { child, ended } = await serve()
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .map(Number)
      expect(children.length).toBeGreaterThan(0)
      child.kill(signal)
      expect((await ended).code).toBe(0)
      for (const pid of children) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/)
    },
  )

  test.each([
    ['idle', undefined],
    ['in an endless loop', 'loops/a.png'],
  ])('a server that is killed leaves no render process behind: %s', async (_, path) => {
    const widgets = fileURLToPath(FIXTURE_WIDGETS)
    const { child, ended, url } = await serve(['--draw-timeout', '60s', '--widgets', widgets])
    if (path) await (await fetch(`${url}/${path}`)).arrayBuffer()
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number)
    child.kill('SIGKILL')
    await ended
    await expect.poll(() => children.filter((pid) => isRunning(pid)), { timeout: 10_000 }).toEqual([])
  })
})

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
