import type { LivingProcesses } from './living-processes.ts'
import { RenderProcess } from './process.ts'
import type { ProcessSettings } from './process-settings.ts'
import type { Loaded } from './protocol.ts'
import type { Death } from './task.ts'

/** A process that is up, and what it loaded. */
export interface Started extends Loaded {
  process: RenderProcess
}

/** What starting a process takes. */
export interface StartInit {
  settings: Omit<ProcessSettings, 'skip' | 'startTimeout' | 'onDeath' | 'onEnd'>
  /** Modules that hang or kill their process, with the reason; what is found out now is added. */
  skip: Map<string, string>
  /** Holds every process from its start to its end. */
  living: LivingProcesses
  /** Whether to go on trying. */
  isWanted(): boolean
  /** Told when the process dies after it was up. */
  onDeath(death: Death, process: RenderProcess): void
}

const START_TIMEOUT = 15_000
const START_ATTEMPTS = 3
const WANTED_CHECK = 50

/**
 * Starts a render process; a module that hangs or kills it while loading is left out of the next try and reported.
 * Rejects when three tries fail.
 */
export async function startProcess({
  settings,
  skip,
  living,
  isWanted,
  onDeath,
}: StartInit): Promise<Started> {
  for (let failures = 0; ; ) {
    let startDeath: Death | undefined
    let up = false
    const process: RenderProcess = new RenderProcess({
      ...settings,
      skip,
      startTimeout: START_TIMEOUT,
      onEnd: () => living.delete(process),
      onDeath: (death) => {
        if (up) onDeath(death, process)
        else startDeath = death
      },
    })
    living.add(process, settings.memoryBytes)
    // A reload that is overtaken by the next is not waited for.
    const check = setInterval(() => isWanted() || process.kill('is not wanted any more'), WANTED_CHECK)
    try {
      const loaded = await process.ready
      up = true
      return { process, ...loaded }
    } catch (error) {
      await process.close()
      if (startDeath?.loading && !startDeath.fromOutside && isWanted())
        skip.set(startDeath.loading, `its code ${startDeath.reason}`)
      else failures += 1
      if (!isWanted() || !startDeath || failures >= START_ATTEMPTS) throw error
    } finally {
      clearInterval(check)
    }
  }
}
