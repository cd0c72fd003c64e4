import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DashboardPictures } from '../../src/http/dashboard/dashboard-pictures.ts'
import { StatusRooms } from '../../src/status/status-rooms.ts'
import { builtInFolder } from '../../src/widget/built-in-folder.ts'
import { EXAMPLE_WIDGET } from '../../src/widget/example-room.ts'
import { type LoadedFolders, loadFolders } from '../../src/widget/load-folder.ts'
import { ROLES, type Role, type Roles, widgetOf } from '../../src/widget/role.ts'

const WIDGET =
  "export default { title: 'Mine', role: 'picture-grid', size: { width: 9, height: 9 }, draw() {} }"

let folder: string
let builtIn: LoadedFolders
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widgets-'))
  builtIn = await loadFolders([builtInFolder()])
})
afterAll(() => rm(folder, { recursive: true }))

describe('a role', () => {
  test.each(Object.keys(ROLES) as Role[])('%s is served by one built-in widget', (role) => {
    const served = [...builtIn.widgets.values()].filter(({ manifest }) => manifest.role === role)
    expect(served.map(({ manifest }) => manifest.name)).toEqual([widgetOf(builtIn.roles, role)])
    expect(Object.keys(served[0]?.manifest.params ?? {})).toEqual(expect.arrayContaining([...ROLES[role]]))
  })

  test('is kept by the name of a widget that an owner replaces, whether or not the new one loads', async () => {
    await writeFile(join(folder, 'chart.mjs'), WIDGET)
    await writeFile(join(folder, 'status.mjs'), 'export default {')
    const { roles, widgets, faults } = await loadFolders([builtInFolder(), folder])
    expect(roles).toEqual(builtIn.roles)
    expect(widgets.get('chart')?.manifest).toMatchObject({ isBuiltIn: false, role: undefined })
    expect(faults.map(({ name }) => name)).toEqual(['status'])
  })

  test('is ignored in a widget of another name', async () => {
    await writeFile(join(folder, 'mine.mjs'), WIDGET)
    const { roles, widgets } = await loadFolders([folder])
    expect(widgets.get('mine')?.manifest.title).toBe('Mine')
    expect(roles.size).toBe(0)
    expect(() => widgetOf(roles, 'picture-grid')).toThrow('no built-in widget has the role picture-grid')
  })

  test('names the widgets of the dashboard and of statuses', () => {
    const roles: Roles = new Map(Object.keys(ROLES).map((role) => [role as Role, `our-${role}`]))
    const pictures = new DashboardPictures(roles)
    expect(pictures.table('/live', [{ room: 'a/b' }]).src).toMatch(
      /^\/live\/our-room-table\/dashboard\.png\?/,
    )
    const charts = new URL(pictures.charts('', 'a/b').src, 'http://localhost')
    expect(charts.pathname).toBe('/our-picture-grid/dashboard.png')
    expect(charts.searchParams.get('show')).toMatch(/^our-history-chart\/dashboard\?room=a\/b&/)
    const rooms = new StatusRooms(roles)
    expect(rooms.of('build')).toBe('our-status-badge/build')
    expect([rooms.keyOf('our-status-badge/build'), rooms.keyOf('status/build')]).toEqual(['build', undefined])
  })

  test('of counting viewers is that of the widget in examples', () => {
    expect(EXAMPLE_WIDGET).toBe(widgetOf(builtIn.roles, 'viewer-count'))
  })
})
