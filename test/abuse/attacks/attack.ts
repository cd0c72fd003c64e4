import { Agent, type ClientRequest, get } from 'node:http'

/** Where an attack goes, and the address that it comes from. */
export interface Attack {
  /** The server, such as http://127.0.0.1:9192. */
  url: string
  /** An address of this machine, such as 127.0.0.66: the server sees it as the attacker's. */
  from: string
}

/** The headers of a browser that loads an image. */
export const IMAGE_LOAD = {
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  'Sec-Fetch-Dest': 'image',
  Accept: 'image/*',
}

/** Opens these paths at once and reads whatever comes. Returns a function that closes them all. */
export function openAll({ url, from }: Attack, paths: readonly string[]): () => void {
  const agent = new Agent({ localAddress: from, maxSockets: Number.POSITIVE_INFINITY })
  const requests: ClientRequest[] = paths.map((path) =>
    get(`${url}${path}`, { agent, headers: IMAGE_LOAD }, (response) => {
      response.on('error', () => {}).resume()
    }).on('error', () => {}),
  )
  return () => {
    for (const request of requests) request.destroy()
    agent.destroy()
  }
}

/** Asks for paths at a rate a second, whether or not responses come. Returns a function that ends it. */
export function keepAsking(attack: Attack, rate: number, pathOf: (turn: number) => string): () => void {
  const PERIOD = 50
  const closes: (() => void)[] = []
  let turn = 0
  const timer = setInterval(() => {
    const paths = Array.from({ length: Math.round((rate * PERIOD) / 1000) }, () => pathOf(turn++))
    closes.push(openAll(attack, paths))
    if (closes.length > 200) closes.shift()?.()
  }, PERIOD)
  return () => {
    clearInterval(timer)
    for (const close of closes) close()
  }
}

/** Asks for one path after the other, each when the one before is answered. Returns a function that ends it. */
export function askInTurn({ url, from }: Attack, pathOf: (turn: number) => string): () => void {
  const agent = new Agent({ localAddress: from, keepAlive: true, maxSockets: 1 })
  let isOver = false
  let turn = 0
  const next = () => {
    if (isOver) return
    get(`${url}${pathOf(turn++)}`, { agent }, (response) => {
      response.on('error', next).on('end', next).resume()
    }).on('error', () => setTimeout(next, 50))
  }
  next()
  return () => {
    isOver = true
    agent.destroy()
  }
}
