/**
 * Compares PNG badges with the way that texts were drawn before there was a widget for them, at a commit of that time: a
 * picture of `status` for each text. Builds that commit in a temporary folder, and takes about two minutes.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { requestRate } from './load/requests.mjs'
import { alternate, median, using } from './measure.mjs'
import { startImgcast } from './servers.mjs'

/** The last commit before badges. */
const BEFORE = 'f82bb66'
/** Times the rate of then. */
const FLOOR = 2
const ROUNDS = 5
const LOAD = { connections: 16, time: 3_000 }

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'imgcast-before-'))
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
try {
  run('git', ['worktree', 'add', '--detach', '--force', folder, BEFORE], root)
  run('npm', ['ci', '--ignore-scripts'], folder)
  run('npm', ['run', 'build'], folder)
  const { startImgcast: startBefore } = await import(join(folder, 'bench/servers.mjs'))
  const [ours, before] = [await startImgcast(), await startBefore()]
  const rates = await using([ours, before], () => {
    let last = 0
    const measure = ([{ port }, toPath]) => {
      const next = () => {
        last += 1
        return toPath(`text%20${last}`)
      }
      return requestRate(port, next, LOAD)
    }
    const subjects = {
      ours: [ours, (text) => `/badge/build-${text}-blue.png`],
      before: [before, (text) => `/status/build.png?label=${text}`],
    }
    // The first round compiles the code of either server.
    return alternate(subjects, 1, measure).then(() => alternate(subjects, ROUNDS, measure))
  })
  const [now, then] = [median(rates.ours), median(rates.before)]
  const holds = now / then >= FLOOR
  console.log(
    `PNG badges: ${Math.round(now)} a second, at ${BEFORE} ${Math.round(then)}: ${(now / then).toFixed(2)} x, at least ${FLOOR} x ${holds ? 'holds' : 'is missed'}`,
  )
  if (!holds) process.exitCode = 1
} finally {
  execFileSync('git', ['worktree', 'remove', '--force', folder], { cwd: root })
  rmSync(folder, { recursive: true, force: true })
}
