import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './support'

/** What each layer may include: itself and what lies below it. `generated` is part of `abi`. */
const below: Record<string, string[]> = {
  base: [],
  loader: ['base'],
  abi: ['loader', 'base', 'generated'],
  cuda: ['abi', 'loader', 'base'],
  trt: ['cuda', 'abi', 'generated', 'loader', 'base'],
  compare: ['base'],
  napi: ['trt', 'compare', 'cuda', 'abi', 'loader', 'base'],
}

/** System headers that one layer alone may see. */
const only: Record<string, string> = { 'dlfcn.h': 'loader', 'windows.h': 'loader', 'napi.h': 'napi', 'node_api.h': 'napi' }

const source = join(root, 'native/src')

/** Includes of a source text that its layer may not have. */
function wrongIncludes(layer: string, text: string): string[] {
  return [...text.matchAll(/^\s*#\s*include\s*([<"])([^>"]+)[>"]/gm)].flatMap(([, kind, name]) => {
    if (name === undefined) return []
    if (only[name] !== undefined) return only[name] === layer ? [] : [name]
    if (kind === '<') return []
    const target = name.split('/')[0] ?? ''
    return target === layer || below[layer]?.includes(target) ? [] : [name]
  })
}

describe('includes of the native module point one way', () => {
  for (const layer of readdirSync(source)) {
    it(layer, () => {
      expect(Object.keys(below)).toContain(layer)
      for (const file of readdirSync(join(source, layer))) {
        expect({ file, wrong: wrongIncludes(layer, readFileSync(join(source, layer, file), 'utf8')) }).toEqual({ file, wrong: [] })
      }
    })
  }

  it('the rule can fail', () => {
    expect(wrongIncludes('compare', '#include "trt/engine.h"\n#include <napi.h>\n#include <vector>\n#include "compare/sum.h"')).toEqual([
      'trt/engine.h',
      'napi.h',
    ])
    expect(wrongIncludes('trt', '  #  include <dlfcn.h>')).toEqual(['dlfcn.h'])
    expect(wrongIncludes('loader', '#include "abi/table.h"')).toEqual(['abi/table.h'])
  })

  it('no file is over 400 lines', () => {
    for (const layer of readdirSync(source)) {
      for (const file of readdirSync(join(source, layer))) {
        expect(readFileSync(join(source, layer, file), 'utf8').split('\n').length).toBeLessThanOrEqual(401)
      }
    }
  })
})
