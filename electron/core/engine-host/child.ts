import { z } from 'zod'
import { hostRequestSchema, type HostReply } from '../../../contract/native'
import { createMethods, dispatch } from './dispatcher'
import { packError } from './wire-error'

/**
 * Entry of the engine host as a process of its own: a utility process of Electron (`process.parentPort`) or a child of
 * Node (`process.send`). Started with `--addon=<path of the .node file>`.
 */
interface Port {
  send(reply: HostReply): void
  listen(listener: (message: unknown) => void): void
}

/** The part of Electron's parentPort that is used; typed here because core never imports 'electron'. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

function openPort(): Port {
  const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort }
  if (parentPort !== undefined) {
    return { send: (reply) => parentPort.postMessage(reply), listen: (listener) => parentPort.on('message', (event) => listener(event.data)) }
  }
  if (process.send === undefined) throw new Error('The engine host is started by the program, not by hand')
  // Whatever happens to the parent, no builder stays behind: its death closes the channel.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  return {
    send: (reply) => {
      if (process.connected) process.send?.(reply)
    },
    listen: (listener) => void process.on('message', listener),
  }
}

function addonPath(): string {
  const flag = process.argv.find((argument) => argument.startsWith('--addon='))
  if (flag === undefined) throw new Error('The engine host needs --addon=PATH')
  return flag.slice('--addon='.length)
}

function serve(port: Port): void {
  const methods = createMethods(addonPath())
  const running = new Map<number, AbortController>()
  port.listen((message) => {
    const request = hostRequestSchema.parse(message)
    if ('cancel' in request) {
      running.get(request.cancel)?.abort()
      return
    }
    const { id, method, params } = request
    const controller = new AbortController()
    running.set(id, controller)
    dispatch(methods, method, params, { signal: controller.signal, emit: (event) => port.send(event.kind === 'phase' ? { id, event } : { id, event }) })
      .then(
        (result) => port.send({ id, result: z.json().parse(result) }),
        (error: unknown) => port.send({ id, error: packError(error) }),
      )
      .catch((error: unknown) => port.send({ id, error: packError(error) }))
      .finally(() => running.delete(id))
  })
  port.send({ ready: { pid: process.pid } })
}

serve(openPort())
