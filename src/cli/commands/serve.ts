import { OPTIONS } from '../../imgcast/options.ts'
import type { Command } from '../command.ts'

/** Runs the server until SIGTERM, SIGINT or SIGHUP. */
export const serveCommand: Command = {
  name: 'serve',
  about: 'run the server (the default command)',
  options: OPTIONS,
  read:
    ({ options: { server: _, ...options } }) =>
    async () => {
      // Loaded only to run: the whole server takes longer to load than every other command takes to run.
      const { serve } = await import('../serve/serve.ts')
      return serve(options)
    },
}
