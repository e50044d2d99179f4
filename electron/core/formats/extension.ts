import { basename, extname } from 'node:path'
import type { Finding } from '../../../contract/finding'
import type { ModelFormat } from '../../../contract/run'
import { makeFinding } from '../errors'

const torch: ModelFormat[] = ['state-dict', 'checkpoint', 'pickled-module', 'torchscript', 'exported-program']
/** What an ending promises; an ending that is not here promises nothing. */
const promised: Record<string, ModelFormat[]> = {
  '.onnx': ['onnx'],
  '.safetensors': ['safetensors'],
  '.wts': ['wts'],
  '.engine': ['engine'],
  '.plan': ['engine'],
  '.trt': ['engine'],
  '.pt': torch,
  '.pth': torch,
  '.ckpt': torch,
  '.pkl': ['state-dict', 'checkpoint', 'pickled-module'],
  '.pt2': ['exported-program'],
}

/** FILE_EXTENSION_MISLEADS where the name promises something else than the content is; formats are told by content alone. */
export function extensionFinding(path: string, format: ModelFormat): Finding | null {
  const ending = extname(path).toLowerCase()
  const expected = promised[ending]
  if (format === 'unknown' || expected === undefined || expected.includes(format)) return null
  return makeFinding(
    'FILE_EXTENSION_MISLEADS',
    'info',
    `${basename(path)} is called ${ending}, but its content is ${format}; the content counts.`,
    'Rename it if the name confuses other tools; nothing is to be done here.',
    { path, format, ending },
  )
}
