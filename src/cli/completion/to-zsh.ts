import type { CommandWords } from './completion-words.ts'

/** Writes the completion script for zsh. */
export function toZsh(commands: readonly CommandWords[], defaultCommand: string): string {
  const names = commands.map(({ name, about }) => quote(`${name}:${about}`)).join(' ')
  const cases = commands.map(({ name, actions, flags }) => {
    const words =
      actions.map((action) => `(${action})`).length > 0 ? [quote(`1:action:(${actions.join(' ')})`)] : []
    const specs = flags.map(({ flag, help, takesValue }) =>
      quote(`${flag}[${help.replaceAll(/[[\]\\:]/g, '\\$&')}]${takesValue ? ':value:_files' : ''}`),
    )
    return `    ${name}) _arguments ${[...specs, ...words, quote('*:file:_files')].join(' ')} ;;`
  })
  return `#compdef imgcast
# zsh completion for imgcast. Install: imgcast completion zsh > a file _imgcast in a folder of $fpath, or eval it
_imgcast() {
  local command='${defaultCommand}'
  local -a commands=(${names})
  if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then
    _describe command commands
    return
  fi
  if [[ "$words[2]" != -* ]]; then
    command="$words[2]"
    shift words
    (( CURRENT-- ))
  fi
  case "$command" in
${cases.join('\n')}
  esac
}
if [[ "$funcstack[1]" == _imgcast ]]; then _imgcast "$@"; else compdef _imgcast imgcast; fi
`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
