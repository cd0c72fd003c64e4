/** Describes in one sentence why a server cannot listen, and the remedy. */
export function describeListenFault(
  error: NodeJS.ErrnoException,
  { host, port }: { host: string; port: number },
): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is already in use: stop the process that uses it, or choose another port with --port`
    case 'EACCES':
      return `This user has no permission to listen on port ${port}: choose a port above 1023 with --port`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `This machine has no address ${host}: choose one of its addresses with --host, or 0.0.0.0 for all`
    default:
      return `Cannot listen on ${host}, port ${port}: ${error.message}`
  }
}
