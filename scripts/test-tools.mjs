/**
 * The programs the tests need: looks for them, and as root on Debian installs what is missing.
 * `npm test` runs this first; the tests call `missingTools()` to know which of them to skip.
 */
import { spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * @typedef {object} Tool
 * @property {string} name its name in tests
 * @property {string[]} commands one of these on the PATH is enough
 * @property {string[]} packages the Debian packages that contain it
 * @property {string} [npm] or the npm package that contains it, in place of Debian packages
 * @property {string} suite the tests that are skipped without it
 * @property {() => string | undefined} [fault] why a command that was found will not do
 */

/** @typedef {Tool & { reason: string }} MissingTool */

/** Where programs from npm are. */
const FETCHED = fileURLToPath(new URL('../.tmp/tools', import.meta.url))

/**
 * Every program the tests start: one row each.
 * @type {Tool[]}
 */
export const tools = [
  { name: 'chromium', commands: ['chromium'], packages: ['chromium'], suite: 'the Chromium tests' },
  {
    name: 'firefox',
    commands: ['firefox-esr', 'firefox'],
    packages: ['firefox-esr'],
    suite: 'the Firefox tests',
  },
  {
    name: 'webkit',
    commands: ['WebKitWebDriver'],
    packages: ['webkit2gtk-driver'],
    suite: 'the WebKit tests',
  },
  { name: 'xvfb', commands: ['Xvfb'], packages: ['xvfb'], suite: 'the tests in browsers with a window' },
  { name: 'ffmpeg', commands: ['ffmpeg'], packages: ['ffmpeg'], suite: 'the ffmpeg tests' },
  {
    name: 'gstreamer',
    commands: ['gst-launch-1.0'],
    packages: ['gstreamer1.0-tools', 'gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good'],
    suite: 'the GStreamer tests',
    fault: () => lacksElements('multipartdemux', 'pngdec', 'jpegdec', 'souphttpsrc'),
  },
  {
    name: 'rtsp-server',
    commands: ['gst-launch-1.0'],
    packages: ['gir1.2-gst-rtsp-server-1.0', 'python3-gi'],
    suite: 'the RTSP test',
    fault: () => {
      const code = 'import gi; gi.require_version("GstRtspServer", "1.0")'
      return spawnSync('/usr/bin/python3', ['-c', code]).status === 0
        ? undefined
        : 'its Python module is not there'
    },
  },
  ...['nginx', 'caddy', 'haproxy'].map((name) => ({
    name,
    commands: [name],
    packages: [name, 'openssl'],
    suite: `the tests behind ${name}`,
    fault: () =>
      onPath('openssl') === undefined ? 'openssl makes its certificate, and is not there' : undefined,
  })),
  ...['fish', 'zsh'].map((name) => ({
    name,
    commands: [name],
    packages: [name],
    suite: `the completion tests in ${name}`,
  })),
  { name: 'pngcheck', commands: ['pngcheck'], packages: ['pngcheck'], suite: 'the tests of PNG files' },
  { name: 'gifsicle', commands: ['gifsicle'], packages: ['gifsicle'], suite: 'the tests of GIF files' },
  { name: 'apngdis', commands: ['apngdis'], packages: ['apngdis'], suite: 'the tests of animated PNG files' },
  { name: 'file', commands: ['file'], packages: ['file'], suite: 'the tests of BMP files' },
  {
    name: 'fail2ban',
    commands: ['fail2ban-regex'],
    packages: ['fail2ban'],
    suite: 'the tests of its filter',
  },
  {
    name: 'slowhttptest',
    commands: ['slowhttptest'],
    packages: ['slowhttptest'],
    suite: 'its part of npm run abuse',
  },
  {
    name: 'h2load',
    commands: ['h2load'],
    packages: ['nghttp2-client'],
    suite: 'its part of npm run abuse',
  },
  { name: 'redis', commands: ['redis-server'], packages: ['redis-server'], suite: 'the Redis tests' },
  // The newest of each supported line, beside the Node that runs the tests.
  ...['22.23.3', '24.21.0'].map((version) => ({
    name: `node${version.slice(0, 2)}`,
    commands: [`node${version.slice(0, 2)}`],
    packages: [],
    npm: `node-${process.platform}-${process.arch}@${version}`,
    suite: `the tests on Node ${version.slice(0, 2)}`,
  })),
  { name: 'tmux', commands: ['tmux'], packages: ['tmux'], suite: 'the tests in a terminal' },
  {
    name: 'prometheus',
    commands: ['prometheus'],
    packages: ['prometheus'],
    suite: 'the Prometheus tests',
    fault: () =>
      onPath('promtool') === undefined ? 'promtool, which checks its rules, is not there' : undefined,
  },
  {
    name: 'iproute2',
    commands: ['ip'],
    packages: ['iproute2'],
    suite: 'the tests in network namespaces',
    fault: () => (mayMakeNamespaces() ? undefined : 'making network namespaces needs root'),
  },
]

/**
 * The missing tools, each with the reason: those named by name or by command, or all.
 * @param {string[]} [names]
 * @returns {MissingTool[]}
 */
export function missingTools(names = tools.map((tool) => tool.name)) {
  return names.map(toolNamed).flatMap((tool) => {
    const reason = whyMissing(tool)
    return reason === undefined ? [] : [{ ...tool, reason }]
  })
}

/**
 * The path of the first of a tool's commands on the PATH.
 * @param {string} name
 * @returns {string | undefined}
 */
export function toolPath(name) {
  return toolNamed(name)
    .commands.map(onPath)
    .find((path) => path !== undefined)
}

/** @param {string} name */
function toolNamed(name) {
  const tool = tools.find((row) => row.name === name || row.commands.includes(name))
  if (tool === undefined) throw new Error(`no tool called ${name} in scripts/test-tools.mjs`)
  return tool
}

/** @param {Tool} tool @returns {string | undefined} */
function whyMissing(tool) {
  const path = toolPath(tool.name)
  if (path === undefined) return `no ${tool.commands.join(' or ')} on the PATH`
  const fault = tool.fault?.()
  return fault && `${path}: ${fault}`
}

/** @param {string} command @returns {string | undefined} */
function onPath(command) {
  return [...(process.env.PATH ?? '').split(delimiter), FETCHED]
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, command))
    .find(isExecutable)
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** @param {string[]} elements @returns {string | undefined} */
function lacksElements(...elements) {
  const lacking = elements.filter(
    (element) => spawnSync('gst-inspect-1.0', ['--exists', element]).status !== 0,
  )
  return lacking.length === 0 ? undefined : `it lacks the elements ${lacking.join(', ')}`
}

/** Root may lack capabilities in a container, and others may have them: so the capabilities are checked. */
function mayMakeNamespaces() {
  const [CAP_NET_ADMIN, CAP_SYS_ADMIN] = [12n, 21n]
  try {
    const mask = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return [CAP_NET_ADMIN, CAP_SYS_ADMIN].every((bit) => (BigInt(`0x${mask}`) >> bit) & 1n)
  } catch {
    return false
  }
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`test-tools: ${line}\n`)
}

function isDebian() {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

/** @param {string[]} args */
function aptGet(...args) {
  const result = spawnSync(
    'apt-get',
    ['-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  if (result.status === 0) return true
  const why =
    result.error?.message ?? `${result.stdout}${result.stderr}`.trim().split('\n').slice(-15).join('\n')
  say(`apt-get ${args.join(' ')} failed:\n${why}`)
  return false
}

/**
 * Gets programs from npm. Of their packages only the program is unpacked: the rest is a hundred megabytes.
 * @param {MissingTool[]} missing
 */
function fetchFromNpm(missing) {
  mkdirSync(FETCHED, { recursive: true })
  for (const { name, npm = '' } of missing) {
    say(`fetching ${npm}`)
    const place = mkdtempSync(join(FETCHED, 'new-'))
    const script = `npm pack --silent --ignore-scripts '${npm}' && tar -xzf *.tgz package/bin/node`
    const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: place, encoding: 'utf8' })
    if (status === 0) renameSync(join(place, 'package/bin/node'), join(FETCHED, name))
    else say(`fetching ${npm} failed:\n${stderr.trim()}`)
    rmSync(place, { recursive: true })
  }
}

/** @param {MissingTool[]} missing */
function install(missing) {
  fetchFromNpm(missing.filter(({ npm }) => npm !== undefined))
  const packages = [...new Set(missing.flatMap((tool) => tool.packages))]
  if (packages.length === 0) return
  say(`installing ${packages.join(' ')}`)
  aptGet('update')
  if (aptGet('install', '-y', '--no-install-recommends', ...packages)) return
  // One package that cannot be had must not take the others along.
  for (const tool of missing.filter(({ npm }) => npm === undefined))
    aptGet('install', '-y', '--no-install-recommends', ...tool.packages)
}

function main() {
  let missing = missingTools()
  if (missing.length > 0 && process.getuid?.() === 0 && isDebian()) {
    install(missing)
    missing = missingTools()
  }
  for (const tool of missing) {
    const packages = tool.npm ?? tool.packages.join(' ')
    const effect = `${tool.suite} ${process.env.CI === 'true' ? 'need it' : 'will be skipped'}`
    say(`${tool.name} is missing (${tool.reason}): ${effect}; the package is ${packages}`)
  }
  if (missing.length > 0 && process.env.CI === 'true') {
    say(
      `CI=true and no test may be skipped there, but these are missing: ${missing.map((tool) => tool.name).join(', ')}`,
    )
    process.exitCode = 1
  }
}

const started = process.argv[1]
if (started !== undefined && import.meta.url === pathToFileURL(realpathSync(started)).href) main()
