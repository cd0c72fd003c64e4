import { roomOf } from '../widget/room.ts'
import type { Failures } from './failures.ts'
import type { Task } from './processes/task.ts'
import { WidgetSource } from './processes/widget-source.ts'
import type { Job } from './protocol.ts'
import { Abandoned } from './render-error.ts'

/** What a source needs. */
export interface StartSourceInit {
  job: Job
  failures: Failures
  /** Passes a task to a process. */
  dispatch(task: Task): void
  onPush(pushed: Job['pushed']): void
  isClosed(): boolean
}

/** Starts a widget's own source of changes, whose failures are recorded until it works; returns a function that ends it. */
export function startSource({ job, failures, dispatch, onPush, isClosed }: StartSourceInit): () => void {
  const room = roomOf(job)
  const source = new WidgetSource({
    job,
    dispatch,
    onPush: (pushed) => {
      failures.deleteSource(room)
      onPush(pushed)
    },
    onFailure: (error) => {
      if (error instanceof Abandoned || isClosed()) return
      failures.recordSource(room, error)
      failures.log(job.widget, String(error.stack), 'a source of changes failed')
    },
  })
  return () => {
    source.close()
    failures.deleteSource(room)
  }
}
