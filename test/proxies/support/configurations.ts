import { readFileSync } from 'node:fs'

/** The proxies that are documented. */
export const PROXIES = ['nginx', 'caddy', 'haproxy'] as const
export type ProxyName = (typeof PROXIES)[number]

/** The address of a test's proxy, and the server behind it. */
export interface Place {
  host: string
  port: number
  /** Of the listener that redirects to TLS. */
  plainPort: number
  /** Host and port of the server. */
  upstream: string
  /** Its own directory. */
  directory: string
  certificate: { chain: string; key: string; both: string }
}

/** A required piece of a configuration, and its replacement. */
export type Replacement = [from: string, to: string]

/** The host name in the documented configurations. */
export const HOST_NAME = 'img.example.com'

const FILES: Record<ProxyName, string> = {
  nginx: 'nginx.conf',
  caddy: 'Caddyfile',
  haproxy: 'haproxy.cfg',
}

/** The documented configuration, with nothing changed but where it listens and where its files are. */
export function deployed(name: ProxyName, place: Place, changes: readonly Replacement[] = []): string {
  const text = readFileSync(new URL(`../../../deploy/${FILES[name]}`, import.meta.url), 'utf8')
  return replaceAll(text, [...PLACES[name](place), ...changes])
}

/** The configuration of an operator who has read nothing: the shortest one that proxies over TLS. */
export function plain(name: ProxyName, place: Place, changes: readonly Replacement[] = []): string {
  return replaceAll(PLAIN[name](place), changes)
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  return replacements.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the configuration has no ${JSON.stringify(from)} any more`)
    return result.replaceAll(from, to)
  }, text)
}

/** nginx has these directories compiled in, and only root may write there. */
function nginxDirectories(directory: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `http {\n${kinds.map((kind) => `    ${kind}_temp_path ${directory}/${kind};\n`).join('')}`
}

/** Several Caddys on one machine must not share the port of their API. */
function caddyOptions({ plainPort, port, host }: Place): string {
  return `{\n\tadmin off\n\thttp_port ${plainPort}\n\thttps_port ${port}\n\tdefault_bind ${host}\n`
}

const PLACES: Record<ProxyName, (place: Place) => Replacement[]> = {
  nginx: ({ host, port, plainPort, upstream, directory, certificate }) => [
    ['listen [::]:80 ipv6only=off', `listen ${host}:${plainPort}`],
    ['listen [::]:443 ssl http2 ipv6only=off', `listen ${host}:${port} ssl http2`],
    ['/run/nginx.pid', `${directory}/nginx.pid`],
    ['/var/log/nginx/', `${directory}/`],
    ['/etc/ssl/img.example.com/fullchain.pem', certificate.chain],
    ['/etc/ssl/img.example.com/privkey.pem', certificate.key],
    ['http {\n', nginxDirectories(directory)],
    ['127.0.0.1:9192', upstream],
  ],
  caddy: (place) => [
    ['# tls /etc/ssl/img.example.com/fullchain.pem', `tls ${place.certificate.chain}`],
    ['/etc/ssl/img.example.com/privkey.pem', place.certificate.key],
    ['\n{\n', `\n${caddyOptions(place)}`],
    ['127.0.0.1:9192', place.upstream],
  ],
  haproxy: ({ host, port, plainPort, upstream, certificate }) => [
    ['bind :::80 v4v6', `bind ${host}:${plainPort}`],
    ['bind :::443 v4v6', `bind ${host}:${port}`],
    ['/etc/ssl/img.example.com/chain-and-key.pem', certificate.both],
    ['    user haproxy\n    group haproxy\n', ''],
    // It will not start where it may not open two descriptors for each.
    ['maxconn 20000', 'maxconn 2000'],
    ['127.0.0.1:9192', upstream],
  ],
}

const PLAIN: Record<ProxyName, (place: Place) => string> = {
  nginx: ({ host, port, upstream, directory, certificate }) => `
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events {}
${nginxDirectories(directory)}
    access_log off;
    server {
        listen ${host}:${port} ssl;
        ssl_certificate ${certificate.chain};
        ssl_certificate_key ${certificate.key};
        location / {
            proxy_pass http://${upstream};
        }
    }
}
`,
  caddy: (place) => `
${caddyOptions(place)}}
${HOST_NAME} {
	tls ${place.certificate.chain} ${place.certificate.key}
	reverse_proxy ${place.upstream}
}
`,
  // The timeouts, without which it warns, are those of Debian's own file.
  haproxy: ({ host, port, upstream, certificate }) => `
defaults
    mode http
    timeout connect 5000
    timeout client 50000
    timeout server 50000
frontend https
    bind ${host}:${port} ssl crt ${certificate.both}
    default_backend imgcast
backend imgcast
    server imgcast ${upstream}
`,
}
