import { type RandomFile, withFile } from '../../files/random-file'

/** Field numbers of onnx.proto on the way to `TensorProto.external_data`. Weights themselves are skipped, never read. */
type Message = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function' | 'training'
const children: Record<Message, Partial<Record<number, Message>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
}
const externalData = 13
const windowBytes = 1 << 16

/** Reads a file forwards through a window, so that skipping gigabytes of weights costs nothing. */
class Cursor {
  private window: Buffer = Buffer.alloc(0)
  private start = 0

  constructor(private readonly file: RandomFile) {}

  async byte(at: number): Promise<number> {
    if (at < this.start || at >= this.start + this.window.length) {
      this.window = await this.file.read(at, Math.min(windowBytes, this.file.size - at))
      this.start = at
    }
    return this.window[at - this.start] ?? 0
  }

  async varint(at: number): Promise<{ value: number; next: number }> {
    let value = 0
    for (let index = 0; index < 10; index++) {
      const byte = await this.byte(at + index)
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) return { value, next: at + index + 1 }
    }
    throw new Error('a number in it is longer than 10 bytes')
  }
}

/**
 * Paths, as the ONNX file states them, of the other files that hold its weights; each once.
 * @throws EnginesmithError FILE_TRUNCATED; Error for bytes that are no ONNX
 */
export async function onnxDataLocations(path: string): Promise<string[]> {
  return withFile(path, async (file) => {
    const locations = new Set<string>()
    const cursor = new Cursor(file)
    const walk = async (message: Message, begin: number, end: number): Promise<void> => {
      for (let at = begin; at < end;) {
        const tag = await cursor.varint(at)
        const wire = tag.value % 8
        const field = Math.floor(tag.value / 8)
        if (wire === 0) at = (await cursor.varint(tag.next)).next
        else if (wire === 1) at = tag.next + 8
        else if (wire === 5) at = tag.next + 4
        else if (wire === 2) {
          const length = await cursor.varint(tag.next)
          const stop = length.next + length.value
          if (stop > end) throw new Error('a part of it is longer than the whole')
          const child = children[message][field]
          if (child !== undefined) await walk(child, length.next, stop)
          else if (message === 'tensor' && field === externalData) {
            const location = locationOf(await file.read(length.next, length.value))
            if (location !== null) locations.add(location)
          }
          at = stop
        } else throw new Error(`it uses the unknown wire type ${wire}`)
      }
    }
    await walk('model', 0, file.size)
    return [...locations]
  })
}

/** The value of a `StringStringEntryProto` whose key is `location`. */
function locationOf(entry: Buffer): string | null {
  let key = ''
  let value = ''
  for (let at = 0; at + 1 < entry.length;) {
    const field = (entry[at] ?? 0) >> 3
    let length = 0
    let shift = 0
    for (at += 1; at < entry.length; at++, shift += 7) {
      length += ((entry[at] ?? 0) & 0x7f) * 2 ** shift
      if ((entry[at] ?? 0) < 0x80) break
    }
    const text = entry.toString('utf8', at + 1, at + 1 + length)
    if (field === 1) key = text
    if (field === 2) value = text
    at += 1 + length
  }
  return key === 'location' ? value : null
}
