import { unwatchFile, watchFile } from 'node:fs'
import { open } from 'node:fs/promises'
import { cutText, defineWidget, param } from 'imgcast/widget'

const ROW = 16
/** The end of the file that is read. */
const TAIL_BYTES = 16_384

async function readTail(): Promise<string[]> {
  const path = process.env.LOG_FILE
  if (path === undefined) return ['Set LOG_FILE to the file to follow.']
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8').trimEnd().split('\n').slice(-40)
  } finally {
    await file.close()
  }
}

const COLORS: [pattern: RegExp, color: string][] = [
  [/\berror\b/i, '#ff7b72'],
  [/\bwarn(ing)?\b/i, '#e3b341'],
]

export default defineWidget({
  title: 'Log',
  about: 'The last lines of a log file (LOG_FILE), as they are written.',
  size: { width: { min: 200, max: 1000, default: 480 }, height: { min: 40, max: 640, default: 120 } },
  params: { find: param.text('', { max: 40, about: 'Shows only lines with this text.' }) },

  // The first picture, and stills while no picture is open.
  load: () => readTail(),
  example: [
    '12:00:01 info  listening on :9192',
    '12:00:04 info  GET /online/lobby.png 200',
    '12:00:09 warn  slow query: 412 ms',
    '12:00:12 error connection to db-2 lost',
    '12:00:13 info  connected to db-3',
    '12:00:17 info  GET /online/lobby.png 200',
  ],
  // From the first viewer to the last: every change of the file is shown at once.
  start({ push, signal }) {
    const path = process.env.LOG_FILE
    if (path === undefined) return
    watchFile(path, { interval: 250 }, () => void readTail().then(push))
    signal.addEventListener('abort', () => unwatchFile(path))
  },

  draw(ctx, { data, params, width, height }) {
    ctx.fillStyle = '#0d1117'
    ctx.beginPath()
    ctx.roundRect(0, 0, width, height, 8)
    ctx.fill()
    const font = '500 11px Inter'
    ctx.font = font
    const rows = Math.floor((height - 16) / ROW)
    const lines = data.filter((line) => line.includes(params.find)).slice(-rows)
    for (const [row, line] of lines.entries()) {
      ctx.fillStyle = COLORS.find(([pattern]) => pattern.test(line))?.[1] ?? '#c9d1d9'
      ctx.fillText(cutText(line, font, width - 24), 12, 8 + ROW * row + 12)
    }
  },
})
