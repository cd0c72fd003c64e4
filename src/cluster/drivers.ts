import type { Driver } from './driver.ts'
import { memoryDriver } from './memory-driver.ts'
import { redisDriver, redisTlsDriver } from './redis/redis-driver.ts'
import { sqliteDriver } from './sqlite-driver.ts'

/** The drivers by the scheme of their locations. Each loads its cluster when it opens it: a command line only validates locations. */
export const DRIVERS: Readonly<Record<string, Driver>> = {
  memory: memoryDriver,
  file: sqliteDriver,
  redis: redisDriver,
  rediss: redisTlsDriver,
  valkey: redisDriver,
  valkeys: redisTlsDriver,
}

/** A location, split into its driver and the rest; undefined if no driver accepts it. */
export function findDriver(location: string): { driver: Driver; rest: string } | undefined {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(location) ?? []
  const driver = Object.hasOwn(DRIVERS, scheme) ? DRIVERS[scheme] : undefined
  return driver?.accepts(rest) ? { driver, rest } : undefined
}

/** Completes the sentence "expected ..." for a location. */
export function expectedLocation(): string {
  return [...new Set(Object.values(DRIVERS).map(({ expected }) => expected))].join(', or ')
}
