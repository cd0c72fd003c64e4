import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the Express snippet of the README runs unchanged', async () => {
  const [, snippet = ''] =
    /^```js\n(import express[\s\S]*?)^```$/m.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-snippet-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/imgcast'))
  symlinkSync(join(root, 'node_modules/express'), join(folder, 'node_modules/express'))
  writeFileSync(join(folder, 'server.mjs'), snippet)
  const port = await findFreePort()
  const app = spawn(process.execPath, ['server.mjs'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exit = once(app, 'exit')
  try {
    await eventually(
      async () => {
        const response = await fetch(`http://localhost:${port}/live/online/lobby.png`)
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
        await response.arrayBuffer()
      },
      { timeout: 25_000, interval: 200 },
    )
  } finally {
    app.kill('SIGKILL')
    await exit
    rmSync(folder, { recursive: true })
  }
})

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
