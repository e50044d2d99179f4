import { constants } from 'node:os'

export interface HostExit {
  code: number | null
  signal: string | null
}

/** "SIGSEGV", "SIGABRT", "exit code 3": shells and some launchers report a signal as 128 plus its number. */
export function describeExit({ code, signal }: HostExit): string {
  if (signal !== null) return signal
  if (code === null) return 'could not be started'
  const number = code > 128 ? code - 128 : null
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
  return name === undefined ? `exit code ${code}` : name
}
