import type { Command, Option } from 'commander'
import type { Invocation } from '../program.js'

/** A command as completion sees it. */
interface Entry {
  /** `moa recipes show` */
  readonly path: string
  readonly description: string
  readonly options: readonly Option[]
  readonly children: readonly Entry[]
  /** Words its argument can be. */
  readonly choices: readonly string[]
}

/** `moa completion bash|zsh|fish` */
export async function completion({ shell, args, program }: Invocation<unknown>): Promise<void> {
  const root = entryOf(program, '')
  const entries = flatten(root)
  const [kind] = args
  const script = kind === 'fish' ? fish(root) : kind === 'zsh' ? zsh(entries) : bash(entries)
  await shell.write(script)
}

function entryOf(command: Command, parent: string): Entry {
  const path = `${parent} ${command.name()}`.trim()
  return {
    path,
    description: command.description(),
    options: command.options.filter(({ hidden }) => !hidden),
    children: command.commands.map((child) => entryOf(child, path)),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }
}

const flatten = (entry: Entry): Entry[] => [entry, ...entry.children.flatMap(flatten)]
const nameOf = ({ path }: Entry): string => path.slice(path.lastIndexOf(' ') + 1)
const flagsOf = ({ short, long }: Option): string[] => [short, long].filter((flag) => flag !== undefined)

/** What a flag's value can be: choices, recipes, or files. */
function flagsWhere(entries: readonly Entry[], test: (option: Option) => boolean): string[] {
  return [...new Set(entries.flatMap(({ options }) => options.filter(test).flatMap(flagsOf)))]
}

const takesFile = ({ flags }: Option): boolean => /<(file|path)(\.\.\.)?>/.test(flags)
const takesRecipe = ({ long }: Option): boolean => long === '--recipe'
const takesValue = ({ required, optional }: Option): boolean => required || optional
const RECIPES = 'moa recipes list --names 2>/dev/null'

const wordsOf = (entry: Entry): string[] => [
  ...entry.children.map(nameOf),
  ...entry.choices,
  ...entry.options.flatMap(({ long }) => long ?? []),
  '--help',
]

const choiceCases = (entries: readonly Entry[]): [flags: string[], choices: readonly string[]][] => {
  const withChoices = new Map<string, readonly string[]>()
  for (const { options } of entries)
    for (const option of options)
      if (option.argChoices) for (const flag of flagsOf(option)) withChoices.set(flag, option.argChoices)
  return [...withChoices].map(([flag, choices]) => [[flag], choices])
}

function bash(entries: readonly Entry[]): string {
  const paths = entries.slice(1).map(({ path }) => `"${path}"`)
  return `# bash completion of moa: add to ~/.bashrc
#   source <(moa completion bash)
_moa() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path=moa words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${paths.join(' | ')}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$prev" in
    ${flagsWhere(entries, takesRecipe).join(' | ')}) COMPREPLY=($(compgen -W "$(${RECIPES})" -- "$cur")); return ;;
    ${flagsWhere(entries, takesFile).join(' | ')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
${choiceCases(entries)
  .map(
    ([flags, choices]) =>
      `    ${flags.join(' | ')}) COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$cur")); return ;;`,
  )
  .join('\n')}
  esac
  case "$path" in
${entries.map((entry) => `    "${entry.path}") words="${wordsOf(entry).join(' ')}" ;;`).join('\n')}
  esac
  if [[ "$path" == "moa recipes show" || "$path" == "moa recipes check" ]]; then
    words="$words $(${RECIPES})"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _moa moa
`
}

const quoted = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`
const described = (name: string, text: string): string => quoted(`${name.replace(/:/g, '\\:')}:${text}`)

function zsh(entries: readonly Entry[]): string {
  const paths = entries.slice(1).map(({ path }) => `"${path}"`)
  const cases = entries.map((entry) => {
    const words = [
      ...entry.children.map((child) => described(nameOf(child), child.description)),
      ...entry.choices.map((choice) => described(choice, choice)),
    ]
    const flags = entry.options.map((option) => described(option.long ?? option.flags, option.description))
    return `    "${entry.path}") commands=(${words.join(' ')}); flags=(${flags.join(' ')}) ;;`
  })
  return `#compdef moa
# zsh completion of moa: add to ~/.zshrc, after compinit
#   source <(moa completion zsh)
_moa() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" at=moa i
  local -a commands flags
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${paths.join('|')}) at="$at \${words[i]}" ;;
    esac
  done
  case "$prev" in
    ${flagsWhere(entries, takesRecipe).join('|')}) compadd -- \${(f)"$(${RECIPES})"}; return ;;
    ${flagsWhere(entries, takesFile).join('|')}) _files; return ;;
${choiceCases(entries)
  .map(([names, choices]) => `    ${names.join('|')}) compadd -- ${choices.join(' ')}; return ;;`)
  .join('\n')}
  esac
  case "$at" in
${cases.join('\n')}
  esac
  if [[ "$cur" == -* ]]; then
    _describe -o flag flags
  else
    (( \${#commands} )) && _describe command commands
    case "$at" in
      "moa recipes show"|"moa recipes check") compadd -- \${(f)"$(${RECIPES})"} ;;
    esac
  fi
}
compdef _moa moa
`
}

function fish(root: Entry): string {
  const lines = [
    '# fish completion of moa: save as ~/.config/fish/completions/moa.fish',
    'complete -c moa -f',
  ]
  const add = (entry: Entry, condition: string): void => {
    for (const child of entry.children)
      lines.push(
        `complete -c moa -n ${quoted(condition)} -a ${nameOf(child)} -d ${quoted(child.description)}`,
      )
    for (const choice of entry.choices) lines.push(`complete -c moa -n ${quoted(condition)} -a ${choice}`)
    for (const option of entry.options) lines.push(fishOption(option, condition))
  }
  add(root, '__fish_use_subcommand')
  for (const child of root.children) {
    const seen = `__fish_seen_subcommand_from ${nameOf(child)}`
    const children = child.children.map(nameOf).join(' ')
    add(child, children === '' ? seen : `${seen}; and not __fish_seen_subcommand_from ${children}`)
    for (const grandchild of child.children)
      add(grandchild, `${seen}; and __fish_seen_subcommand_from ${nameOf(grandchild)}`)
  }
  lines.push(`complete -c moa -n '__fish_seen_subcommand_from show check' -a '(${RECIPES})'`)
  return `${lines.join('\n')}\n`
}

function fishOption(option: Option, condition: string): string {
  const parts = ['complete -c moa', `-n ${quoted(condition)}`]
  if (option.long !== undefined) parts.push(`-l ${option.long.slice(2)}`)
  if (option.short !== undefined) parts.push(`-s ${option.short.slice(1)}`)
  if (takesValue(option)) parts.push(takesFile(option) ? '-r -F' : '-x')
  if (takesRecipe(option)) parts.push(`-a '(${RECIPES})'`)
  else if (option.argChoices) parts.push(`-a ${quoted(option.argChoices.join(' '))}`)
  return [...parts, `-d ${quoted(option.description)}`].join(' ')
}
