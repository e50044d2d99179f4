import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { NativeResult } from '../../contract/native'
import { addon, fakeFolder, runProgram, scratch, sitePackages } from './support'

const work = scratch()
afterAll(work.remove)

type Found = NativeResult<'library.find'>
const find = (flavour: 'tensorrt' | 'tensorrt-rtx', ...paths: string[]): Promise<Found> =>
  addon().findLibrary({ flavour, places: paths.map((path) => ({ path, source: 'setting' })), system: false })

const realFolder = (): string => join(sitePackages(), 'tensorrt_rtx_libs')
const realFile = (): string => join(realFolder(), 'libtensorrt_rtx.so.1')

/** A folder whose library has the right name and wrong bytes. */
function folderWith(name: string, bytes: Uint8Array): string {
  const folder = join(work.path, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'libtensorrt_rtx.so.1'), bytes)
  return folder
}

async function reasonFor(folder: string, flavour: 'tensorrt' | 'tensorrt-rtx' = 'tensorrt-rtx'): Promise<string> {
  const found = await find(flavour, folder)
  expect(found.library).toBeNull()
  expect(found.attempts).toHaveLength(1)
  return found.attempts[0]?.reason ?? ''
}

describe('what the system would find by name', () => {
  it('a truncated library is refused, and the loader is not sent to open it unseen', async () => {
    const folder = join(work.path, 'cut')
    mkdirSync(folder)
    writeFileSync(join(folder, 'libnvinfer.so.10'), readFileSync(join(fakeFolder('trt_10_6'), 'libnvinfer.so.10')).subarray(0, 9000))
    copyFileSync(join(fakeFolder('trt_10_6'), 'libnvonnxparser.so.10'), join(folder, 'libnvonnxparser.so.10'))
    const ended = await runProgram('find-by-name.mjs', [], { LD_LIBRARY_PATH: folder })
    expect(ended.signal).toBeNull()
    const attempts = z.array(z.object({ path: z.string(), reason: z.string() })).parse(JSON.parse(ended.output))
    expect(attempts.find(({ path }) => path === join(folder, 'libnvinfer.so.10'))?.reason).toContain('truncated')
    expect(attempts.map(({ path }) => path)).not.toContain('libnvinfer.so.10')
  })
})

describe('finding the real TensorRT-RTX', () => {
  it.each([
    ['site-packages', sitePackages],
    ['its folder', realFolder],
    ['the file', realFile],
  ])('takes %s', async (_what, path) => {
    const found = await find('tensorrt-rtx', path())
    expect(found.library).toMatchObject({ flavour: 'tensorrt-rtx', path: realFile(), version: '1.7.1.116', table: 'rtx1_5' })
    expect(found.attempts).toEqual([])
  })

  it('keeps every failed attempt, in order, with its reason', async () => {
    const empty = join(work.path, 'nothing in it')
    mkdirSync(empty)
    const found = await find('tensorrt-rtx', '/no/such/place', empty, fakeFolder('rtx_newer'), realFolder())
    expect(found.library?.path).toBe(realFile())
    expect(found.attempts.map((attempt) => attempt.path)).toEqual(['/no/such/place', empty, join(fakeFolder('rtx_newer'), 'libtensorrt_rtx.so.1')])
    expect(found.attempts[0]?.reason).toContain('no such file or folder')
    expect(found.attempts[1]?.reason).toContain('there is no libtensorrt_rtx.so')
  })

  it('looks at one file once, whatever its names', async () => {
    const folder = folderWith('names', Buffer.from('not a library'))
    symlinkSync(join(folder, 'libtensorrt_rtx.so.1'), join(folder, 'libtensorrt_rtx.so'))
    expect((await find('tensorrt-rtx', folder)).attempts).toHaveLength(1)
  })

  it('says what is missing beside it', async () => {
    const folder = join(work.path, 'alone')
    mkdirSync(folder)
    copyFileSync(join(fakeFolder('null_builder'), 'libtensorrt_rtx.so.1'), join(folder, 'libtensorrt_rtx.so.1'))
    expect(await reasonFor(folder)).toContain('no ONNX parser beside it')
  })

  it('reports what it tried when there is nothing', async () => {
    const found = await addon().findLibrary({ flavour: 'tensorrt', places: [], system: true })
    expect(found.library).toBeNull()
    expect(found.attempts.length).toBeGreaterThan(0)
  })

  it('does not take TensorRT-RTX for TensorRT', async () => {
    const found = await find('tensorrt', join(fakeFolder('trt_8'), '../rtx_newer/libtensorrt_rtx.so.1'))
    expect(found.library).toBeNull()
  })
})

describe('a file that is no library never reaches the system loader', () => {
  const real = (): Buffer => readFileSync(join(realFolder(), 'libtensorrt_onnxparser_rtx.so.1'))

  it.each([
    ['empty', () => Buffer.alloc(0), 'the file is empty'],
    ['text', () => Buffer.from('#!/bin/sh\necho hello\n'), 'no ELF header'],
    ['zeros', () => Buffer.alloc(4096), 'no ELF header'],
    ['header_only', () => real().subarray(0, 40), 'truncated'],
    ['first_page', () => real().subarray(0, 4096), 'truncated'],
    ['half', () => real().subarray(0, real().length / 2), 'truncated'],
    ['last_byte_gone', () => real().subarray(0, real().length - 1), 'truncated'],
  ])('%s', async (name, bytes, reason) => {
    expect(await reasonFor(folderWith(name, bytes()))).toContain(reason)
  })

  it('another processor', async () => {
    const bytes = Buffer.from(real())
    bytes.writeUInt16LE(8, 18)
    expect(await reasonFor(folderWith('mips', bytes))).toContain('another kind of processor')
  })

  it('an executable', async () => {
    const bytes = Buffer.from(real())
    bytes.writeUInt16LE(2, 16)
    expect(await reasonFor(folderWith('executable', bytes))).toContain('not a shared library')
  })

  it('a Windows library', async () => {
    const bytes = Buffer.alloc(256)
    bytes.write('MZ')
    bytes.writeUInt32LE(64, 60)
    bytes.write('PE\0\0', 64, 'latin1')
    bytes.writeUInt16LE(0x8664, 68)
    expect(await reasonFor(folderWith('windows', bytes))).toContain('it is a Windows library')
    bytes.writeUInt16LE(30, 70)
    expect(await reasonFor(folderWith('windows_truncated', bytes))).toContain('truncated')
  })
})

describe('the version gate', () => {
  it.each([
    ['rtx_newer', 'tensorrt-rtx', 'TensorRT-RTX 1.8.0 is newer than what this program knows'],
    ['rtx_older', 'tensorrt-rtx', 'TensorRT-RTX 1.2.0 is older than what this program knows'],
    ['trt_8', 'tensorrt', 'TensorRT 8.6.1 is older than what this program knows'],
    ['trt_12', 'tensorrt', 'TensorRT 12.0.0 is newer than what this program knows'],
    ['no_builder', 'tensorrt-rtx', 'it lacks the symbol createInferBuilder_INTERNAL'],
  ] as const)('refuses %s', async (name, flavour, reason) => {
    expect(await reasonFor(fakeFolder(name), flavour)).toContain(reason)
  })

  it.each([
    ['trt_newer_10', '10.17.0', 'trt10'],
    ['trt_newer_11', '11.5.0', 'trt11'],
  ])('takes %s with a warning', async (name, version, table) => {
    const found = await find('tensorrt', fakeFolder(name))
    expect(found.library).toMatchObject({ version, table })
    expect(found.warnings).toHaveLength(1)
    expect(found.warnings[0]).toContain('newer than what this program was proven on')
  })
})
