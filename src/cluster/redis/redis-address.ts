/** The location of a Redis or Valkey, without its scheme, as parts. */
export interface RedisAddress {
  /** One server, or several sentinels or nodes of a Redis Cluster. */
  hosts: { host: string; port: number }[]
  username?: string
  password?: string
  /** @default 0 */
  db: number
  /** The name of the primary that sentinels watch. @default no sentinels */
  sentinel?: string
  isCluster: boolean
  /** Begins every key, so that several services can share one Redis. */
  prefix: string
}

const DEFAULT_PORT = 6379
const DEFAULT_PREFIX = 'imgcast'

/**
 * Parses `//[user[:password]@]host[:port][,host[:port]…][/db][?sentinel=<name>|cluster][&prefix=<text>]`; undefined if the
 * text is not such an address.
 */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  const [, login, hosts = '', db = '', query = ''] =
    /^\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/(\d{0,4}))?(?:\?([^#]*))?$/.exec(text) ?? []
  const parsed = hosts.split(',').map(parseHost)
  const options = parseQuery(query)
  if (hosts === '' || !options || parsed.includes(undefined)) return undefined
  const [username, password] = login === undefined ? [] : parseLogin(login)
  const isSpread = options.sentinel !== undefined || options.cluster !== undefined
  if ((parsed.length > 1 && !isSpread) || (options.cluster !== undefined && Number(db) > 0)) return undefined
  return {
    hosts: parsed as RedisAddress['hosts'],
    ...(username && { username }),
    ...(password && { password }),
    db: Number(db),
    ...(options.sentinel !== undefined && { sentinel: options.sentinel }),
    isCluster: options.cluster !== undefined,
    prefix: options.prefix ?? DEFAULT_PREFIX,
  }
}

function parseHost(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? DEFAULT_PORT : Number(port)
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number }
}

function parseLogin(login: string): (string | undefined)[] {
  const [name = '', ...rest] = login.split(':')
  return rest.length === 0 ? [decode(name)] : [decode(name), decode(rest.join(':'))]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function parseQuery(query: string): { sentinel?: string; cluster?: string; prefix?: string } | undefined {
  const options = Object.fromEntries(new URLSearchParams(query))
  const { sentinel, cluster, prefix, ...unknown } = options
  const isPrefix = prefix === undefined || /^[A-Za-z0-9._~-]{1,64}$/.test(prefix)
  const isNamed = sentinel === undefined || sentinel !== ''
  const isOne = sentinel === undefined || cluster === undefined
  return Object.keys(unknown).length === 0 && isPrefix && isNamed && isOne ? options : undefined
}
