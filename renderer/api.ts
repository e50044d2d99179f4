import type { Bridge, CommandInput, CommandName, CommandOutput, EventName, EventPayload, IpcError } from '../contract/ipc'
import type { Finding } from '../contract/finding'

declare global {
  interface Window {
    /** Put there by the preload; this file alone touches it. */
    enginesmith: Bridge
  }
}

/** A command that was refused or failed: code, plain message, remedy. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly remedy: string
  readonly details: IpcError['details']
  readonly findings: Finding[]
  constructor(error: IpcError) {
    super(error.message)
    this.code = error.code
    this.remedy = error.remedy
    this.details = error.details
    this.findings = error.findings
  }
}

/**
 * Sends a command to the main process. The input is copied to plain data first: Vue's proxies cannot cross the bridge.
 * @throws ApiError where the answer is `ok: false`.
 */
export async function call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
  const answer = await window.enginesmith.invoke[name](plain(input))
  if (answer.ok) return answer.value
  throw new ApiError(answer.error)
}

/** Listens to an event of the main process; the function that comes back stops it. */
export function on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
  return window.enginesmith.on(name, listener)
}

/** The absolute path of a dropped file; empty where it has none. */
export function pathOfFile(file: File): string {
  return window.enginesmith.getPathForFile(file)
}

/** A deep copy without proxies; every input of a command is JSON. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
