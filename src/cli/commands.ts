import type { Command } from './command.ts'
import { auditCommand } from './commands/audit.ts'
import { backupCommand } from './commands/backup.ts'
import { createCompletionCommand } from './commands/completion.ts'
import { doctorCommand } from './commands/doctor.ts'
import { hitsCommand } from './commands/hits.ts'
import { hooksCommand } from './commands/hooks.ts'
import { newCommand } from './commands/new.ts'
import { pushCommand } from './commands/push.ts'
import { renderCommand } from './commands/render.ts'
import { serveCommand } from './commands/serve.ts'
import { statusCommand } from './commands/status.ts'
import { topCommand } from './commands/top.ts'

/** The command that runs if none is named. */
export const DEFAULT_COMMAND = serveCommand

const OWN: readonly Command[] = [
  serveCommand,
  newCommand,
  renderCommand,
  statusCommand,
  pushCommand,
  hitsCommand,
  hooksCommand,
  topCommand,
  auditCommand,
  backupCommand,
  doctorCommand,
]

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [...OWN, createCompletionCommand(OWN, DEFAULT_COMMAND)]
