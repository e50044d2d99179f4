import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root, scratch } from './support'

const work = scratch()
afterAll(work.remove)

const tables = join(root, 'native/abi-tables')
const generator = join(root, 'native/tools/generate_abi.mjs')

interface Row {
  name: string
  slot: number
  sig: string
}
interface Table {
  classes: Record<string, { methods: Row[] }>
  client_interfaces: Record<string, { vtable: Row[] }>
  structs: Record<string, { size: number }>
}

/** A copy of the tables with one of them changed. */
function changed(name: string, file: string, change: (table: Table) => void): string {
  const folder = join(work.path, name)
  cpSync(tables, folder, { recursive: true })
  const table = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Table
  change(table)
  writeFileSync(join(folder, file), JSON.stringify(table))
  return folder
}

const method = (table: Table, owner: string, name: string): Row => {
  const row = table.classes[owner]?.methods.find((entry) => entry.name === name)
  if (!row) throw new Error(`no ${owner}.${name}`)
  return row
}

function generate(folder: string): { status: number | null; stderr: string; out: string } {
  const out = join(folder, 'out')
  mkdirSync(out, { recursive: true })
  const { status, stderr } = spawnSync(process.execPath, [generator, folder, out], { encoding: 'utf8' })
  return { status, stderr, out }
}

describe('the generator of the typed calls', () => {
  const out = join(work.path, 'generated')
  execFileSync(process.execPath, [generator, tables, out])
  const text = (name: string): string => readFileSync(join(out, name), 'utf8')

  it('gives a row a table, and what moved is where it moved', () => {
    const slots = [...text('abi_tables.cpp').matchAll(/\{(-?\d+), (-?\d+), (\d+)\},? {2}\/\/ Builder_buildSerializedNetwork$/gm)]
    expect(slots.map((match) => Number(match[1]))).toEqual([14, 11, 14, 11])
    const stripPlan = [...text('abi_tables.cpp').matchAll(/\{(\d+), \d+, true\} {2}\/\* kSTRIP_PLAN \*\//g)]
    expect(stripPlan.map((match) => Number(match[1]))).toEqual([19, 18, 19, 18])
    expect(text('abi_tables.cpp')).toContain('{100800, Method::NetworkDefinition_getFlag, {66, 65, 100800}}')
  })

  it('knows the runtime cache of TensorRT-RTX alone, and the weight budget where it is', () => {
    const slots = (name: string): number[] =>
      [...text('abi_tables.cpp').matchAll(new RegExp(`\\{(-?\\d+), (-?\\d+), (\\d+)\\},? {2}// ${name}\\b`, 'gm'))].map((match) => Number(match[1]))
    expect(slots('RuntimeConfig_createRuntimeCache')).toEqual([-1, -1, 5, 5])
    expect(slots('RuntimeConfig_setRuntimeCache')).toEqual([-1, -1, 6, 6])
    expect(slots('RuntimeCache_serialize')).toEqual([-1, -1, 2, 2])
    expect(slots('RuntimeCache_deserialize')).toEqual([-1, -1, 3, 3])
    expect(slots('CudaEngine_createRuntimeConfig')).toEqual([56, 48, 54, 48])
    expect(slots('CudaEngine_createExecutionContextWithRuntimeConfig')).toEqual([55, 47, 53, 47])
    expect(slots('CudaEngine_setWeightStreamingBudgetV2')).toEqual([48, 40, 46, 40])
    expect(text('abi_tables.cpp')).toContain('{48, 47, 100100},  // CudaEngine_setWeightStreamingBudgetV2')
  })

  it('gives the logger each shape', () => {
    const [trt10, trt11] = text('abi_interfaces.h').split('namespace trt11')
    expect(trt10).toMatch(/struct ILogger \{\s+virtual void log/)
    expect(trt11).toMatch(/struct ILogger \{\s+virtual std::int32_t getAPILanguage/)
  })

  it('types every call', () => {
    expect(text('abi_objects.h')).toContain('HostMemory buildSerializedNetwork(const NetworkDefinition& a0, const BuilderConfig& a1) const')
    expect(text('abi_objects.h')).toContain('bool setDimensions(const char* a0, OptProfileSelector a1, const Dims64* a2) const')
  })

  it('leaves what did not change untouched', () => {
    const before = statSync(join(out, 'abi_objects.h')).mtimeMs
    execFileSync(process.execPath, [generator, tables, out])
    expect(statSync(join(out, 'abi_objects.h')).mtimeMs).toBe(before)
  })

  it.each<[string, (table: Table) => void, string]>([
    ['a signature that differs', (table) => (method(table, 'VBuilder', 'setMaxThreads').sig = 'bool setMaxThreads(int64_t)'), 'has different signatures'],
    ['an unknown type', (table) => (method(table, 'VBuilder', 'setMaxThreads').sig = 'bool setMaxThreads(Mystery)'), 'unknown type'],
    ['two rows of one name', (table) => table.classes['VBuilder']?.methods.push({ ...method(table, 'VBuilder', 'getLogger') }), '2 rows for one name'],
    ['an interface with a hole', (table) => (table.client_interfaces['ILogger']?.vtable.at(-1) as Row).slot++, 'not in the order of declaration'],
    ['a struct that differs', (table) => ((table.structs['Dims64'] as { size: number }).size = 80), 'differs between tables'],
  ])('refuses %s', (name, change, message) => {
    const { status, stderr } = generate(changed(name, 'trt11.json', change))
    expect(status).not.toBe(0)
    expect(stderr).toContain(message)
  })
})
