import { PassThrough } from 'node:stream'

/** A stream that keeps what was written, as a process's own would take it. */
export function sink(options: { tty?: boolean; columns?: number } = {}): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough()
  const parts: Buffer[] = []
  stream.on('data', (part: Buffer) => parts.push(part))
  Object.assign(stream, { isTTY: options.tty === true, columns: options.columns ?? 80 })
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => Buffer.concat(parts).toString('utf8') }
}
