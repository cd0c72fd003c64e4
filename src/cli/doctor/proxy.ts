/** What can stand between and be recognised, by how it is spelled; `none seen` may still be one that hides. */
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

/** The head of a response, as far as it tells who passed it on. */
export interface Head {
  /** By names in lower case. */
  headers: Readonly<Record<string, string>>
  /** Whether the names came in lower case over HTTP/1.1, where the server and most proxies write capitals. */
  isLowerCase: boolean
}

/** By what each shows itself. The outermost one wins: it is what the client talks to. */
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

/** Says what passed a response on. HAProxy names itself nowhere, but writes header names in lower case. */
export function recogniseProxy({ headers, isLowerCase }: Head): ProxyName {
  return (
    SIGNS.find(([, shows]) => shows(headers))?.[0] ??
    (headers.server === undefined && isLowerCase ? 'HAProxy' : 'none seen')
  )
}
