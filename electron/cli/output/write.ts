/**
 * Writes and waits until the text has left: a process that exits earlier cuts a pipe's last part off. A reader that
 * went away is no fault of the call; any other failure to write is returned.
 */
export function write(stream: NodeJS.WriteStream, text: string): Promise<Error | null> {
  return new Promise((resolve) => {
    stream.write(text, (error) => resolve(error && !isClosedPipe(error) ? error : null))
  })
}

export const isClosedPipe = (error: Error): boolean => 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')

/** Keeps a closed pipe from ending the process before its work is tidied up. */
export function tolerateClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', () => undefined)
}
