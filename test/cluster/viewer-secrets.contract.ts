import { describe, expect, test } from 'vitest'
import type { ViewerSecrets } from '../../src/cluster/viewer-secrets.ts'

/** What all viewer secrets promise. `make` is called for each test, and returns two nodes of one cluster. */
export function describeViewerSecrets(
  kind: string,
  make: () => readonly [ViewerSecrets, ViewerSecrets] | Promise<readonly [ViewerSecrets, ViewerSecrets]>,
): void {
  describe(kind, () => {
    test('are 32 random bytes a day, the same on every node, and differ on another day', async () => {
      const [one, other] = await make()
      const today = await Promise.all([one.ofDay(20_000), other.ofDay(20_000), one.ofDay(20_000)])
      expect(today[0]).toHaveLength(32)
      for (const secret of today) expect(secret.equals(today[0] as Buffer)).toBe(true)
      const tomorrow = await other.ofDay(20_001)
      expect(tomorrow.equals(today[0] as Buffer)).toBe(false)
      expect((await one.ofDay(20_001)).equals(tomorrow)).toBe(true)
      expect((await one.ofDay(20_000)).equals(today[0] as Buffer)).toBe(true)
    })

    test('differ in another cluster', async () => {
      const [[one], [other]] = [await make(), await make()]
      expect((await one.ofDay(1)).equals(await other.ofDay(1))).toBe(false)
    })
  })
}
