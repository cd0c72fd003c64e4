import { describe } from 'vitest'

interface MissingTool {
  name: string
  reason: string
  packages: string[]
}

interface TestTools {
  missingTools(names?: string[]): MissingTool[]
  toolPath(name: string): string | undefined
}

// The script is plain JavaScript, which the type checker does not read: hence not a static import.
const script = new URL('../../scripts/test-tools.mjs', import.meta.url).href
const tools = (await import(/* @vite-ignore */ script)) as TestTools

/** The tools of scripts/test-tools.mjs that are not on this machine, each with the reason. */
export const missingTools = tools.missingTools

/** The path of a tool's command on this machine; throws when it is not there. */
export function toolPath(name: string): string {
  const path = tools.toolPath(name)
  if (path === undefined) throw new Error(`${name} is not on this machine; see scripts/test-tools.mjs`)
  return path
}

/** Vitest's describe where all the tools are there, else describe.skip with the reason in its title. */
export function describeWith(names: string[], title: string, suite: () => void): void {
  const missing = missingTools(names)
  // Under CI nothing may be skipped: there a missing tool has to fail its tests.
  if (missing.length === 0 || process.env.CI === 'true') {
    describe(title, suite)
    return
  }
  const reasons = missing.map(({ name, reason }) => `${name}: ${reason}`)
  describe.skip(`${title} (skipped: ${reasons.join('; ')})`, suite)
}
