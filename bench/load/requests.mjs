import { connect } from 'node:net'

const LENGTH = /\r\ncontent-length: (\d+)/i

/**
 * Sends requests over a few connections, one after the other on each, for `time` milliseconds, each for a path of its
 * own. Resolves to how many whole responses came a second.
 */
export async function requestRate(port, toPath, { connections, time }) {
  const until = performance.now() + time
  const started = performance.now()
  const counts = await Promise.all(Array.from({ length: connections }, () => run(port, toPath, until)))
  const total = counts.reduce((sum, count) => sum + count, 0)
  return (total * 1000) / (performance.now() - started)
}

function run(port, toPath, until) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay()
    let count = 0
    let expected = 0
    let received = 0
    let head = ''
    const ask = () => {
      if (performance.now() >= until) {
        socket.destroy()
        resolve(count)
        return
      }
      expected = 0
      received = 0
      head = ''
      socket.write(`GET ${toPath()} HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\n\r\n`)
    }
    socket.on('connect', ask).on('error', reject)
    socket.on('data', (chunk) => {
      received += chunk.length
      if (expected === 0) {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        if (!head.startsWith('HTTP/1.1 200'))
          return reject(new Error(`expected 200, got ${head.slice(0, 200)}`))
        expected = end + 4 + Number(LENGTH.exec(head)?.[1])
      }
      if (received < expected) return
      count += 1
      ask()
    })
  })
}
