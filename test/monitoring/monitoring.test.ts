import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { METRICS } from '../../src/http/metrics/metric-rows.ts'
import { eventually } from '../support/eventually.ts'
import { plainFrame } from '../support/frames.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { openStream, type RawStream } from '../support/stream-reader.ts'
import { describeWith } from '../support/tools.ts'
import { type Panel, queriesOf, readDashboard } from './dashboard.ts'
import { checkMetrics, DEPLOY, Prometheus, promtool } from './prometheus.ts'

const TOKEN = 'a-token-of-the-tests'
const jpeg = new Uint8Array(plainFrame('#ff0000', { format: 'jpeg', width: 40, height: 20 }).bytes)
const NAMES = Object.values(METRICS).map(({ name }) => name)

describe('the dashboard for Grafana', () => {
  const dashboard = readDashboard()
  const panels = dashboard.panels.filter(({ type }) => type !== 'row')

  test('can be imported anywhere: it has no id, and the data source is selected on import', () => {
    expect(dashboard).toMatchObject({ id: null, uid: 'imgcast', title: 'Imgcast' })
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36)
    const variables = dashboard.templating.list.map(({ name, type }) => `${name}: ${type}`)
    expect(variables).toEqual(['datasource: datasource', 'instance: query'])
    for (const { title, datasource, targets = [] } of panels) {
      const source = { type: 'prometheus', uid: expect.stringMatching(/^\$\{datasource\}$/) }
      expect([title, datasource]).toEqual([title, source])
      for (const target of targets) expect([title, target.datasource]).toEqual([title, source])
    }
  })

  test('describes every panel, and no two overlap', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const panel of panels) {
      expect(panel.description, panel.title).toMatch(/^[A-Z0-9].{3,}/)
      expect(panel.gridPos.x + panel.gridPos.w).toBeLessThanOrEqual(24)
      const others = dashboard.panels.filter((other) => other !== panel && overlap(panel, other))
      expect([panel.title, others.map(({ title }) => title)]).toEqual([panel.title, []])
      const ids = (panel.targets ?? []).map(({ refId }) => refId)
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  test('shows every metric there is', () => {
    const queries = queriesOf(dashboard).map(({ query }) => query)
    const shown = (name: string) => queries.some((query) => new RegExp(`\\b${name}(_bucket)?\\b`).test(query))
    expect([...NAMES, 'nodejs_eventloop_lag_p99_seconds'].filter((name) => !shown(name))).toEqual([])
  })
})

describe('the alerts', () => {
  test('are about metrics that there are', () => {
    const rules = readFileSync(join(DEPLOY, 'alerts.yml'), 'utf8')
    const used = new Set(
      [...rules.matchAll(/\bimgcast_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, '')),
    )
    expect([...used].filter((name) => !(NAMES as string[]).includes(name))).toEqual([])
    expect(used.size).toBeGreaterThan(8)
  })
})

describeWith(['prometheus'], 'Prometheus', () => {
  let server: TestServer
  let prometheus: Prometheus
  const streams: RawStream[] = []

  beforeAll(async () => {
    server = await startServer({ token: TOKEN })
    for (const language of ['en', 'en', 'de']) {
      const headers = { 'Accept-Language': language }
      streams.push(await openStream(`${server.url}/counter/a.png?delivery=stream`, { headers }))
    }
    streams.push(await openStream(`${server.url}/ticker/a.jpg?delivery=stream`))
    // One of everything, so that each query has a result.
    await openStream(`${server.url}/noise/a.png?delivery=stream`, { read: false }).then((each) =>
      streams.push(each),
    )
    for (const path of ['/counter/a.png?delivery=still', '/nothing/a.png', '/throws/a.png', '/exits/a.png'])
      await (await fetch(server.url + path)).arrayBuffer()
    await fetch(`${server.url}/api/rooms`, { headers: { Authorization: 'Bearer wrong' } })
    const camera = { method: 'POST', headers: { Authorization: `Bearer ${TOKEN}` }, body: jpeg }
    expect((await fetch(`${server.url}/api/cameras/robot/frames`, camera)).status).toBe(200)
    prometheus = await Prometheus.start(server.url, TOKEN)
  })

  afterAll(async () => {
    await prometheus?.stop()
    for (const stream of streams) stream.close()
    await server?.close()
  })

  test('accepts the rules and the configuration unchanged', () => {
    expect(promtool('check', 'rules', join(DEPLOY, 'alerts.yml'))).toContain('SUCCESS')
    expect(prometheus.check()).toContain('SUCCESS')
  })

  test('finds nothing wrong with the names and the help of the metrics', async () => {
    const response = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } })
    expect(checkMetrics(await response.text())).toBe('')
  })

  test('fires each alert for its condition, and not below its threshold', () => {
    const tests = fileURLToPath(new URL('alerts.yml', import.meta.url))
    expect(promtool('test', 'rules', tests)).toContain('SUCCESS')
    const alerts = [...readFileSync(join(DEPLOY, 'alerts.yml'), 'utf8').matchAll(/alert: (\w+)/g)]
    const tried = readFileSync(tests, 'utf8')
    for (const [, alert] of alerts) {
      expect(tried).toContain(`{ eval_time: 20m, alertname: ${alert} }`)
      expect(tried).toMatch(new RegExp(`alertname: ${alert}\\n +exp_alerts:`))
    }
  })

  test('scrapes the server with its token, and has the viewers of each widget', async () => {
    await eventually(async () => {
      expect(valuesOf(await prometheus.query('up{job="imgcast"}'))).toEqual([1])
      const counts = async (name: string) =>
        Object.fromEntries(
          (await prometheus.query(name)).map(({ metric, value }) => [metric.widget, Number(value[1])]),
        )
      expect(await counts('imgcast_connections')).toEqual({ counter: 3, ticker: 1, noise: 1 })
      expect(await counts('imgcast_visitors')).toEqual({ counter: 2, ticker: 1, noise: 1 })
      expect(valuesOf(await prometheus.query('imgcast_streams'))).toEqual([
        server.imgcast.stats().connections,
      ])
    })
  })

  test('finds no fault in the server’s metrics', async () => {
    const { activeTargets } = await prometheus.ask('targets?state=active')
    expect(activeTargets).toMatchObject([{ health: 'up', lastError: '' }])
  })

  test('has the types and meanings of all metrics', async () => {
    const metadata = (await prometheus.ask('metadata')) as Record<string, { type: string; help: string }[]>
    for (const { name, type, help } of Object.values(METRICS))
      expect([name, metadata[name]]).toEqual([name, [{ type, help, unit: '' }]])
  })

  test('evaluates every rule', async () => {
    await eventually(async () => {
      const { groups } = (await prometheus.ask('rules')) as { groups: { rules: { health: string }[] }[] }
      const health = groups.flatMap(({ rules }) => rules.map((rule) => rule.health))
      expect(health.length).toBeGreaterThan(5)
      expect(new Set(health)).toEqual(new Set(['ok']))
    })
  })

  test.each(queriesOf(readDashboard()))('returns data for the panel $panel: $query', async ({ query }) => {
    // Two scrapes make the first rate.
    await eventually(async () => expect((await prometheus.query(query)).length).toBeGreaterThan(0), {
      timeout: 20_000,
      interval: 200,
    })
  })

  test('counts no viewers after all have left', async () => {
    for (const stream of streams.splice(0)) stream.close()
    await eventually(async () => {
      expect(valuesOf(await prometheus.query('sum(imgcast_connections)'))).toEqual([0])
      expect(valuesOf(await prometheus.query('imgcast_streams'))).toEqual([0])
    })
  })
})

function valuesOf(series: { value: [number, string] }[]): number[] {
  return series.map(({ value }) => Number(value[1]))
}

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
