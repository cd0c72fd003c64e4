import type { ProxyName } from './proxy.ts'

/** The faults of a proxy. */
export type ProxyFault =
  | 'buffers'
  | 'compresses'
  | 'caches'
  | 'hides-closing'
  | 'hides-address'
  | 'believes-address'
  | 'ends-early'
  | 'has-no-server'
  | 'no-http2'
  | 'refuses-upgrade'
  | 'hides-protocol'

/** The remedies by proxy; `none seen` is for an unknown one. */
type Remedies = Partial<Record<ProxyName, string>> & { 'none seen': string }

const CDN = 'Serve the pictures from a host name that bypasses it.'

const REMEDIES: Readonly<Record<ProxyFault, Remedies>> = {
  buffers: {
    nginx:
      'nginx buffers the stream: set `proxy_buffering off;` in the location. The server already asks for this with ' +
      'X-Accel-Buffering, unless `proxy_ignore_headers` names it, or another proxy is behind nginx.',
    Caddy:
      'Caddy forwards pictures at once by default: remove `encode` and `response_buffers` from the site, and check the proxy behind it.',
    HAProxy:
      'HAProxy forwards pictures at once by default: remove `http-response wait-for-body` and `filter compression`, and check the proxy behind it.',
    Apache: 'Add `flushpackets=on` to ProxyPass, and disable mod_deflate and mod_cache for this path.',
    Envoy: 'Remove the buffer, compressor and cache filters from this route.',
    Cloudflare: `Disable Cloudflare rules and apps that rewrite or inspect these responses. ${CDN}`,
    'none seen':
      'A proxy buffers the stream: turn off response buffering there (in nginx ' +
      '`proxy_buffering off;`). Use --resolve to test each hop by its address.',
  },
  compresses: {
    nginx:
      'Set `gzip off;` in the location: compression buffers the stream, and pictures are compressed already.',
    Caddy:
      'Remove `encode` from the site: compression buffers the stream, and pictures are compressed already.',
    HAProxy: 'Remove `filter compression` and `compression`: compression buffers the stream.',
    Apache: 'Set `SetEnv no-gzip 1` for this path: compression buffers the stream.',
    'none seen':
      'Turn off compression for this path: it buffers the stream, and pictures are compressed already.',
  },
  caches: {
    nginx: 'Set `proxy_cache off;` in the location.',
    HAProxy: 'Remove `http-request cache-use` from this path.',
    Apache: 'Set `CacheDisable` for this path.',
    Cloudflare: 'Add a Cache Rule that bypasses the cache for this host name, for every file extension.',
    CloudFront: 'Select the managed policy CachingDisabled for this behaviour.',
    'Fastly or Varnish': 'Return `pass` for this path in vcl_recv.',
    'none seen': 'A proxy caches responses: turn off its cache for this path.',
  },
  'hides-closing': {
    nginx: 'Set `proxy_ignore_client_abort off;`, which is the default, and check the proxy behind nginx.',
    Caddy:
      'Remove `flush_interval -1` from `reverse_proxy`: Caddy sends at once without it, and with it does not close the connection of a viewer who left.',
    HAProxy:
      'Put `option abortonclose` into `defaults`, or where the frontend inherits it; in the backend alone it has no effect here.',
    'none seen':
      'A proxy keeps its connection to the server when the client closes, so a viewer who left is counted until the next ' +
      'bytes, or for ever. HAProxy needs `option abortonclose` in `defaults`, Caddy no `flush_interval -1`, nginx `proxy_ignore_client_abort off;`.',
  },
  'hides-address': {
    nginx:
      'Set `proxy_set_header X-Forwarded-For $remote_addr;` in the location, and start the server with `--trust-proxy loopback`, or with the address of nginx.',
    Caddy: 'Start the server with `--trust-proxy loopback`, or with the address of Caddy.',
    HAProxy:
      'Set `http-request set-header X-Forwarded-For %[src]` in the frontend, and start the server with `--trust-proxy loopback`, or with the address of HAProxy.',
    'none seen':
      'All readers look like one, and share one connection limit. The proxy must set X-Forwarded-For to the client’s ' +
      'address, and the server must be started with `--trust-proxy` and the address of the proxy.',
  },
  'believes-address': {
    nginx:
      'Set `proxy_set_header X-Forwarded-For $remote_addr;` in the location: it must replace what clients send, not append to it.',
    HAProxy:
      'Set `http-request set-header X-Forwarded-For %[src]` in the frontend: without it, the header that clients send is forwarded.',
    Caddy: 'Remove `trusted_proxies`, or list only proxies in front of Caddy.',
    'none seen':
      'The proxy must replace X-Forwarded-For, not append to it, and `--trust-proxy` must name only that proxy.',
  },
  'ends-early': {
    nginx: 'Set `proxy_read_timeout 60s;`: it must be longer than the heartbeat of 15 s.',
    Caddy:
      'Set `read_timeout 60s` in `transport http`, and no `write` in `timeouts`, which ends every picture after that time.',
    HAProxy:
      'Set `timeout client 60s` and `timeout server 60s`: they must be longer than the heartbeat of 15 s.',
    Apache: 'Set `ProxyTimeout 60`: it must be longer than the heartbeat of 15 s.',
    Envoy: 'Set `timeout: 0s` for the route: its default ends every response after 15 s.',
    Cloudflare: CDN,
    'none seen':
      'A proxy ends quiet or long responses: its idle timeouts must be longer than 15 s, and it must not limit the time of a response.',
  },
  'has-no-server': {
    nginx: 'nginx does not reach the server: check that it runs, at the address in `proxy_pass`.',
    Caddy: 'Caddy does not reach the server: check that it runs, at the address in `reverse_proxy`.',
    'none seen':
      'A proxy does not reach the server: check that the server runs, at the address that the proxy is configured with.',
  },
  'hides-protocol': {
    nginx: 'Set `proxy_set_header X-Client-Protocol $server_protocol;` in the location.',
    Caddy: 'Set `header_up X-Client-Protocol {http.request.proto}` in `reverse_proxy`.',
    HAProxy: 'Set `http-request set-header X-Client-Protocol HTTP/%[fc_http_major]` in the frontend.',
    'none seen':
      'The proxy must send X-Client-Protocol, HTTP/1.1 or HTTP/2, as its client speaks it: over HTTP/1.1 a browser has six ' +
      'connections, and the server then sends stills from the fifth picture on.',
  },
  'refuses-upgrade': {
    nginx:
      'Set `proxy_http_version 1.1;`, `proxy_set_header Upgrade $http_upgrade;` and `proxy_set_header Connection "upgrade";` in a ' +
      '`location` for /ws, or in that of the pictures as deploy/nginx.conf does, with its `map`. Until then <live-img> shows streams.',
    Caddy:
      'Caddy passes WebSockets on by default: remove `header_up` lines for Upgrade and Connection, and check the proxy behind it.',
    HAProxy:
      'HAProxy passes WebSockets on by default: remove `option httpclose` and rules for Upgrade and Connection, and check the proxy behind it.',
    Apache:
      'Add `upgrade=websocket` to ProxyPass (from Apache 2.4.47 on). Until then <live-img> shows streams.',
    Envoy:
      'Add `upgrade_configs: [{ upgrade_type: websocket }]` to the route. Until then <live-img> shows streams.',
    Cloudflare: 'Turn on WebSockets in the Network settings of the site.',
    'none seen':
      'The proxy must pass WebSockets on (in nginx `proxy_set_header Upgrade $http_upgrade;` and `proxy_set_header Connection ' +
      '"upgrade";` with `proxy_http_version 1.1;`). Until then <live-img> shows streams.',
  },
  'no-http2': {
    nginx: 'Write `listen 443 ssl http2;`, or from nginx 1.25.1 on `http2 on;`.',
    Caddy: 'Let `protocols` contain `h2`, which is the default with TLS.',
    HAProxy: 'Add `alpn h2,http/1.1` to the `bind` line.',
    'none seen': 'Enable HTTP/2: with `--tls-cert` and `--tls-key`, or in the proxy.',
  },
}

/** Returns the remedy for a fault of a proxy, or a general one if the proxy is not known. */
export function remedyFor(fault: ProxyFault, proxy: ProxyName): string {
  const remedies = REMEDIES[fault]
  return remedies[proxy] ?? remedies['none seen']
}
