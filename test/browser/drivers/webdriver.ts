import { PATIENCE, poll } from './processes.ts'

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

/** One WebDriver session over plain HTTP, whose commands all go to the tab named with them. */
export class Session {
  readonly #base: string
  readonly #report: () => string
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(base: string, report: () => string) {
    this.#base = base
    this.#report = report
  }

  /** Waits until the driver listens, then has it start its browser. */
  static async start(server: string, capabilities: object, report: () => string): Promise<Session> {
    const opening = new Session(server, report)
    await poll(
      () => opening.send('GET', '/status').catch(() => undefined),
      () => `${server} does not respond. ${report()}`,
    )
    const begin = { capabilities: { alwaysMatch: capabilities } }
    const { sessionId } = await opening.send<{ sessionId: string }>('POST', '/session', begin)
    return new Session(`${server}/session/${sessionId}`, report)
  }

  /** Sends one command of the session. */
  async send<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: object = {},
    timeout = PATIENCE,
  ): Promise<T> {
    try {
      const response = await fetch(this.#base + path, {
        method,
        signal: AbortSignal.timeout(timeout),
        ...(method === 'POST' && { body: JSON.stringify(body) }),
      })
      const { value } = (await response.json()) as { value: T }
      if (response.ok) return value
      const { error, message } = value as { error: string; message: string }
      throw new Error(`${error}, ${message}`)
    } catch (error) {
      const { message, cause } = error as Error
      throw new Error(`${method} ${path}: ${message}. ${this.#report()}`, { cause: cause ?? error })
    }
  }

  /** Sends one command to one tab. */
  async sendTo<T>(
    tab: string,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    timeout?: number,
  ): Promise<T> {
    // A session has one current tab: choosing it and the command itself must not be parted.
    const answered = this.#turn.then(async () => {
      await this.send('POST', '/window', { handle: tab })
      return this.send<T>(method, path, body, timeout)
    })
    this.#turn = answered.catch(() => {})
    return answered
  }

  /** The id of the first element that matches. */
  async find(tab: string, selector: string, timeout?: number): Promise<string> {
    const query = { using: 'css selector', value: selector }
    const found = await this.sendTo<{ [ELEMENT]: string }>(tab, 'POST', '/element', query, timeout)
    return found[ELEMENT]
  }

  /** The value of an expression in the page. */
  async evaluate<T>(tab: string, expression: string, timeout?: number): Promise<T> {
    const script = { script: `return (${expression})`, args: [] }
    return this.sendTo<T>(tab, 'POST', '/execute/sync', script, timeout)
  }
}

/** Whether a command failed as it was not answered in its time. */
export function isTimeout(error: unknown): boolean {
  return ((error as Error).cause as Error | undefined)?.name === 'TimeoutError'
}
