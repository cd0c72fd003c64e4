import type { Browser } from './driver.ts'
import type { Child, Den } from './processes.ts'
import type { RemoteSocket } from './socket.ts'

/** How a browser that is driven over a socket of its own ends: in good order by a command, or at once. */
export function endings(
  remote: RemoteSocket,
  program: Child,
  den: Den,
  quit: string,
): Pick<Browser, 'close' | 'kill'> {
  return {
    async close() {
      await remote.call(quit).catch(() => {})
      await program.ends(10_000)
      remote.close()
      await den.clear()
    },
    async kill() {
      await den.clear()
      remote.close()
    },
  }
}
