import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import type { Imgcast, ImgcastOptions } from '../../../src/imgcast/imgcast-interface.ts'
import { createImgcast } from '../../../src/imgcast.ts'
import { FIXTURE_WIDGETS } from '../../support/server.ts'
import type { Colour } from './pixels.ts'
import { img } from './site.ts'

/** The size of each picture, and where the pictures of a page begin: below a bar with the page's number. */
export const PICTURE = { width: 40, height: 20 }
export const BAR = 20

/** A forum whose every page holds pictures and a link to the next, on one host with its pictures or on another. */
export class Forum {
  readonly imgcast: Imgcast
  readonly #servers: Server[] = []
  readonly #pictures: number
  readonly #sameHost: boolean

  private constructor(imgcast: Imgcast, pictures: number, sameHost: boolean) {
    this.imgcast = imgcast
    this.#pictures = pictures
    this.#sameHost = sameHost
  }

  static async start(pictures: number, sameHost: boolean, options: ImgcastOptions = {}): Promise<Forum> {
    const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
    const imgcast = await createImgcast({
      widgets: FIXTURE_WIDGETS,
      workers: 1,
      store: 'memory:',
      log,
      ...options,
    })
    const forum = new Forum(imgcast, pictures, sameHost)
    const app = express()
    app.get('/topic/:page', (request, response) => {
      response.type('html').send(forum.#page(Number(request.params.page)))
    })
    app.use('/live', imgcast.router)
    for (let host = 0; host < 2; host += 1) {
      const server = app.listen(0, '127.0.0.1')
      await once(server, 'listening')
      forum.#servers.push(server)
    }
    return forum
  }

  /** The address of everything that shows pictures. */
  get live(): string {
    return `${this.#host(1, '127.0.0.1')}/live`
  }

  /** The address of a page. */
  topic(page: number): string {
    return `${this.#host(0, '127.0.0.1')}/topic/${page}`
  }

  /** The count of a room: all pages of the forum show pictures of one room. */
  async counts(): Promise<{ connections: number; visitors: number }> {
    const response = await fetch(`${this.live}/counter/forum.json`, {
      headers: { Connection: 'close' },
    })
    return (await response.json()) as { connections: number; visitors: number }
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close()
    await this.imgcast.close()
    for (const server of this.#servers) server.closeAllConnections()
  }

  #host(index: number, name: string): string {
    const { port } = (this.#servers[index] as Server).address() as AddressInfo
    return `http://${name}:${port}`
  }

  #page(page: number): string {
    const pictures = this.#sameHost ? '' : this.#host(1, 'localhost')
    const pictureOf = (index: number) =>
      img(`${pictures}/live/counter/forum.png?count=visitors&shade=${shadeOf(index)}`, PICTURE)
    const all = Array.from({ length: this.#pictures }, (_, index) => pictureOf(index)).join('')
    const bar = `height:${BAR}px;background:rgb(${barOf(page).join(',')})`
    return `<!doctype html><title>Topic ${page}</title><body style="margin:0;background:white;font-size:0">
      <div style="${bar}"></div>${all}
      <p style="font-size:20px"><a id="next" href="/topic/${page + 1}">Next topic</a></p>`
  }
}

/** The colour of a page's bar. */
export function barOf(page: number): Colour {
  return [page * 10, 0, 255]
}

/** The green of a page's picture: each picture of a page is another look of the room. */
export function shadeOf(index: number): number {
  return 60 + index * 60
}
