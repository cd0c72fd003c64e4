import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'acorn'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-node-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the command as a Node of another version would, as far as the command can see. */
function runAs(version: string) {
  const preload = join(folder, 'preload.cjs')
  const versions = `Object.assign({}, process.versions, { node: '${version}' })`
  writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${versions} })`)
  const args = ['--require', preload, join(bin, 'imgcast.cjs'), '--version']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('the check of the Node version', () => {
  test.each(['4.9.1', '18.20.8', '20.18.3'])('refuses Node %s in one line', (version) => {
    expect(runAs(version)).toEqual({
      status: 1,
      stdout: '',
      stderr: `Imgcast needs Node 20.19 or newer, this is Node ${version}. Install a newer Node from https://nodejs.org\n`,
    })
  })

  test.each(['20.19.0', '21.0.0', '24.1.0'])('accepts Node %s', (version) => {
    expect(runAs(version)).toMatchObject({ status: 0, stderr: '' })
  })

  test.each(['imgcast.cjs', 'check-node.cjs'])('an old Node can parse %s', (file) => {
    const source = readFileSync(join(bin, file), 'utf8')
    expect(() =>
      parse(source, { ecmaVersion: 2015, sourceType: 'script', allowHashBang: true }),
    ).not.toThrow()
  })
})
