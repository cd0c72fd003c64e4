import type { CommandWords } from './completion-words.ts'

/** Writes the completion script for bash. */
export function toBash(commands: readonly CommandWords[], defaultCommand: string): string {
  const cases = commands.map(({ name, actions, flags }) => {
    const valued = flags.filter(({ takesValue }) => takesValue).map(({ flag }) => flag)
    const words = [...actions, ...flags.map(({ flag }) => flag)].join(' ')
    return `    ${name}) words='${words}'; valued=' ${valued.join(' ')} ' ;;`
  })
  const names = commands.map(({ name }) => name)
  return `# bash completion for imgcast. Install: imgcast completion bash >> ~/.bashrc
_imgcast() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local command='${defaultCommand}' words valued
  case " ${names.join(' ')} " in *" \${COMP_WORDS[1]} "*) ((COMP_CWORD > 1)) && command="\${COMP_WORDS[1]}" ;; esac
  case "$command" in
${cases.join('\n')}
  esac
  # The value of a flag: file names complete it.
  case "$valued" in *" $before "*) COMPREPLY=(); return ;; esac
  ((COMP_CWORD == 1)) && words="${names.join(' ')} $words"
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _imgcast imgcast
`
}
