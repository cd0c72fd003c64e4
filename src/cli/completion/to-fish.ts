import type { CommandWords } from './completion-words.ts'

/** Writes the completion script for fish. */
export function toFish(commands: readonly CommandWords[], defaultCommand: string): string {
  const names = commands.map(({ name }) => name).join(' ')
  const lines = commands.flatMap(({ name, about, actions, flags }) => {
    const seen = `__fish_seen_subcommand_from ${name}`
    const condition = name === defaultCommand ? `not __fish_seen_subcommand_from ${names}; or ${seen}` : seen
    return [
      `complete -c imgcast -f -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${quote(about)}`,
      ...actions.map((action) => `complete -c imgcast -f -n ${quote(seen)} -a ${action}`),
      ...flags.map(
        ({ flag, help, takesValue }) =>
          `complete -c imgcast -n ${quote(condition)} -l ${flag.slice(2)}${takesValue ? ' -r' : ''} -d ${quote(help)}`,
      ),
    ]
  })
  const install = 'imgcast completion fish > ~/.config/fish/completions/imgcast.fish'
  return `# fish completion for imgcast. Install: ${install}\n${lines.join('\n')}\n`
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}
