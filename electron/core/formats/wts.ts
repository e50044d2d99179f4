import type { TensorInfo } from '../../../contract/tensor'
import type { ByteSource } from '../files/random-file'
import { truncatedError } from '../files/errors'
import type { Description, Format } from './format'

const headBytes = 4096
/** TensorRTX's gen_wts.py writes two spaces before the first value; others write one. */
const head = /^(\S+) (\d{1,12}) ?(?=[ \r\n]|$)/
/** A value: a space and 32 bits as eight hexadecimal digits. */
const valueBytes = 9

/** .wts: text. A line with the count of tensors, then a line for each: name, count, values. It knows no shapes, and no type but float32. */
export const wts: Format = {
  match({ start }) {
    const [first = '', second] = start.toString('latin1').split('\n')
    if (!/^\d{1,9}\s*$/.test(first) || second === undefined) return false
    return second === '' ? Number(first) === 0 : /^\S+ \d+ ?( [0-9a-fA-F]{1,8})*\s*$/.test(second.slice(0, 2000).replace(/ [0-9a-fA-F]*$/, ''))
  },

  async describe({ file, start, signal }): Promise<Description> {
    const first = start.toString('latin1').split('\n')[0] ?? ''
    const promised = Number(first)
    const tensors: TensorInfo[] = []
    for (let at = first.length + 1; at < file.size;) {
      signal?.throwIfAborted()
      const text = (await file.read(at, Math.min(headBytes, file.size - at))).toString('latin1')
      const found = head.exec(text)
      if (found === null) {
        if (text.trim() === '') break
        throw cut(file.path, promised, tensors.length)
      }
      const [line = '', name = '', count = '0'] = found
      const end = await endOfLine(file, at + line.length + Number(count) * valueBytes)
      if (end === null) throw cut(file.path, promised, tensors.length)
      // The text is walked over byte by byte; a name may be of any script.
      tensors.push({ name: Buffer.from(name, 'latin1').toString('utf8'), dtype: 'float32', shape: [Number(count)], bytes: Number(count) * 4 })
      at = end
    }
    if (tensors.length !== promised) throw cut(file.path, promised, tensors.length)
    const elements = tensors.reduce((sum, tensor) => sum + (tensor.shape[0] ?? 0), 0)
    return { format: 'wts', tensors, facts: { tensors: String(tensors.length), elements: String(elements) } }
  },
}

/** Where the next line begins, if this one ends here: the values are passed over unread, their width is fixed. */
async function endOfLine(file: ByteSource, at: number): Promise<number | null> {
  if (at > file.size) return null
  const rest = (await file.read(at, Math.min(4, file.size - at))).toString('latin1')
  const end = /^[ \r]*(\n|$)/.exec(rest)
  return end === null ? null : at + end[0].length
}

function cut(path: string, promised: number, whole: number): ReturnType<typeof truncatedError> {
  return truncatedError(path, `its first line promises ${promised} tensors, ${whole} are whole`, { promised, whole })
}
