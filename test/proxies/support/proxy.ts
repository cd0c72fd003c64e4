import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { toolPath } from '../../support/tools.ts'
import { deployed, HOST_NAME, type Place, type ProxyName, type Replacement } from './configurations.ts'

/** A proxy that runs. */
export interface RunningProxy {
  name: ProxyName
  host: string
  port: number
  /** The certificate that clients are to believe. */
  ca: Buffer
  /** Everything it printed or wrote into its error log, for a look into a failure. */
  log(): string
  stop(): Promise<void>
}

/** How a proxy is started. */
export interface ProxyOptions {
  configuration?: (name: ProxyName, place: Place, changes?: readonly Replacement[]) => string
  changes?: readonly Replacement[] | undefined
  host?: string
  /** A network namespace to run in. */
  namespace?: string
}

const ARGUMENTS: Record<ProxyName, (file: string, directory: string) => string[]> = {
  nginx: (file, directory) => ['-p', directory, '-c', file, '-g', 'daemon off;'],
  caddy: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  haproxy: (file) => ['-db', '-f', file],
}

/** Starts a proxy in the foreground, with a configuration and a directory of its own, until it takes connections. */
export async function startProxy(
  name: ProxyName,
  upstream: string,
  { configuration = deployed, changes = [], host = '127.0.0.1', namespace }: ProxyOptions = {},
): Promise<RunningProxy> {
  const directory = mkdtempSync(join(tmpdir(), `imgcast-${name}-`))
  const [port, plainPort] = [await freePort(), await freePort()]
  const certificate = makeCertificate(directory)
  const file = join(directory, 'proxy.conf')
  writeFileSync(
    file,
    configuration(name, { host, port, plainPort, upstream, directory, certificate }, changes),
  )
  const inside = namespace === undefined ? [] : [toolPath('ip'), 'netns', 'exec', namespace]
  const [program = '', ...args] = [...inside, toolPath(name), ...ARGUMENTS[name](file, directory)]
  const child = spawn(program, args, {
    // Caddy keeps certificates and its last configuration in there.
    env: { ...process.env, HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => output.push(`${text}`))
  const log = () => output.join('') + readIfThere(join(directory, 'error.log'))
  const kill = () => child.kill('SIGTERM')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    await end(name, child)
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const listening = eventually(() => {
      if (!listens(port, namespace)) throw new Error(`${name} does not listen: ${log()}`)
    })
    const gone = once(child, 'close').then(() => {
      throw new Error(`${name} ended at once: ${log()}`)
    })
    gone.catch(() => {})
    await Promise.race([listening, gone])
  } catch (error) {
    await stop()
    throw error
  }
  return { name, host, port, ca: readFileSync(certificate.chain), log, stop }
}

/** A Caddy that gets SIGTERM waits for its viewers; a master of nginx that is killed leaves its workers behind. */
async function end(name: ProxyName, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(name === 'nginx' ? 'SIGTERM' : 'SIGKILL')
  await ended
}

function makeCertificate(directory: string): Place['certificate'] {
  const path = (name: string) => join(directory, name)
  const certificate = { chain: path('chain.pem'), key: path('key.pem'), both: path('both.pem') }
  const subject = ['-subj', `/CN=${HOST_NAME}`, '-addext', `subjectAltName=DNS:${HOST_NAME}`]
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ]
  const files = ['-keyout', certificate.key, '-out', certificate.chain]
  const { status, stderr } = spawnSync('openssl', [...kind, ...files, ...subject], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl: ${stderr}`)
  writeFileSync(
    certificate.both,
    readFileSync(certificate.chain, 'utf8') + readFileSync(certificate.key, 'utf8'),
  )
  return certificate
}

/** A port without a listener, below those that the kernel gives to clients: it is free for some time yet. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const server = net.createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}

/** Reads the kernel's table, since a connection would be one more for the proxy to handle. */
function listens(port: number, namespace: string | undefined): boolean {
  const command = [toolPath('ip'), 'netns', 'exec', namespace ?? '', 'cat', '/proc/self/net/tcp']
  const table =
    namespace === undefined
      ? readFileSync('/proc/self/net/tcp', 'utf8')
      : spawnSync(command[0] ?? '', command.slice(1), { encoding: 'utf8' }).stdout
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0')
  return new RegExp(`^ *\\d+: \\w+:${hexadecimal} \\w+:0000 0A `, 'm').test(table)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
