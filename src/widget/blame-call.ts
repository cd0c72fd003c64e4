/**
 * Gives an error of a late failure the stack of the call that caused it. Its own stack begins where the failure arrived, and
 * does not contain the author's code.
 * @param call made where the call was: its stack is formatted only now.
 */
export function blameCall(error: unknown, call: Error): unknown {
  if (!(error instanceof Error)) return error
  const frames = (call.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
  return error
}
