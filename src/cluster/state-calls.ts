import type { StoreOperation } from './observer.ts'
import type { StateFile } from './state-file.ts'

/** The calls of a state file from another thread. */
export type StateMethods = Pick<
  StateFile,
  | 'readMany'
  | 'list'
  | 'write'
  | 'deleteNames'
  | 'listRooms'
  | 'readRooms'
  | 'countRooms'
  | 'listWidgets'
  | 'deleteRoom'
  | 'forgetRooms'
  | 'backup'
> &
  Pick<StateFile['history'], 'readSteps' | 'readRecords' | 'addRecords' | 'add' | 'deleteBefore'>

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
  listRooms: 'read',
  readRooms: 'read',
  countRooms: 'read',
  listWidgets: 'read',
  backup: 'read',
  write: 'write',
  add: 'write',
  addRecords: 'write',
  deleteNames: 'delete',
  deleteRoom: 'delete',
  forgetRooms: 'delete',
  deleteBefore: 'delete',
}
