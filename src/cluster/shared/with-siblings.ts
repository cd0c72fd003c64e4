import type { Driver } from '../driver.ts'
import type { Siblings } from '../siblings.ts'

/** A driver for one of several processes of a machine. @param location of the store, without its scheme */
export function withSiblings(driver: Driver, location: string, siblings: Siblings): Driver {
  return { ...driver, open: async (_none, init) => ({ ...(await driver.open(location, init)), siblings }) }
}
