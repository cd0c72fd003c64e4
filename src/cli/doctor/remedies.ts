import type { ProxyName } from './proxy.ts'

/** What can be wrong with whatever stands between. */
export type Ailment =
  | 'buffers'
  | 'compresses'
  | 'caches'
  | 'hides-closing'
  | 'hides-address'
  | 'believes-address'
  | 'ends-early'
  | 'has-no-server'
  | 'no-http2'

/** What to change, by what stands between; `none seen` is for what could not be recognised. */
type Remedies = Partial<Record<ProxyName, string>> & { 'none seen': string }

const CDN = 'Serve the pictures from a host name that goes past it.'

const REMEDIES: Readonly<Record<Ailment, Remedies>> = {
  buffers: {
    nginx:
      'nginx collects what it should pass on: set `proxy_buffering off;` in the location. It does so by itself, by the ' +
      "server's X-Accel-Buffering, unless `proxy_ignore_headers` names that or another proxy stands behind nginx.",
    Caddy:
      'Caddy passes pictures on at once by itself: take `encode` and `response_buffers` out of the site, and look at what stands behind it.',
    HAProxy:
      'HAProxy passes on at once unless told to wait: take out `http-response wait-for-body` and `filter compression`, and look at what stands behind it.',
    Apache: 'Add `flushpackets=on` to ProxyPass, and take mod_deflate and mod_cache off this path.',
    Envoy: 'Take the buffer, compressor and cache filters off this route.',
    Cloudflare: `Let no rule or app of Cloudflare rewrite or inspect these answers. ${CDN}`,
    'none seen':
      'Something between collects what it should pass on: switch buffering of responses off there (in nginx ' +
      '`proxy_buffering off;`). With --resolve each hop can be asked by its own address.',
  },
  compresses: {
    nginx: 'Set `gzip off;` in the location: to compress is to collect, and pictures are compressed already.',
    Caddy: 'Take `encode` out of the site: to compress is to collect, and pictures are compressed already.',
    HAProxy: 'Take `filter compression` and `compression` out: to compress is to collect.',
    Apache: 'Set `SetEnv no-gzip 1` for this path: to compress is to collect.',
    'none seen':
      'Switch compression off for this path: to compress is to collect, and pictures are compressed already.',
  },
  caches: {
    nginx: 'Set `proxy_cache off;` in the location.',
    HAProxy: 'Take `http-request cache-use` off this path.',
    Apache: 'Set `CacheDisable` for this path.',
    Cloudflare:
      'Add a Cache Rule that bypasses the cache for this host name, whatever the ending of the path.',
    CloudFront: 'Take the managed policy CachingDisabled for this behaviour.',
    'Fastly or Varnish': 'Return `pass` for this path in vcl_recv.',
    'none seen': 'Something between keeps copies: switch its cache off for this path.',
  },
  'hides-closing': {
    nginx:
      'Set `proxy_ignore_client_abort off;`, which is the default, and look at what stands behind nginx.',
    Caddy:
      'Take `flush_interval -1` out of `reverse_proxy`: Caddy sends at once without it, and with it does not tell the server who left.',
    HAProxy:
      'Put `option abortonclose` into `defaults`, or where the frontend inherits it; in the backend alone it does nothing for this.',
    'none seen':
      'Something between keeps its connection to the server when the client closes, so who leaves is counted until the next ' +
      'bytes, or for ever. HAProxy needs `option abortonclose` in `defaults`, Caddy no `flush_interval -1`, nginx `proxy_ignore_client_abort off;`.',
  },
  'hides-address': {
    nginx:
      'Set `proxy_set_header X-Forwarded-For $remote_addr;` in the location, and start the server with `--trust-proxy loopback`, or with the address of nginx.',
    Caddy: 'Start the server with `--trust-proxy loopback`, or with the address of Caddy.',
    HAProxy:
      'Set `http-request set-header X-Forwarded-For %[src]` in the frontend, and start the server with `--trust-proxy loopback`, or with the address of HAProxy.',
    'none seen':
      'All readers look like one, and share one limit of connections. What stands between has to say in X-Forwarded-For who ' +
      'asks, and the server has to be started with `--trust-proxy` and its address.',
  },
  'believes-address': {
    nginx:
      'Set `proxy_set_header X-Forwarded-For $remote_addr;` in the location: it has to replace what clients say, not to add to it.',
    HAProxy:
      'Set `http-request set-header X-Forwarded-For %[src]` in the frontend: without it what clients say is passed on.',
    Caddy: 'Take `trusted_proxies` out, or name there only proxies that stand before Caddy.',
    'none seen':
      'What stands between has to replace X-Forwarded-For, not to add to it, and `--trust-proxy` has to name nothing but that.',
  },
  'ends-early': {
    nginx: 'Set `proxy_read_timeout 60s;`: it has to be longer than the heartbeat of 15 s.',
    Caddy:
      'Set `read_timeout 60s` in `transport http`, and no `write` in `timeouts`, which ends every picture after that time.',
    HAProxy:
      'Set `timeout client 60s` and `timeout server 60s`: they have to be longer than the heartbeat of 15 s.',
    Apache: 'Set `ProxyTimeout 60`: it has to be longer than the heartbeat of 15 s.',
    Envoy: 'Set `timeout: 0s` for the route: its default ends every answer after 15 s.',
    Cloudflare: CDN,
    'none seen':
      'Something between ends what is quiet or takes long: its timeouts for silence have to be longer than 15 s, and there must be none for a whole answer.',
  },
  'has-no-server': {
    nginx: 'nginx does not reach the server: is it running, and at the address in `proxy_pass`?',
    Caddy: 'Caddy does not reach the server: is it running, and at the address in `reverse_proxy`?',
    'none seen':
      'A proxy answers that does not reach the server: is it running, and at the address that the proxy knows?',
  },
  'no-http2': {
    nginx: 'Write `listen 443 ssl http2;`, or from nginx 1.25.1 on `http2 on;`.',
    Caddy: 'Let `protocols` contain `h2`, which is the default with TLS.',
    HAProxy: 'Add `alpn h2,http/1.1` to the `bind` line.',
    'none seen': 'Offer HTTP/2: by `--tls-cert` and `--tls-key`, or in what stands before the server.',
  },
}

/** Says what to do about an ailment of a proxy; of one that is not known, what helps with most. */
export function remedyFor(ailment: Ailment, proxy: ProxyName): string {
  const remedies = REMEDIES[ailment]
  return remedies[proxy] ?? remedies['none seen']
}
