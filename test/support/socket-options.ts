import koffi from 'koffi'
import { expect } from 'vitest'
import { descriptorOf } from '../../src/system/socket-options.ts'

const getsockopt = koffi
  .load(null)
  .func('int getsockopt(int fd, int level, int name, _Out_ int *value, _Inout_ uint32_t *length)')
const [IPPROTO_TCP, SOL_SOCKET] = [6, 1]
const OPTIONS = {
  TCP_NODELAY: [IPPROTO_TCP, 1],
  SO_KEEPALIVE: [SOL_SOCKET, 9],
  TCP_KEEPIDLE: [IPPROTO_TCP, 4],
  TCP_USER_TIMEOUT: [IPPROTO_TCP, 18],
  TCP_NOTSENT_LOWAT: [IPPROTO_TCP, 25],
} as const

/** A socket's options in the kernel, read with getsockopt(2). */
export function readSocketOptions(socket: object): Record<keyof typeof OPTIONS, number> {
  return Object.fromEntries(
    Object.entries(OPTIONS).map(([name, [level, option]]) => {
      const value = [0]
      expect(getsockopt(descriptorOf(socket), level, option, value, [4])).toBe(0)
      return [name, value[0]]
    }),
  ) as Record<keyof typeof OPTIONS, number>
}
