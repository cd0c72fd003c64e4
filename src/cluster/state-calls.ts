import type { StoreOperation } from './observer.ts'
import type { StateFile } from './state-file.ts'

/** What can be asked of a state file from another thread. */
export type StateMethods = Pick<StateFile, 'readMany' | 'list' | 'write' | 'deleteNames' | 'forgetRooms'> &
  Pick<StateFile['history'], 'readSteps' | 'readRecords' | 'listRecords' | 'add' | 'deleteBefore'>

export type StateMethod = keyof StateMethods

/** Calls the methods of a state file without waiting for the disk. Calls are carried out in the order of asking. */
export interface StateCalls {
  /** Rejects if the method throws, or if the file is closed. */
  call<M extends StateMethod>(
    method: M,
    ...args: Parameters<StateMethods[M]>
  ): Promise<ReturnType<StateMethods[M]>>
}

/** What each method does, for those who count failures. */
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
