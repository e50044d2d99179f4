import { findingOf, isAbort, makeFinding } from '../core/errors'
import type { Core } from '../core/api'
import type { Settings } from '../../contract/settings'
import { commands } from './commands'
import type { Command, Context, Outcome } from './command'
import { allWell, factsOfFault, type ExitCode } from './exit-code'
import { finish } from './output/finish'
import { findingLines } from './output/human'
import { createReporter } from './output/progress'
import { tolerateClosedPipe, write } from './output/write'
import { absolute, dataFolder, startFolder } from './places'
import { earlyCommand, earlyGlobals, parseCall, type Parsed } from './program'
import type { Surroundings } from './surroundings'
import { systemLanguage, textOf, type Text } from './text'

/** How long a cancelled call may take to tidy up before it is ended as it is. */
const patience = 20_000

/**
 * One call of the command line, from its arguments to its exit code. Prints exactly one document, whatever happens;
 * never throws and never ends the process itself.
 */
export async function runCommandLine(surroundings: Surroundings): Promise<ExitCode> {
  const { argv, stdout, stderr } = surroundings
  tolerateClosedPipe(stdout)
  tolerateClosedPipe(stderr)
  const globals = earlyGlobals(argv)
  const text = textOf(globals.lang ?? systemLanguage(surroundings.environment))

  let command = earlyCommand(argv, commands)
  let parsed: Parsed
  try {
    parsed = parseCall(argv, commands, surroundings.version, text)
  } catch (error) {
    return print(command, refused(command, error, text), { ...surroundings, json: globals.json, text, early: true })
  }
  command = parsed.command
  if (parsed.kind === 'shown') {
    if (!globals.json) return (await write(stdout, parsed.output)) ? 4 : 0
    const said = parsed.what === 'help' ? text.usage.helpShown : text.usage.versionShown
    const finding = makeFinding('USAGE', 'info', said, text.usage.nothingToDo, { [parsed.what]: parsed.output.trim() })
    return print(command, { document: { ...command?.empty(text), findings: [finding] }, facts: allWell }, { ...surroundings, json: true, text, early: false })
  }

  const reporter = createReporter({ stream: stderr, text, quiet: globals.quiet, verbose: globals.verbose })
  const stop = new AbortController()
  const core = lazyCore(surroundings, globals.lang === null ? {} : { language: globals.lang })
  const start = startFolder(surroundings.environment, surroundings.cwd, surroundings.packaged)
  const context: Context = { text, signal: stop.signal, surroundings, reporter, resolve: (given) => absolute(start, given), core: core.get, partial: null }

  let timer: NodeJS.Timeout | null = null
  let unlisten = (): void => undefined
  const forced = new Promise<Outcome>((resolve) => {
    const force = (): void => resolve(ended(parsed.command, context, text.faults.forced))
    unlisten = surroundings.onStop(() => {
      if (stop.signal.aborted) return force()
      stop.abort()
      timer = setTimeout(force, patience)
    })
  })
  const work = parsed.command.run(parsed.call, context).catch((error: unknown) => failed(parsed.command, error, context))
  const outcome = await Promise.race([work, forced])
  if (timer) clearTimeout(timer)
  reporter.end()
  await Promise.race([core.dispose(), new Promise((resolve) => setTimeout(resolve, 5_000).unref())])
  const code = await print(parsed.command, outcome, { ...surroundings, json: globals.json, text, early: false })
  // Not before: a second Ctrl-C must not end the process between its work and its answer.
  unlisten()
  return code
}

/** The answer to a call that broke before the command line could take it: still one document of its command. */
export function answerFault(
  { argv, environment, stdout, stderr }: Pick<Surroundings, 'argv' | 'environment' | 'stdout' | 'stderr'>,
  error: unknown,
): Promise<ExitCode> {
  const globals = earlyGlobals(argv)
  const text = textOf(globals.lang ?? systemLanguage(environment))
  const command = earlyCommand(argv, commands)
  return print(command, refused(command, error, text), { json: globals.json, text, stdout, stderr, early: true })
}

/** The core, made at the first call of `get`: a usage error must not start one. `call` is what the call itself sets, as its language for the report. */
function lazyCore(surroundings: Surroundings, call: Partial<Settings>): { get(settings?: Partial<Settings>): Promise<Core>; dispose(): Promise<void> } {
  let core: Promise<Core> | null = null
  return {
    async get(settings = {}) {
      core ??= import('../core/index').then(({ createCore }) =>
        createCore({
          dataFolder: dataFolder(surroundings.environment),
          ...surroundings.installation,
          app: { version: surroundings.version, electron: surroundings.electron, window: surroundings.window ?? null },
          launchHost: surroundings.launchHost,
          oneShot: true,
        }),
      )
      const made = await core
      made.overrideSettings({ ...call, ...settings })
      return made
    },
    async dispose() {
      await core?.then((made) => made.dispose()).catch(() => undefined)
    },
  }
}

function refused(command: Command | null, error: unknown, text: Text): Outcome {
  const finding = findingOf(error)
  return { document: { ...command?.empty(text), findings: [finding] }, facts: factsOfFault(finding) }
}

/** A command that threw. What ends a cancelled call is the cancelling, whatever it broke on the way out. */
function failed(command: Command, error: unknown, context: Context): Outcome {
  const { signal, text } = context
  if (!signal.aborted && !isAbort(error)) return refused(command, error, text)
  return ended(command, context, text.faults.cancelled)
}

/** A cancelled call keeps what it knows. */
function ended(command: Command, context: Context, message: string): Outcome {
  const { text } = context
  const finding = makeFinding('CANCELLED', 'error', message, text.faults.cancelledRemedy)
  const partial = context.partial?.() ?? command.empty(text)
  const before = 'findings' in partial && Array.isArray(partial.findings) ? (partial.findings as unknown[]) : []
  return { document: { ...partial, findings: [...before, finding] }, facts: { ...allWell, cancelled: true } }
}

interface PrintOptions {
  json: boolean
  text: Text
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  /** Nothing was started: for people, the finding alone. */
  early: boolean
}

async function print(command: Command | null, outcome: Outcome, { json, text, stdout, stderr, early }: PrintOptions): Promise<ExitCode> {
  const { document, findings, code } = finish(command, outcome, text)
  if (json) {
    const fault = await write(stdout, `${JSON.stringify(document, null, stdout.isTTY ? 2 : undefined)}\n`)
    if (!fault) return code
    await write(stderr, `${fault.message}\n`)
    return code === 0 ? 4 : code
  }
  if (early || !command) {
    await write(stderr, `${findingLines(findings, text).join('\n')}\n`)
    return code
  }
  const fault = await write(stdout, `${[...command.print(document, text), ...findingLines(findings, text)].join('\n')}\n`)
  return fault && code === 0 ? 4 : code
}
