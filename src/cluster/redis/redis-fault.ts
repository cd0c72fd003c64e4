/** The first words of a reply that refuses a login or an address, and what they mean to an operator. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^NOAUTH/, 'it needs a password, and got none'],
  [/^WRONGPASS/, 'the user or the password is wrong'],
  [/^ERR DB index is out of range/, 'it has no database of this number'],
  [/^MOVED /, 'it belongs to a Redis Cluster: add ?cluster to its address'],
  [/cluster support disabled/, 'it does not belong to a Redis Cluster: remove ?cluster from its address'],
  [/^Connection is closed/, 'no connection was accepted'],
  [/^ERR unknown command '?sentinel/i, 'it is not a sentinel: remove ?sentinel from its address'],
]

/**
 * Errors of a Redis that is full, a replica, loading, without its replicas or its disk, in a failover, or that has other keys
 * or other rights for this user than before.
 */
const REFUSALS = new Set([
  ...['OOM', 'READONLY', 'LOADING', 'MASTERDOWN', 'NOREPLICAS', 'MISCONF', 'CLUSTERDOWN', 'TRYAGAIN'],
  ...['MOVED', 'ASK', 'NOPERM', 'NOAUTH'],
])

/** Describes an error of a connection to Redis in a few words, without a full stop. */
export function toRedisFault(error: Error & { lastNodeError?: Error }): string {
  // Of a Redis Cluster: the error of the node that was tried last says more than that all failed.
  const { message, name } = error.lastNodeError ?? error
  const text = (message || name).replace(/^.*Last error: /, '').replace(/\.$/, '')
  return MEANINGS.find(([pattern]) => pattern.test(text))?.[1] ?? text
}

/** The reply of a Redis that refuses a command for now, without the script that it names; undefined for any other error. */
export function toRefusal(message: string): string | undefined {
  if (!REFUSALS.has(message.split(' ', 1)[0] ?? '')) return undefined
  return message.split('. script:', 1)[0]
}
