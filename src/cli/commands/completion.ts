import { quote } from '../../errors.ts'
import type { Command } from '../command.ts'
import { toCompletionWords } from '../completion/completion-words.ts'
import { toBash } from '../completion/to-bash.ts'
import { toFish } from '../completion/to-fish.ts'
import { toZsh } from '../completion/to-zsh.ts'

const SHELLS = { bash: toBash, zsh: toZsh, fish: toFish }

/** Makes the command that prints a shell's completion script for all commands. */
export function createCompletionCommand(
  loadCommands: () => Promise<readonly Command[]>,
  defaultCommand: Command,
): Command {
  return {
    name: 'completion',
    about: 'print a completion script for a shell',
    operand: `<${Object.keys(SHELLS).join('|')}>`,
    options: [],
    read({ operand: shell = '' }, faults) {
      const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell as keyof typeof SHELLS] : undefined
      if (!write && shell !== '')
        faults.push({
          name: 'shell',
          detail: `expected ${Object.keys(SHELLS).join(', ')}, got ${quote(shell)}`,
        })
      return async () => {
        const words = toCompletionWords(await loadCommands())
        process.stdout.write(write?.(words, defaultCommand.name) ?? '')
        return 0
      }
    },
  }
}
