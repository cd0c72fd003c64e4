import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCluster } from '../../src/cluster/cluster.ts'
import { StateFile } from '../../src/cluster/state-file.ts'
import { StoreError } from '../../src/cluster/store-error.ts'
import { eventually } from '../support/eventually.ts'

const silent = pino({ level: 'silent' })

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'imgcast-file-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const at = (name: string) => join(folder, name)

function faultOf(path: string): string {
  try {
    new StateFile(path).close()
    return 'none'
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError)
    expect((error as Error).message).toContain(`store: ${path}`)
    return (error as StoreError).detail.slice(path.length + 1)
  }
}

describe('a state file', () => {
  test('writes all changes of a transaction, or none', () => {
    const file = new StateFile(at('all.db'))
    file.write([{ room: 'r/a', name: 'x', json: '1' }])
    const changes = [
      { room: 'r/a', name: 'x', json: '2' },
      { room: 'r/a', name: 'y', json: null as unknown as string },
    ]
    expect(() => file.write(changes)).toThrow('NOT NULL')
    expect(file.read('r/a', 'x')).toBe('1')
    file.write([{ room: 'r/a', name: 'x', json: undefined }])
    expect(file.read('r/a', 'x')).toBeUndefined()
    file.close()
  })

  test('is one file when it is closed, and can be opened again at once', () => {
    mkdirSync(at('one'))
    for (const json of ['1', '2']) {
      const file = new StateFile(at('one/a.db'))
      file.write([{ room: 'r/a', name: 'x', json }])
      file.close()
      expect(readdirSync(at('one'))).toEqual(['a.db'])
    }
  })

  test('has its mode and its version', () => {
    new StateFile(at('mode.db')).close()
    expect(statSync(at('mode.db')).mode & 0o777).toBe(0o600)
    const database = new Database(at('mode.db'))
    expect(database.pragma('user_version')).toEqual([{ user_version: 4 }])
    expect(readFileSync(at('mode.db')).toString('latin1', 68, 72)).toBe('Imgc')
    database.close()
  })

  test('cannot be opened twice in one process, which is reported at once', async () => {
    const file = new StateFile(at('twice.db'))
    const refusal = 'is already open in this process: close the other server first'
    expect(faultOf(at('twice.db'))).toBe(refusal)
    symlinkSync(at('twice.db'), at('other-name.db'))
    expect(faultOf(at('other-name.db'))).toBe(refusal)
    const begin = performance.now()
    await expect(createCluster(`file:${at('twice.db')}`, silent)).rejects.toThrow(refusal)
    expect(performance.now() - begin).toBeLessThan(5_000)
    file.write([{ room: 'r/a', name: 'x', json: '1' }])
    file.close()
    expect(faultOf(at('twice.db'))).toBe('none')
  })

  /** A process that has a file open, and whose title shows whether it is stopping. It ends at the first input. */
  async function holdOpen(path: string, title: string) {
    new StateFile(path).close()
    const script = `
      process.title = ${JSON.stringify(title)}
      const database = new (require('libsql'))(${JSON.stringify(path)})
      database.pragma('locking_mode = EXCLUSIVE')
      database.exec('BEGIN IMMEDIATE; COMMIT')
      process.stdout.write('open')
      process.stdin.once('data', () => process.exit())`
    const other = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(other.stdout, 'data')
    return other
  }

  test('is not waited for while a process has it that goes on', async () => {
    const path = at('kept.db')
    const other = await holdOpen(path, 'a server')
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
    await expect(createCluster(`file:${path}`, log)).rejects.toThrow(`another process (pid ${other.pid})`)
    expect(lines).toEqual([])
    other.stdin.write('end')
  })

  test('is waited for while a server that stops closes it, and that process is named at once', async () => {
    const path = at('wait.db')
    const other = await holdOpen(path, 'imgcast stops')
    const lines: { msg: string; detail?: string }[] = []
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) })
    const opening = createCluster(`file:${path}`, log)
    await eventually(() => expect(lines).toHaveLength(1))
    expect(lines[0]).toMatchObject({
      msg: 'waiting for the store to be closed',
      detail: `${path} is open in another process (pid ${other.pid}), and only one can write to it`,
    })
    other.stdin.write('end')
    await (await opening).close()
  })

  test('refuses a file that is not a database, and leaves it unchanged', () => {
    for (const text of ['hello', 'no database at all '.repeat(1000)]) {
      writeFileSync(at('text.db'), text)
      expect(faultOf(at('text.db'))).toMatch(/^is not a database, or is damaged/)
      expect(readFileSync(at('text.db'), 'utf8')).toBe(text)
    }
  })

  test('accepts an empty file', () => {
    writeFileSync(at('empty.db'), '')
    expect(faultOf(at('empty.db'))).toBe('none')
  })

  test('refuses another program’s database, and leaves it unchanged', () => {
    const other = new Database(at('other.db'))
    other.exec('CREATE TABLE customers (name TEXT)')
    other.close()
    const before = readFileSync(at('other.db'))
    expect(faultOf(at('other.db'))).toBe("is another program's database")
    expect(readFileSync(at('other.db')).equals(before)).toBe(true)
  })

  test('keeps the mode of an existing file', () => {
    writeFileSync(at('shared.db'), '')
    chmodSync(at('shared.db'), 0o640)
    expect(faultOf(at('shared.db'))).toBe('none')
    expect(statSync(at('shared.db')).mode & 0o777).toBe(0o640)
  })

  test('refuses a newer Imgcast’s', () => {
    new StateFile(at('newer.db')).close()
    const newer = new Database(at('newer.db'))
    newer.pragma('user_version = 5')
    newer.close()
    expect(faultOf(at('newer.db'))).toBe('was written by a newer Imgcast: expected schema 4 at most, got 5')
  })

  test('migrates a file from before there was a history, with all its state', () => {
    const old = new Database(at('old.db'))
    old.exec(`
      CREATE TABLE state (
        room TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (room, name)
      ) STRICT;
      CREATE INDEX state_by_name ON state (name);
      INSERT INTO state VALUES ('r/a', 'x', '1');
      PRAGMA application_id = ${0x49_6d_67_63};
      PRAGMA user_version = 1;`)
    old.close()
    const record = { room: 'r/a', since: 1, peak: 1, day: 1, dayPeak: 1 }
    const minute = { visitorsPeak: 1, visitorsTime: 0, connectionsPeak: 1, connectionsTime: 0, hits: 1 }
    for (const times of ['first', 'second']) {
      const file = new StateFile(at('old.db'))
      expect([times, file.read('r/a', 'x')]).toEqual([times, '1'])
      file.history.add([{ record, minutes: [[420, minute]] }])
      const steps = file.history.readSteps('r/a', { from: 420 * 60_000, to: 480 * 60_000, step: 3_600_000 })
      expect(steps.map(({ hits }) => hits)).toEqual([times === 'first' ? 1 : 2])
      file.close()
    }
  })

  test('refuses a damaged one', () => {
    const file = new StateFile(at('damaged.db'))
    file.write(Array.from({ length: 500 }, (_, room) => ({ room: `r/${room}`, name: 'x', json: '"x"' })))
    file.close()
    const bytes = readFileSync(at('damaged.db'))
    writeFileSync(at('damaged.db'), bytes.fill(0xff, 4096, 12_288))
    expect(faultOf(at('damaged.db'))).toMatch(/damaged/)
    writeFileSync(at('damaged.db'), bytes.subarray(0, 8192))
    expect(faultOf(at('damaged.db'))).toMatch(/damaged/)
  })

  test('refuses a file that cannot be written', () => {
    mkdirSync(at('folder.db'))
    for (const path of [at('folder.db'), at('none/a.db'), '/proc/a.db'])
      expect(faultOf(path)).toMatch(/^cannot be opened and written to/)
  })
})
