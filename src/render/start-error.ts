/** No render process starts. The message contains the remedy. */
export class StartError extends Error {
  constructor(cause: Error) {
    const remedy =
      'Free processor time and memory, or raise the limits of processes and memory, and start again'
    super(`no render process could be started (${cause.message}). ${remedy}`, { cause })
    this.name = 'StartError'
  }
}
