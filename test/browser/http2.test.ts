import { once } from 'node:events'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createImgcast } from '../../src/imgcast.ts'
import type { Imgcast } from '../../src/imgcast-interface.ts'
import { makeCertificate } from '../support/certificate.ts'
import { eventually } from '../support/eventually.ts'
import { FIXTURE_WIDGETS } from '../support/server.ts'
import { describeWith } from '../support/tools.ts'
import { Site } from './support/site.ts'
import { useBrowser } from './support/stage.ts'

const PICTURES = 300
const PATIENCE = { timeout: 60_000 }

let site: Site
let imgcast: Imgcast
let server: Http2SecureServer
let origin: string

beforeAll(async () => {
  site = await Site.start()
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  imgcast = await createImgcast({
    ...{ widgets: FIXTURE_WIDGETS, workers: 1, store: 'memory:', linger: 100, log },
  })
  server = createSecureServer({ ...makeCertificate(), allowHTTP1: true })
  imgcast.protect(server)
  server.on('request', imgcast.handler)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await imgcast.close()
  await site.close()
})

describeWith(['chromium', 'firefox'], 'over HTTP/2', () => {
  const stages = (['chromium', 'firefox'] as const).map((engine) => useBrowser(engine, { insecure: true }))

  test.each(['chromium', 'firefox'] as const)(
    '%s shows all of 300 pictures of a page, and further pages load',
    async (engine) => {
      const stage = stages.find((each) => each.engine === engine)
      const sessions = new Set<unknown>()
      const onSession = (session: unknown) => sessions.add(session)
      server.on('session', onSession)
      const pictures = Array.from(
        { length: PICTURES },
        (_, index) =>
          `<img src="${origin}/counter/many.png?count=${index < 256 ? 'visitors' : 'peak'}&amp;shade=${index % 256}" alt="">`,
      )
      const tab = await stage?.open(site.page(pictures.join('')), { wait: 'none' })
      // Of a page that is not parsed yet no picture is blank either.
      const shown = '[...document.images].filter((each) => each.naturalWidth > 0).length'
      await eventually(async () => expect(await tab?.evaluate(shown)).toBe(PICTURES), PATIENCE)
      await eventually(() => expect(imgcast.stats().connections).toBe(200), PATIENCE)
      // Chromium connects six times before it knows that one connection is enough.
      expect(sessions.size).toBeLessThanOrEqual(6)
      await stage?.open(`${origin}/healthz`, { wait: 'load' })
      server.off('session', onSession)
      await stage?.close(tab as NonNullable<typeof tab>)
      await eventually(() => expect(imgcast.stats().connections).toBe(0), PATIENCE)
    },
  )
})
