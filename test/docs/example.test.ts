import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../examples/express/server.js', import.meta.url))

test('the Express example shows its pictures and stops on a signal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-example-'))
  const app = spawn(process.execPath, [script], {
    env: { ...process.env, PORT: '0' },
    // It remembers in its working directory.
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(app, 'exit')
  try {
    const [line] = (await once(app.stdout.setEncoding('utf8'), 'data')) as [string]
    const url = line.trim()
    const page = await (await fetch(url)).text()
    const pictures = [...page.matchAll(/<img src="([^"]+)"/g)].map(([, src = '']) => src)
    expect(pictures).toHaveLength(2)
    for (const src of pictures) {
      const response = await fetch(url + src)
      expect([src, response.status, response.headers.get('content-type')]).toEqual([src, 200, 'image/png'])
      await response.arrayBuffer()
    }
  } finally {
    app.kill('SIGTERM')
  }
  expect(await exit).toEqual([0, null])
  // Closed well: one file.
  expect(readdirSync(folder)).toEqual(['imgcast.db'])
  rmSync(folder, { recursive: true })
})
