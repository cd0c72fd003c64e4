/**
 * The first segments of the server's own URLs. No widget can have one of these names: the loader refuses it, and the
 * router serves no pictures below them. Some are reserved for future features.
 */
export const SERVER_PATHS = {
  api: '/api',
  assets: '/assets',
  dashboard: '/dashboard',
  healthz: '/healthz',
  'live-img': '/live-img',
  metrics: '/metrics',
  oembed: '/oembed',
  readyz: '/readyz',
  series: '/series',
  ws: '/ws',
} as const

/** Whether a name is reserved because the server's own URLs begin with it. */
export function isReservedName(name: string): boolean {
  return Object.hasOwn(SERVER_PATHS, name)
}
