import { makeFinding } from '../errors'
import { truncatedError } from '../files/errors'
import { looksLikeZip } from '../files/zip'
import type { Finding } from '../../../contract/finding'
import type { Format, Subject } from './format'
import { looksLikeCutOnnx } from './onnx'

const samplePlaces = 16
const sampleBytes = 4096

/** Whatever no other format claims. Says what it looks like, from a few places of the file. */
export const unknown: Format = {
  match: () => true,
  async describe(subject) {
    return { format: 'unknown', findings: [await explain(subject)] }
  },
}

async function explain(subject: Subject): Promise<Finding> {
  const { file, start, zip } = subject
  const path = file.path
  if (await allZero(subject)) {
    return unknownFinding(path, 'it holds nothing but zeros, as a download does whose place was reserved but never filled', 'Get the file again.')
  }
  if (looksLikeZip(start) && zip === null) return truncatedError(path, 'it begins like a zip, but its directory at the end is missing').toFinding()
  if (zip !== null) {
    const names = [...zip.members.keys()].slice(0, 5).join(', ')
    return unknownFinding(
      path,
      `it is a zip (${names}${zip.members.size > 5 ? ', …' : ''}), but not one that torch makes`,
      'If it was packed for the way, unpack it and choose the model inside.',
    )
  }
  if (looksLikeCutOnnx(start)) return truncatedError(path, 'it begins like ONNX, but what follows is cut off or damaged').toFinding()
  const text = start.toString('latin1', 0, 200)
  if (text.startsWith('version https://git-lfs'))
    return unknownFinding(path, 'it is only the pointer that Git LFS leaves in place of a file', 'Run git lfs pull in its repository.')
  if (/^\s*<(!doctype|html|\?xml)/i.test(text))
    return unknownFinding(path, 'it is a web page, probably the error page of a download', 'Download the file again, signed in if need be.')
  if (text.startsWith('\x89HDF')) return unknownFinding(path, 'it is HDF5, as Keras writes it', 'Convert it to ONNX with tf2onnx first.')
  if (start.toString('latin1', 4, 8) === 'TFL3') return unknownFinding(path, 'it is TensorFlow Lite', 'Take the model it was made from, as PyTorch or ONNX.')
  if (text.startsWith('GGUF'))
    return unknownFinding(path, 'it is GGUF, as llama.cpp uses it', 'Take the model it was made from, as PyTorch, safetensors or ONNX.')
  return unknownFinding(path, 'nothing in it tells of a model', 'Choose a PyTorch, TorchScript, torch.export, safetensors, ONNX, .wts or engine file.')
}

/** FILE_UNKNOWN_FORMAT, saying what the file looks like instead. */
export function unknownFinding(path: string, what: string, remedy: string): Finding {
  return makeFinding('FILE_UNKNOWN_FORMAT', 'error', `${path} is of no known format: ${what}.`, remedy, { path })
}

async function allZero({ file }: Subject): Promise<boolean> {
  for (let place = 0; place < samplePlaces; place++) {
    const at = Math.floor(((file.size - 1) * place) / (samplePlaces - 1))
    const bytes = await file.read(at, Math.min(sampleBytes, file.size - at))
    if (bytes.some((byte) => byte !== 0)) return false
  }
  return true
}
