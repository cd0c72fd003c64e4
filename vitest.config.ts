import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const ci = process.env.CI === 'true'
const source = (file: string) => fileURLToPath(new URL(`src/${file}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^imgcast$/, replacement: source('index.ts') },
      { find: /^imgcast\/widget$/, replacement: source('widget/author.ts') },
      { find: /^imgcast\/test$/, replacement: source('test.ts') },
    ],
  },
  test: {
    // Said outright, so that GITHUB_ACTIONS adds nothing; .ci/run counts the tests in the JSON.
    reporters: ci ? ['default', 'json'] : ['default'],
    outputFile: { json: '.tmp/test-results.json' },
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/browser/**'],
          // A limit for what hangs, not for what is slow: a shared machine has stood still for 20 s and more.
          testTimeout: ci ? 90_000 : 30_000,
          hookTimeout: ci ? 120_000 : 60_000,
          // Real servers, browsers' tools and signals on a shared machine: one run in some thousand tests lost one.
          retry: ci ? 1 : 0,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // WebKit is driven by events of an X server, of which a busy machine has lost one in some hundred tests.
          retry: ci ? 1 : 0,
          // After the unit tests, so that browsers do not contend with them for the processors. Two files at a time:
          // a browser and its test mostly wait for each other.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
