import type { Job } from '../protocol.ts'

/** Names the function that has not returned in time. */
export function describeLate({ output, event }: Job): string {
  if (output !== 'event' || !event) return 'took too long to load'
  const name =
    event.type === 'collect' ? 'collect' : `on${event.type[0]?.toUpperCase()}${event.type.slice(1)}`
  return `took too long in \`${name}\``
}
