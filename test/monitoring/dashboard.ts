import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOY } from './prometheus.ts'

/** What Grafana's dashboard JSON has, as far as it is looked at here. */
export interface Dashboard {
  uid: string
  title: string
  id: number | null
  schemaVersion: number
  templating: { list: { name: string; type: string; query: unknown }[] }
  panels: Panel[]
}

/** One panel, or a row's heading. */
export interface Panel {
  id: number
  type: string
  title: string
  description?: string
  datasource?: { type: string; uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: { refId: string; expr: string; datasource: { type: string; uid: string } }[]
}

/** Reads deploy/grafana.json. */
export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync(join(DEPLOY, 'grafana.json'), 'utf8')) as Dashboard
}

/** Every query of a dashboard, with Grafana's own variables filled in. */
export function queriesOf({ panels }: Dashboard): { panel: string; query: string }[] {
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      query: expr
        .replaceAll('$__rate_interval', '1m')
        .replaceAll('$__range', '1h')
        .replaceAll('$instance', '.+'),
    })),
  )
}
