import { Command, type CommanderError } from 'commander'
import { MoaError } from '../core/errors.js'
import { didYouMean } from '../util/suggest.js'
import { neededCommands } from './definitions/needed.js'
import { usageError } from './report.js'
import type { Shell } from './shell.js'
import { version } from './version.js'

/** What a command was given, and how it says with which code the process should end. */
export interface Invocation<Options> {
  readonly shell: Shell
  readonly args: readonly string[]
  readonly options: Options
  /** The command line, for those who describe it. */
  readonly program: Command
  /** Default 0. */
  readonly exitWith: (code: number) => void
}

export type Runner<Options> = (invocation: Invocation<Options>) => Promise<void>

/** Gives a command its work, which is loaded when it runs; a command without work shows its help. */
export type AddCommand = <Options>(command: Command, load?: () => Promise<Runner<Options>>) => Command

const AFTER = `
Examples:
  moa ask "What are some fun things to do in SF?"
  git diff | moa ask "Write a commit message for this"
  moa ask --proposer openai/gpt-5-mini --proposer groq/openai/gpt-oss-120b "Why is the sky blue?"
  moa init        choose models from the providers you have
  moa doctor      see which providers can be reached, and why not

Exit codes: 0 done, 1 fault of moa itself, 2 usage or configuration, 3 partial result, 4 provider failed,
130 interrupted.`

/** What a program is made for. */
export interface ProgramOptions {
  readonly shell: Shell
  readonly exitWith: (code: number) => void
  /** The command line it will be given. */
  readonly args: readonly string[]
}

/** The command line: of many commands only the one that is asked for. */
export async function createProgram({ shell, exitWith, args }: ProgramOptions): Promise<Command> {
  const program = new Command('moa')
    .description('Several LLMs answer together: Mixture-of-Agents on the command line.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', AFTER)
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      // Errors are thrown and reported in one place.
      writeErr: () => {},
      writeOut: (text) => void shell.stdout.stream.write(text),
      getOutHelpWidth: () => Math.min(shell.stdout.columns, 110),
    })
    .exitOverride(reportedFor(() => program))
  const add: AddCommand = <Options>(command: Command, load?: () => Promise<Runner<Options>>) => {
    command
      .copyInheritedSettings(program)
      .exitOverride(reportedFor(() => command))
      .helpOption('-h, --help', 'show help')
      .allowExcessArguments(load === undefined)
      .action(async () => {
        if (load === undefined) return helpOfGroup(command)
        const run = await load()
        await run({ shell, args: command.args, options: command.opts() as Options, program, exitWith })
      })
    return command
  }
  for (const command of await neededCommands(args[0], add)) program.addCommand(command)
  const names = program.commands.map((command) => command.name())
  return program.allowExcessArguments().action(() => {
    const [word] = program.args
    if (word === undefined) return program.outputHelp()
    throw new MoaError(
      'usage',
      `There is no command "${word}".${didYouMean(word, names)} \`moa ask "…"\` asks a question; \`moa --help\` lists the commands.`,
    )
  })
}

/** Ends a command line that can't be read with an error that names the command whose help tells more. */
function reportedFor(command: () => Command): (error: CommanderError) => never {
  return (error) => {
    if (error.exitCode === 0) throw error
    throw mistakenWord(error, command()) ?? usageError(error, pathOf(command()))
  }
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

/** A command that only holds others shows its help, unless a word was meant as one of them. */
function helpOfGroup(command: Command): void {
  const [word] = command.args
  if (word === undefined) return command.outputHelp()
  throw unknownWord(command, word)
}

/** A word that reached what its group does by default, though it takes none: it was meant as a command. */
function mistakenWord({ code }: CommanderError, command: Command): MoaError | undefined {
  const { parent, args } = command
  const [word] = args
  if (code !== 'commander.excessArguments' || !parent?.parent || word === undefined) return undefined
  return parent.args[0] === command.name() ? undefined : unknownWord(parent, word)
}

function unknownWord(group: Command, word: string): MoaError {
  const names = group.commands.map((one) => one.name())
  return new MoaError(
    'usage',
    `There is no command "${pathOf(group)} ${word}".${didYouMean(word, names)} Expected one of ${names.join(', ')}.`,
  )
}
