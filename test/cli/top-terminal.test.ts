import { afterEach, beforeEach, expect, test } from 'vitest'
import { MAIN } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { type RoomsServer, startRoomsServer, toldRoom } from '../support/rooms-server.ts'
import { startTerminal, type TestTerminal } from '../support/tmux.ts'
import { describeWith } from '../support/tools.ts'

const IMGCAST_TOKEN = 'a-token-of-the-owner'
const COMMAND = `"${process.execPath}" "${MAIN}" top`
const PATIENCE = { timeout: 20_000, interval: 100 }

let server: RoomsServer
let terminal: TestTerminal

beforeEach(async () => {
  const rooms = Array.from({ length: 30 }, (_, index) =>
    toldRoom(`online/thread-${index + 10}`, { hits: index }),
  )
  rooms.push(toldRoom('online/lobby', { visitors: 12, connections: 14, peak: 20, hits: 100 }))
  rooms.push(toldRoom('sine/main', { visitors: 3, connections: 3, peak: 30, hits: 5000 }))
  server = await startRoomsServer(IMGCAST_TOKEN, rooms)
})
afterEach(() => {
  terminal.close()
  server.close()
})

/** Shows the rooms in a terminal of 100 columns and 20 lines, below a line of the shell's. */
async function show(env: Record<string, string> = {}, args = '--interval 200ms'): Promise<void> {
  terminal = startTerminal(100, 20, { IMGCAST_TOKEN, ...env })
  await prompts()
  terminal.type('stty -g')
  await sees(1, /:/)
  await prompts()
  terminal.type(`${COMMAND} ${server.url} ${args}; echo "code $?"`)
  await sees(0, /^imgcast top/)
}

/** Waits until a line of the screen is right; lines below 0 are counted from the last. */
function sees(line: number, words: RegExp): Promise<void> {
  return eventually(() => expect(terminal.screen().at(line)).toMatch(words), PATIENCE)
}

/** Waits until the shell waits. */
function prompts(): Promise<void> {
  return eventually(() => expect(terminal.isPrompt()).toBe(true), PATIENCE)
}

/** Waits until the shell has its lines, its cursor and its settings again. */
async function isRestored(): Promise<void> {
  await eventually(
    () => expect(terminal.modes()).toEqual({ isOtherScreen: false, hasCursor: true }),
    PATIENCE,
  )
  await prompts()
  terminal.type('stty -g')
  await eventually(() => {
    const settings = terminal.screen().filter((line) => /^[\da-f]+:/.test(line))
    expect(settings).toHaveLength(2)
    expect(settings[1]).toBe(settings[0])
  }, PATIENCE)
  expect(terminal.screen()[0]).toBe('$ stty -g')
  expect(terminal.screen().join('\n')).not.toContain('online/lobby')
}

describeWith(['tmux'], 'imgcast top in a terminal', () => {
  test('shows the rooms on the alternate screen, and redraws them in place', async () => {
    await show()
    expect(terminal.modes()).toEqual({ isOtherScreen: true, hasCursor: false })
    await sees(1, /^15 visitors {3}17 connections {3}2 of 32 rooms watched /)
    await sees(4, /^online\/lobby +12 +14 +20 +100 .*█/)
    expect(terminal.screen()[5]).toMatch(/^sine\/main +3 +3 +30 +5,000 /)
    const lobby = server.rooms.find(({ room }) => room === 'online/lobby')
    Object.assign(lobby ?? {}, { visitors: 2, connections: 2, hits: 101 })
    await sees(5, /^online\/lobby +2 +2 +20 +101 .*█▃+$/)
    expect(terminal.screen()[4]).toMatch(/^sine\/main/)
    expect(terminal.screen()[0]).toMatch(/^imgcast top/)
    expect(terminal.screen()).toHaveLength(20)
  })

  test('sorts, filters and scrolls by keys', async () => {
    await show()
    await sees(4, /^online\/lobby/)
    terminal.press('h')
    await sees(4, /^sine\/main/)
    expect(terminal.screen()[3]).toContain('▼HITS')
    terminal.press('h')
    await sees(4, /^online\/thread-10/)
    terminal.press('NPage')
    await sees(-1, /15–28 of 32$/)
    terminal.press('End')
    await sees(-1, /–32 of 32$/)
    terminal.press('Home', '/')
    terminal.press('-l', 'lob')
    await sees(-1, /^\/lob█/)
    await sees(4, /^online\/lobby/)
    expect(terminal.screen()[5]).toBe('')
    terminal.press('q')
    await sees(4, /^No room's name contains "lobq"/)
    terminal.press('BSpace', 'Enter')
    await sees(-1, /^\/lob {2}Esc: clear/)
    await eventually(
      () => expect(server.asked.some((query) => query.get('search') === 'lob')).toBe(true),
      PATIENCE,
    )
    terminal.press('Escape')
    await sees(-1, /of 32$/)
  })

  test('fits the terminal when it is resized', async () => {
    await show()
    terminal.resize(40, 8)
    await sees(-1, /1–4 of 32$/)
    expect(terminal.screen()[2]).toMatch(/^ROOM +▼VISITORS +LAST/)
    expect(terminal.screen()).toHaveLength(8)
    terminal.resize(120, 40)
    await sees(-1, /^v visitors .* q quit$/)
    expect(terminal.screen()[3]).toMatch(/^ROOM +▼VISITORS +CONNECTIONS +PEAK +HITS +HITS\/MIN +LAST/)
  })

  test.each(['q', 'C-c'])('%s quits, and leaves the terminal as it was', async (key) => {
    await show()
    terminal.press(key)
    await isRestored()
    expect(terminal.screen()).toContain('code 0')
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s leaves the terminal as it was', async (signal) => {
    await show()
    process.kill(terminal.child(), signal)
    await isRestored()
    expect(terminal.screen()).toContain('code 0')
  })

  test('Ctrl-Z hands the terminal back until it is in the foreground again', async () => {
    await show()
    terminal.press('C-z')
    await isRestored()
    await prompts()
    terminal.type('fg')
    await sees(0, /^imgcast top/)
    expect(terminal.modes()).toEqual({ isOtherScreen: true, hasCursor: false })
    terminal.press('r')
    await sees(3, /^ROOM▲/)
    terminal.press('q')
    await eventually(() => expect(terminal.modes().isOtherScreen).toBe(false), PATIENCE)
  })

  test('ends when the terminal is closed', async () => {
    await show()
    const pid = terminal.child()
    terminal.close()
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), PATIENCE)
    terminal = startTerminal(80, 24, {})
  })

  test('keeps the last numbers while the server is down, reports that, and resumes', async () => {
    await show()
    const { port } = new URL(server.url)
    server.close()
    await sees(-1, /does not respond: /)
    expect(terminal.screen()[4]).toMatch(/^online\/lobby/)
    server = await startRoomsServer(IMGCAST_TOKEN, [toldRoom('clock/main', { connections: 1 })], Number(port))
    await sees(4, /^clock\/main/)
    expect(terminal.screen().at(-1)).toMatch(/^v visitors/)
  })

  test('is in colours, or with NO_COLOR in none', async () => {
    await show()
    await eventually(() => expect(terminal.screen('styled').join('\n')).toContain('\x1b[1m'), PATIENCE)
    terminal.close()
    await show({ NO_COLOR: '1' })
    await sees(4, /^online\/lobby/)
    expect(terminal.screen('styled').join('\n')).not.toContain('\x1b')
  })

  test('is ASCII if the locale is not UTF-8', async () => {
    await show({ LC_ALL: 'C' })
    await sees(4, /^online\/lobby.*#$/)
    expect(terminal.screen().join('\n')).toMatch(/^[ -~\n]*$/)
  })

  test('prints lines on a terminal without capabilities', async () => {
    terminal = startTerminal(100, 20, { IMGCAST_TOKEN, TERM: 'dumb' })
    await prompts()
    terminal.type(`TERM=dumb ${COMMAND} ${server.url} --filter lobby --interval 1h`)
    await eventually(() => expect(terminal.screen().join('\n')).toMatch(/^online\/lobby +12 /m), PATIENCE)
    expect(terminal.modes().isOtherScreen).toBe(false)
  })
})
