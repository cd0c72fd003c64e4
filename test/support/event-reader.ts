import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { eventually } from './eventually.ts'

/** A reader of Server-Sent Events. */
export interface EventReader {
  events: EventSourceMessage[]
  comments: string[]
  /** What a browser would resume with: also an id without an event sets it. */
  lastId(): string | undefined
  /** Whether the stream is over. */
  isOver(): boolean
  /** Resolves when that many events have arrived. */
  arrived(count: number): Promise<void>
  close(): void
}

/** Opens a stream of events, and reads it until it is closed. Rejects if the response is not 200. */
export async function readEvents(url: string, headers: Record<string, string>): Promise<EventReader> {
  const controller = new AbortController()
  const response = await fetch(url, { headers, signal: controller.signal })
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`)
  const events: EventSourceMessage[] = []
  const comments: string[] = []
  let isOver = false
  let text = ''
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
  })
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      const part = decoder.decode(chunk, { stream: true })
      text += part
      parser.feed(part)
    }
  }
  void read()
    .catch(() => {})
    .finally(() => {
      isOver = true
    })
  return {
    events,
    comments,
    lastId: () => /^id: (.*)$/m.exec(text.slice(text.lastIndexOf('\nid: ') + 1))?.[1],
    isOver: () => isOver,
    arrived: (count) =>
      eventually(() => {
        if (events.length < count) throw new Error(`expected ${count} events, got ${JSON.stringify(events)}`)
      }),
    close: () => controller.abort(),
  }
}
