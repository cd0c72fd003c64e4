import type { StoreOperation } from './observer.ts'
import type { StateFile } from './state-file.ts'

/** The methods of a state file that another thread can call. */
export type StateMethods = Pick<StateFile, 'readMany' | 'list' | 'write' | 'deleteNames' | 'forgetRooms'> &
  Pick<StateFile['history'], 'readSteps' | 'readRecords' | 'listRecords' | 'add' | 'deleteBefore'>

export type StateMethod = keyof StateMethods

/** Calls the methods of a state file without blocking. Calls are executed in order. */
export interface StateCalls {
  /** Rejects if the method throws, or if the file is closed. */
  call<M extends StateMethod>(
    method: M,
    ...args: Parameters<StateMethods[M]>
  ): Promise<ReturnType<StateMethods[M]>>
}

/** The operation of each method, for counting failures. */
export const OPERATION: Readonly<Record<StateMethod, StoreOperation>> = {
  readMany: 'read',
  list: 'read',
  readSteps: 'read',
  readRecords: 'read',
  listRecords: 'read',
  write: 'write',
  add: 'write',
  deleteNames: 'delete',
  forgetRooms: 'delete',
  deleteBefore: 'delete',
}
