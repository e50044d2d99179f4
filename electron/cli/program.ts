import { Command as Commander, CommanderError, Option } from 'commander'
import type { Call, CallFlag, Command } from './command'
import { nearest } from './nearest'
import type { Flag } from './flags/types'
import { spreadSpecs } from './flags/spread'
import { languages, type Language, type Text } from './text'
import { UsageError } from './usage'

/** Flags that every command has. */
export interface Globals {
  json: boolean
  quiet: boolean
  verbose: boolean
  /** Null: not given. */
  lang: Language | null
}

export type Parsed = { kind: 'call'; command: Command; call: Call } | { kind: 'shown'; command: Command | null; what: 'help' | 'version'; output: string }

const globalFlags = ['--json', '--quiet', '--verbose', '--lang', '--help']

/** The globals as far as they can be told before the call is understood: even a usage error must be answered in the right form. */
export function earlyGlobals(argv: readonly string[]): Globals {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  let lang: string | undefined
  words.forEach((word, index) => {
    if (word === '--lang') lang = words[index + 1]
    else if (word.startsWith('--lang=')) lang = word.slice('--lang='.length)
  })
  return {
    json: words.includes('--json'),
    quiet: words.includes('--quiet'),
    verbose: words.includes('--verbose'),
    lang: languages.find((name) => name === lang) ?? null,
  }
}

/** The command that a call names, as far as it can be told: the first word that is one and no flag's value. */
export function earlyCommand(argv: readonly string[], commands: readonly Command[]): Command | null {
  const words = argv.filter((word, index) => !word.startsWith('-') && argv[index - 1] !== '--lang')
  return commands.find((command) => command.name === words[0]) ?? null
}

/** Reads a call. Throws a UsageError that says what is wrong with it. */
export function parseCall(argv: readonly string[], commands: readonly Command[], version: string, text: Text): Parsed {
  const written: string[] = []
  const capture = (commander: Commander): Commander =>
    commander
      .exitOverride()
      .configureOutput({ writeOut: (line) => written.push(line), writeErr: () => undefined, outputError: () => undefined })
      .helpOption('-h, --help', text.help.help)
      .configureHelp({ showGlobalOptions: true, helpWidth: 120, styleTitle: (title) => translated(title, text) })

  const root = capture(new Commander('enginesmith')).description(text.about).helpCommand(false).version(version, '--version', text.help.version)
  root.option('--json', text.help.json).option('--quiet', text.help.quiet).option('--verbose', text.help.verbose)
  root.addOption(new Option('--lang <en|zh-CN>', text.help.lang)).addHelpText('after', `\n${text.help.exits}`)

  let call: { command: Command; call: Call } | null = null
  for (const command of commands) {
    const sub = capture(root.command(command.name).description(text.commands[command.name]).allowExcessArguments(true))
    for (const { name, many, help } of command.args) sub.argument(many === true ? `[${name}...]` : `<${name}>`, help(text))
    for (const own of command.own) sub.addOption(ownOption(own, text))
    for (const flag of command.flags) for (const option of options(flag, text)) sub.addOption(option)
    sub.action(() => {
      call = { command, call: understood(command, sub, text) }
    })
  }

  const command = earlyCommand(argv, commands)
  try {
    root.parse(spreadSpecs(argv), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { kind: 'shown', command, what: 'help', output: written.join('') }
    if (error.code === 'commander.version') return { kind: 'shown', command, what: 'version', output: written.join('') }
    throw usageError(error, command, commands, text)
  }
  const lang: unknown = root.opts()['lang']
  if (typeof lang === 'string' && !languages.some((name) => name === lang)) {
    throw new UsageError(text.usage.choice('lang', lang), text.usage.choiceRemedy(nearest(lang, languages) ?? '', languages.join(', ')), {
      flag: '--lang',
      given: lang,
    })
  }
  if (!call) throw new UsageError(text.usage.noCommand, text.usage.noCommandRemedy(commands.map(({ name }) => name).join(', ')))
  return { kind: 'call', ...(call as { command: Command; call: Call }) }
}

function translated(title: string, { help }: Text): string {
  const titles: Record<string, string> = {
    'Usage:': help.usage,
    'Arguments:': help.arguments,
    'Options:': help.options,
    'Global Options:': help.globalOptions,
    'Commands:': help.commands,
  }
  return titles[title] ?? title
}

const ownOption = (own: CallFlag, text: Text): Option =>
  new Option(
    `${own.short ? `-${own.short}, ` : ''}--${own.name}${own.value ? (own.optional === true ? ` [${own.value}]` : ` <${own.value}>`) : ''}`,
    own.help(text),
  )

function options(flag: Flag, text: Text): Option[] {
  if (flag.value === null) return [new Option(`--${flag.name}`, flag.help(text)), new Option(`--no-${flag.name}`, text.help.noSwitch(flag.name))]
  const collected = (value: string, before: string[] | false | undefined): string[] => [...(before || []), value]
  const option = new Option(`--${flag.name} <${flag.value}>`, flag.help(text)).argParser(collected)
  return flag.off ? [option, new Option(`--no-${flag.name}`, text.help.noSwitch(flag.name))] : [option]
}

function understood(command: Command, sub: Commander, text: Text): Call {
  const extra = command.args.some((argument) => argument.many === true) ? undefined : sub.args[command.args.length]
  if (extra !== undefined) throw new UsageError(text.usage.tooMany(extra), text.usage.seeHelp(usageOf(command)), { given: [...sub.args] })
  const values = sub.opts<Record<string, string | boolean | string[] | undefined>>()
  const of = (name: string) => values[new Option(`--${name}`).attributeName()]
  const own = Object.fromEntries(command.own.map(({ name }) => [name, of(name)])) as Call['own']
  for (const { name, short, required } of command.own) {
    if (required && (own[name] === undefined || own[name] === '')) {
      const flag = short ? `-${short}` : `--${name}`
      throw new UsageError(text.usage.missingFlag(flag), text.usage.seeHelp(usageOf(command)), { flag })
    }
  }
  const given = command.flags.flatMap((flag) => {
    const value = of(flag.name)
    return value === undefined ? [] : [{ flag, values: Array.isArray(value) ? value : [value] }]
  })
  return { args: sub.args, own, given }
}

/** One line that shows how a command is called. */
export function usageOf(command: Command): string {
  const required = command.own.filter((own) => own.required).map((own) => `${own.short ? `-${own.short}` : `--${own.name}`}${own.value ? ` ${own.value}` : ''}`)
  return ['enginesmith', command.name, ...command.args.map(({ name, many }) => (many === true ? `${name}…` : name)), ...required].join(' ')
}

function usageError(error: CommanderError, command: Command | null, commands: readonly Command[], text: Text): UsageError {
  const { usage } = text
  const help = `enginesmith ${command ? `${command.name} ` : ''}--help`
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  const names = commands.map(({ name }) => name)
  switch (error.code) {
    case 'commander.unknownOption': {
      const near = nearest(quoted, command ? flagNames(command) : [...globalFlags, '--version'])
      return new UsageError(usage.unknownFlag(quoted), usage.unknownFlagRemedy(near, help), { flag: quoted, nearest: near }, 'UNKNOWN_FLAG')
    }
    case 'commander.unknownCommand': {
      const near = nearest(quoted, names)
      return new UsageError(usage.unknownCommand(quoted), usage.unknownCommandRemedy(near ?? '', names.join(', ')), { given: quoted, nearest: near })
    }
    case 'commander.help':
      return new UsageError(usage.noCommand, usage.noCommandRemedy(names.join(', ')))
    case 'commander.missingArgument':
      return new UsageError(usage.missingArgument(quoted), usage.seeHelp(command ? usageOf(command) : help))
    case 'commander.optionMissingArgument':
      return new UsageError(usage.missingValue(flagOf(quoted)), usage.seeHelp(command ? usageOf(command) : help), { flag: flagOf(quoted) })
    default:
      return new UsageError(error.message.replace(/^error: /, ''), usage.seeHelp(command ? usageOf(command) : help))
  }
}

/** `-o, --out <FILE>` as a person writes it. */
const flagOf = (option: string): string => /--[\w-]+/.exec(option)?.[0] ?? option

const flagNames = (command: Command): string[] => [
  ...command.own.flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])]),
  ...command.flags.flatMap(({ name, value, off }) => (value === null || off ? [`--${name}`, `--no-${name}`] : [`--${name}`])),
  ...globalFlags,
]
