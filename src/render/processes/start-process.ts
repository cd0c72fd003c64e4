import type { ProcessGroup } from '../../system/process-group.ts'
import type { Loaded } from '../protocol.ts'
import { type ProcessSettings, RenderProcess } from './render-process.ts'
import type { Death } from './task.ts'

/** A running process and its loaded code. */
export interface Started extends Loaded {
  process: RenderProcess
}

/** The options of a start. */
export interface StartInit {
  settings: Omit<ProcessSettings, 'skip' | 'startTimeout' | 'onDeath' | 'onEnd'>
  /** Modules that hang or kill their process, with the reason; this start adds those that it finds. */
  skip: Map<string, string>
  /** Contains every process from its start to its end. */
  group: ProcessGroup
  /** Returns whether to continue. */
  isWanted(): boolean
  /** Called when the process dies after it was up. */
  onDeath(death: Death, process: RenderProcess): void
}

const START_TIMEOUT = 15_000
const START_ATTEMPTS = 3
const WANTED_CHECK = 50

/**
 * Starts a render process. A module that hangs or kills it while loading is skipped in the next attempt and reported.
 * Rejects when three attempts fail.
 */
export async function startProcess({
  settings,
  skip,
  group,
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
      onBusy: () => group.onBusy(),
      onEnd: () => group.delete(process),
      onDeath: (death) => {
        if (up) onDeath(death, process)
        else startDeath = death
      },
    })
    group.add(process, settings.memoryBytes)
    // A reload ends at once when a newer one begins.
    const check = setInterval(() => isWanted() || process.kill('is no longer needed'), WANTED_CHECK)
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
