import { defineConfig } from 'vitest/config'

/** The proofs of `npm run nodes`: they take minutes, and `npm test` does not run them. */
export default defineConfig({
  test: {
    include: ['test/nodes/*.proof.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
})
