import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Where an attack goes: this machine only. */
export interface Target {
  port: number
  /** How much of an attack runs: 1 in the short suite, more in the whole one. */
  scale: number
}

/** One of many addresses of this machine. */
export function addressOf(serial: number): string {
  return `127.0.1.${1 + (serial % 200)}`
}

/** Opens a socket from one of many loopback addresses, so that no limit by address hides what an attack costs. */
export function dial({ port }: Target, serial = 0): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: addressOf(serial) })
  socket.setNoDelay(true)
  // A server that defends itself closes the connection.
  socket.on('error', () => {})
  return socket
}

/** The head of a request with any headers, also with such that `fetch` would not send. */
export function head(path: string, headers: Record<string, string> = {}, method = 'GET'): string {
  const lines = Object.entries({ Host: 'here.example', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

/**
 * Sends requests over a connection each, `atOnce` at a time, and waits for the first bytes of every response.
 * @param serial the one address of all of them. @default a different one each
 */
export async function send(
  target: Target,
  texts: readonly string[],
  atOnce = 20,
  serial?: number,
): Promise<void> {
  for (let start = 0; start < texts.length; start += atOnce) {
    await Promise.all(
      texts.slice(start, start + atOnce).map((text, index) => exchange(target, text, serial ?? index)),
    )
  }
}

async function exchange(target: Target, text: string, serial: number): Promise<void> {
  const socket = dial(target, serial)
  const over = Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => {})
  socket.write(text)
  const timer = setTimeout(() => socket.destroy(), 10_000)
  await over
  clearTimeout(timer)
  socket.destroy()
}

/** Holds sockets for a time, then closes them. */
export async function hold(sockets: readonly Socket[], time: number): Promise<void> {
  await sleep(time)
  for (const socket of sockets) socket.destroy()
}

export function sleep(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time))
}

/** The numbers below `count`. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
