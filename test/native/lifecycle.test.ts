import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Library } from '../../contract/native'
import { loadAddon } from '../../electron/core/engine-host/addon'
import { EnginesmithError } from '../../electron/core/errors'
import { addon, fixture, makeModels, rawAddon, realLibrary, runProgram, scratch } from './support'

const work = scratch()
afterAll(work.remove)

let library: Library
beforeAll(async () => {
  library = await realLibrary()
  makeModels(work.path, 800)
})

describe('loading', () => {
  it('says which version and tables it has', () => {
    const info = addon().info()
    expect(info.napi).toBe(9)
    expect(info.tables.map((table) => table.name)).toEqual(['trt10', 'trt11', 'rtx1_3', 'rtx1_5'])
  })

  it.each([
    ['nothing there', join(work.path, 'none.node'), 'ADDON_MISSING'],
    ['not an addon', fixture('cnn.onnx'), 'ADDON_UNUSABLE'],
  ])('%s', (_what, path, code) => {
    try {
      loadAddon(path)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(EnginesmithError)
      expect((error as EnginesmithError).code).toBe(code)
    }
  })
})

describe('the environment ends while a build is under way', () => {
  const values = (how: string): string[] => [library.path, library.parserPath, join(work.path, 'slow.onnx'), join(work.path, 'never.engine'), how]

  it('process.exit: the build is stopped, the exit code stays, no file is left', async () => {
    const ended = await runProgram('exit_while_building.mjs', values('exit'))
    expect(ended).toMatchObject({ code: 7, signal: null })
    expect(existsSync(join(work.path, 'never.engine'))).toBe(false)
  })

  it('a worker thread is terminated: the process lives on', async () => {
    const ended = await runProgram('exit_while_building.mjs', values('worker'))
    expect(ended).toMatchObject({ code: 0, signal: null })
    expect(ended.output).toContain('terminated')
  })
})

describe('handles', () => {
  it('are told apart: one is never read as another', () => {
    const raw = rawAddon()
    const token = raw['createToken']?.()
    const comparer = raw['createComparer']?.({ rule: 'numpy', atol: null, rtol: null })
    for (const wrong of [comparer, {}, null, 1, 'token']) expect(() => raw['cancel']?.(wrong)).toThrow(/not one of this addon/)
    for (const wrong of [token, {}, null]) {
      expect(() => raw['compareFinish']?.(wrong)).toThrow(/not one of this addon/)
      expect(() => raw['closeEngine']?.(wrong)).toThrow(/not one of this addon/)
    }
  })

  it('parameters of a wrong type are named, synchronously', () => {
    const raw = rawAddon()
    const call = (params: unknown): unknown => raw['header']?.(params, raw['createToken']?.(), () => undefined)
    expect(() => call({ path: 7 })).toThrow('path must be a string')
    expect(() => call(undefined)).toThrow('the parameters must be an object')
    expect(() => raw['header']?.({ path: '' }, raw['createToken']?.(), null)).toThrow('onEvent must be a function')
  })

  it('data that does not fit its shape is refused', () => {
    const raw = rawAddon()
    const comparer = raw['createComparer']?.({ rule: 'numpy', atol: null, rtol: null })
    const tensor = { name: 'x', dtype: 'float32', shape: [2, 2], data: new Uint8Array(15) }
    expect(() => raw['compareAdd']?.(comparer, tensor, tensor)).toThrow('data must have the bytes of shape and dtype')
  })

  it('many calls at once, their handles garbage at once', async () => {
    const path = fixture('cnn.onnx')
    const results = await Promise.all(Array.from({ length: 200 }, () => addon().readHeader({ path })))
    expect(new Set(results.map((result) => result.reason))).toEqual(new Set(['it does not begin like an engine']))
  })
})
