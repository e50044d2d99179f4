// The arrows of native/: which layer may include which, and that two headers of the outside stay in their layer.
// A C++ include has no lint rule to hang on, so that this reads the files.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { at } from '../lib/paths.mjs'
import { filesUnder } from '../lib/stamp.mjs'

/** `napi -> trt, compare -> abi, cuda -> loader`; `base` is what every layer stands on. @type {Record<string, string[]>} */
export const layers = {
  base: ['base'],
  loader: ['loader', 'base'],
  abi: ['abi', 'loader', 'base'],
  cuda: ['cuda', 'loader', 'base'],
  compare: ['compare', 'base'],
  trt: ['trt', 'abi', 'cuda', 'loader', 'base'],
  napi: ['napi', 'trt', 'compare', 'abi', 'cuda', 'loader', 'base'],
}

/** Headers that only one layer sees. @type {Array<{ header: RegExp, layer: string }>} */
export const confined = [
  { header: /^(napi|node_api|js_native_api)/, layer: 'napi' },
  { header: /^(dlfcn\.h|windows\.h|libloaderapi\.h)$/i, layer: 'loader' },
]

/** Never included anywhere: the addon compiles without NVIDIA's headers. */
export const forbidden = /^(NvInfer|NvOnnx|cuda|cuda_runtime)/

/**
 * @param {string} file path inside native/src, with forward slashes
 * @param {string} text
 * @returns {string[]} what is wrong
 */
export function judgeIncludes(file, text) {
  const layer = file.split('/')[0] ?? ''
  const may = layers[layer]
  const wrong = []
  for (const match of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]/gm)) {
    const [, kind, header = ''] = match
    const base = header.split('/').pop() ?? ''
    if (forbidden.test(base) && kind === '<') wrong.push(`${file} includes ${header}: nothing of NVIDIA's is needed to compile`)
    for (const { header: pattern, layer: home } of confined) {
      if (kind === '<' && pattern.test(header) && layer !== home) wrong.push(`${file} includes ${header}: only ${home}/ may`)
    }
    if (kind !== '"') continue
    // "loader/library.h" is meant from src/, "library.h" and "../abi/x.h" from the file's own folder.
    const first = header.split('/')[0] ?? ''
    const target = first in layers ? header : path.posix.normalize(path.posix.join(path.posix.dirname(file), header))
    const targetLayer = target.split('/')[0] ?? ''
    if (target.startsWith('..')) wrong.push(`${file} includes ${header}: outside of native/src`)
    else if (targetLayer in layers && may && !may.includes(targetLayer)) wrong.push(`${file} includes ${header}: ${layer}/ may include ${may.join(', ')} only`)
  }
  return wrong
}

export function judgeTree() {
  const source = at('native', 'src')
  const files = filesUnder([source]).filter((file) => /\.(cpp|h)$/.test(file))
  return files.flatMap((file) => judgeIncludes(path.relative(source, file).split(path.sep).join('/'), fs.readFileSync(file, 'utf8')))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wrong = judgeTree()
  for (const line of wrong) console.error(line)
  process.exitCode = wrong.length > 0 ? 1 : 0
}
