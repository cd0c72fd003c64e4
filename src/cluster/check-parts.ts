import type { ClusterParts } from './driver.ts'
import { StoreError } from './store-error.ts'

/** The methods that the parts of every cluster have. */
const METHODS = {
  bus: ['publish', 'subscribe', 'onReconnect'],
  presence: ['join', 'counts', 'countsNow', 'rooms'],
  store: ['get', 'set', 'delete', 'add', 'update', 'list', 'deleteNames'],
  history: ['note', 'hit', 'read', 'record', 'peak', 'peakNow'],
  rooms: ['list', 'read', 'count', 'widgets', 'delete'],
  leases: ['hold', 'release'],
  viewerSecrets: ['ofDay'],
} as const satisfies { [Part in keyof ClusterParts]?: readonly (keyof Required<ClusterParts>[Part])[] }

/** Checks what a driver returned, because it may be somebody's own. @throws StoreError that names all that is missing. */
export function checkParts(parts: unknown): void {
  const given = Object(parts) as Record<string, unknown>
  const missing = Object.entries(METHODS).flatMap(([part, methods]) => {
    const value = given[part]
    if (typeof value !== 'object' || value === null) return [part]
    const has = (method: string) => typeof (value as Record<string, unknown>)[method] === 'function'
    return methods.filter((method) => !has(method)).map((method) => `${part}.${method}()`)
  })
  if (typeof given.close !== 'function') missing.push('close()')
  if (missing.length === 0) return
  throw new StoreError(`expected a driver whose \`open\` returns all parts, missing: ${missing.join(', ')}`)
}
