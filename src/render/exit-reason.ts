/** Says why a process ended, in the words an error card uses after a widget's name. */
export function sayExit(
  lastWords: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  error: Error | undefined,
): string {
  if (error) return `did not start (${error.message})`
  if (/heap out of memory|Allocation failed|invalid array length/i.test(lastWords)) return 'ran out of memory'
  return signal ? `ended its process by ${signal}` : `ended its process with exit code ${code}`
}
