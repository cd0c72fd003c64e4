/** Recognisable proxies, by their usual spelling. `none seen` can still mean a proxy that does not name itself. */
export type ProxyName =
  | 'nginx'
  | 'Caddy'
  | 'HAProxy'
  | 'Apache'
  | 'Cloudflare'
  | 'CloudFront'
  | 'Fastly or Varnish'
  | 'Envoy'
  | 'none seen'

/** The parts of a response's head that reveal a proxy. */
export interface Head {
  /** Headers by lower-case name. */
  headers: Readonly<Record<string, string>>
  /** Whether names arrived in lower case over HTTP/1.1; the server and most proxies write capitals. */
  isLowerCase: boolean
}

/** How to recognise each proxy. The outermost comes first, since the client connects to it. */
const SIGNS: readonly [ProxyName, (headers: Head['headers']) => boolean][] = [
  ['Cloudflare', ({ server = '', 'cf-ray': ray }) => ray !== undefined || /cloudflare/i.test(server)],
  ['CloudFront', ({ via = '', 'x-amz-cf-id': id }) => id !== undefined || /cloudfront/i.test(via)],
  [
    'Fastly or Varnish',
    ({ via = '', 'x-served-by': by = '', 'x-varnish': id }) =>
      id !== undefined || /varnish/i.test(via) || by.startsWith('cache-'),
  ],
  [
    'Envoy',
    ({ server = '', 'x-envoy-upstream-service-time': time }) => time !== undefined || server === 'envoy',
  ],
  ['nginx', ({ server = '' }) => /nginx|openresty/i.test(server)],
  ['Caddy', ({ server = '', via = '' }) => /caddy/i.test(`${server} ${via}`)],
  ['Apache', ({ server = '' }) => /apache/i.test(server)],
  ['HAProxy', ({ server = '', via = '' }) => /haproxy/i.test(`${server} ${via}`)],
]

/** Recognises the proxy that forwarded a response. HAProxy does not name itself, but writes header names in lower case. */
export function recogniseProxy({ headers, isLowerCase }: Head): ProxyName {
  return (
    SIGNS.find(([, shows]) => shows(headers))?.[0] ??
    (headers.server === undefined && isLowerCase ? 'HAProxy' : 'none seen')
  )
}
