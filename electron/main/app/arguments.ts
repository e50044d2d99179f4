import path from 'node:path'

/** What a start asks for: files or run folders to open, or the command line instead of a window. */
export interface StartArguments {
  /** Absolute. */
  paths: string[]
  /** Arguments of the command line, where the launcher asked for it. */
  cli: string[] | null
}

/** Passed by the installed launcher when it is called with a command: `enginesmith run model.onnx`. */
export const cliSwitch = '--enginesmith-cli'

/**
 * @param argv `process.argv`, or what a second instance was started with: Chromium adds switches of its own
 * @param appPath in a clone the folder that Electron was started with, which is not a file to open; null when packed
 */
export function parseArguments(argv: readonly string[], cwd: string, appPath: string | null): StartArguments {
  const cli = argv.indexOf(cliSwitch)
  if (cli >= 0) {
    const rest = argv.slice(cli + 1)
    // `--` keeps Chromium from reading the command's flags as its own.
    return { paths: [], cli: rest[0] === '--' ? rest.slice(1) : rest }
  }
  const given = argv.slice(startOfArguments(argv, cwd, appPath))
  // Switches are Chromium's or only mark what follows: `--run FOLDER` opens the folder like a bare path does.
  const words = given.filter((argument) => !argument.startsWith('-'))
  const paths = (words[0] === 'open' ? words.slice(1) : words).map((word) => path.resolve(cwd, word))
  return { paths, cli: null }
}

function startOfArguments(argv: readonly string[], cwd: string, appPath: string | null): number {
  if (appPath === null) return 1
  const at = argv.findIndex((argument, i) => i > 0 && !argument.startsWith('-') && path.resolve(cwd, argument) === path.resolve(appPath))
  return at < 0 ? 1 : at + 1
}
