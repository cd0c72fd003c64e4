/**
 * The first segments of the server's own URLs. No widget can have one of these names: the loader refuses it, and the
 * router sends no picture for what is below them. Some are kept for features to come.
 */
export const SERVER_PATHS = {
  api: '/api',
  assets: '/assets',
  dashboard: '/dashboard',
  healthz: '/healthz',
  'live-img': '/live-img',
  metrics: '/metrics',
  readyz: '/readyz',
  ws: '/ws',
} as const

/** Whether a widget cannot have a name, as the server's own URLs begin with it. */
export function isReservedName(name: string): boolean {
  return Object.hasOwn(SERVER_PATHS, name)
}
