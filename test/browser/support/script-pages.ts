import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import express from 'express'
import { pino } from 'pino'
import type { Imgcast, ImgcastOptions } from '../../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../../src/imgcast.ts'
import { readSocketTable } from '../../../src/system/socket-table.ts'
import { FIXTURE_WIDGETS } from '../../support/server.ts'

/** No inline scripts or styles, nothing from elsewhere; object URLs are what `<live-img>` shows. */
const STRICT =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' blob:; require-trusted-types-for 'script'"

/** An app with the server at `/live`, and pages with scripts on the same origin. It can stop and start on its port. */
export class ScriptPages {
  imgcast: Imgcast | undefined
  readonly #pages = new Map<string, { type: string; body: string }>()
  readonly #options: ImgcastOptions
  /** Whether WebSockets get through to the server. */
  hasSockets = true
  /** Whether the policy of its pages allows WebSockets. */
  allowsSockets = true
  #server: Server | undefined
  #port = 0

  constructor(options: ImgcastOptions = {}) {
    this.#options = options
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
    const imgcast = await createImgcast({
      ...{ widgets: FIXTURE_WIDGETS, workers: 1, store: 'memory:', log, linger: 100, livePerBrowser: 0 },
      ...this.#options,
    })
    const app = express()
    // Scripts are at the root, as bundles may be: what is beside a bundle is not the server.
    app.get(['/pages/:name', '/:name'], (request, response) => {
      const { type, body } = this.#pages.get(String(request.params.name)) ?? { type: 'html', body: '' }
      // Each picture, and not the page, is to keep a connection.
      const policy = this.allowsSockets ? STRICT : STRICT.replace("connect-src 'self'", "connect-src 'none'")
      response.set({ Connection: 'close', 'Content-Security-Policy': policy }).type(type).send(body)
    })
    app.use('/live', imgcast.router)
    const server = createServer(app)
    // Also closes connections that a browser opens in advance and does not use.
    imgcast.protect(server)
    server.keepAliveTimeout = 500
    server.listen(this.#port, '127.0.0.1')
    server.on('upgrade', (request, socket, head) => {
      if (this.hasSockets) imgcast.upgrade(request, socket, head)
      else socket.destroy()
    })
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.imgcast = imgcast
    this.#server = server
  }

  /** Stops the server; its pages stay. */
  async stop(): Promise<void> {
    this.#server?.close()
    await this.imgcast?.close()
    this.#server?.closeAllConnections()
    this.imgcast = undefined
  }

  /** Adds a page of the given HTML and script, and returns its address. */
  page(html: string, script = ''): string {
    const name = `${this.#pages.size}`
    this.#pages.set(`${name}.js`, { type: 'js', body: script })
    const head = '<!doctype html><title>A page</title><link rel="icon" href="data:,">'
    const scripts = `<script type="module" src="/live/live-img.js"></script><script type="module" src="/${name}.js"></script>`
    this.#pages.set(name, { type: 'html', body: `${head}${html}${scripts}` })
    return `${this.url}/pages/${name}`
  }

  /** The connections to this server in the kernel's table: the server's ends. */
  async sockets(): Promise<number> {
    const rows = await readSocketTable()
    return rows.filter(({ localPort, state }) => localPort === this.#port && state === 'ESTABLISHED').length
  }
}

/** Bundles `<LiveImage>` of React with a script that uses it as `LiveImage`, `React` and `createRoot`. */
export async function reactScript(version: 18 | 19, script: string): Promise<string> {
  const suffix = version === 18 ? '18' : ''
  const contents = `import { createRoot } from 'react-dom/client'\nimport * as React from 'react'\nimport { LiveImage } from './react.js'\n${script}`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../../../public/', import.meta.url)) },
    alias: { react: `react${suffix}`, 'react-dom': `react-dom${suffix}` },
    define: { 'process.env.NODE_ENV': '"production"' },
    ...{ bundle: true, format: 'esm', write: false, minify: true, logLevel: 'silent' },
  })
  return outputFiles[0]?.text ?? ''
}
