import type { Command } from './command.ts'
import { serveCommand } from './commands/serve.ts'

/** The command that runs if none is named. */
export const DEFAULT_COMMAND = serveCommand

/** The commands by name, in the order of the help. A command is loaded when it is needed: most of them take longer to load than to run. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => serveCommand,
  new: async () => (await import('./commands/new.ts')).newCommand,
  render: async () => (await import('./commands/render.ts')).renderCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  push: async () => (await import('./commands/push.ts')).pushCommand,
  series: async () => (await import('./commands/series.ts')).seriesCommand,
  hits: async () => (await import('./commands/hits.ts')).hitsCommand,
  hooks: async () => (await import('./commands/hooks.ts')).hooksCommand,
  top: async () => (await import('./commands/top.ts')).topCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  backup: async () => (await import('./commands/backup.ts')).backupCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  completion: async () => {
    const { createCompletionCommand } = await import('./commands/completion.ts')
    return createCompletionCommand(loadCommands, DEFAULT_COMMAND)
  },
}

/** Loads all commands, in the order of the help. */
export function loadCommands(): Promise<Command[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()))
}
