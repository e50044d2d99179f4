import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportMetadataSchema, type ExportDocument } from '../../../contract/export'
import { at, python, story, told } from './harness'

/** Runs that a GPU judged. */
const judged = at('test', 'fixtures', 'runs', 'h200-pass')
const stripped = at('test', 'fixtures', 'runs', 'h200-stripped')
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-export-'))
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

const exported = async (run: string, name: string, ...flags: string[]) => {
  const said = await told(['export', run, '-o', path.join(scratch, name), ...flags])
  return { said, document: said.document as unknown as ExportDocument, folder: path.join(scratch, name) }
}
const metadataIn = (folder: string) => exportMetadataSchema.parse(JSON.parse(fs.readFileSync(path.join(folder, 'enginesmith.json'), 'utf8')))
const inPython = (folder: string, ...args: string[]) => spawnSync(python, args, { cwd: folder, encoding: 'utf8' })

/** Headers of NVIDIA's, which no package registry has: what compiles against them is judged where they are. */
const tensorrtHeaders =
  process.env['TENSORRT_INCLUDE'] ?? (fs.existsSync('/usr/include/x86_64-linux-gnu/NvInferRuntime.h') ? '/usr/include/x86_64-linux-gnu' : null)
const cudaHeaders =
  spawnSync(python, ['-c', 'import triton, pathlib; print(pathlib.Path(triton.__file__).parent / "backends/nvidia/include")'], {
    encoding: 'utf8',
  }).stdout?.trim() ?? ''

describe('export of a judged TensorRT run', () => {
  it('writes the engine, what is known of it and both runners, whole and with their hashes', async () => {
    const { said, document, folder } = await exported(judged, 'pass', '--zip')
    expect(said.code, story(said)).toBe(0)
    expect(document).toMatchObject({ folder, verdict: 'pass', findings: [] })
    expect(document.files.map(({ path: name }) => name)).toEqual(
      expect.arrayContaining([
        'model.engine',
        'enginesmith.json',
        'run.py',
        'README.md',
        'cpp/main.cpp',
        'cpp/npy.hpp',
        'cpp/CMakeLists.txt',
        'sample/inputs.npz',
        'sample/outputs.npz',
      ]),
    )
    for (const file of document.files) expect(fs.statSync(path.join(folder, file.path)).size, file.path).toBe(file.bytes)
    const metadata = metadataIn(folder)
    const engine = document.files.find(({ role }) => role === 'engine')
    expect(metadata.model).toMatchObject({ file: 'model.engine', backend: 'tensorrt', sha256: engine?.sha256 })
    expect(metadata.engine).toMatchObject({ flavour: 'tensorrt', stripped: false, hostCode: false, targets: ['sm90'] })
    expect(metadata.outputs.every(({ name }) => metadata.tolerances[name] !== undefined)).toBe(true)
    for (const text of ['run.py', 'README.md', 'cpp/CMakeLists.txt']) expect(fs.readFileSync(path.join(folder, text), 'utf8')).not.toContain('@@')
    // The zip is a real one: Python reads it and finds the same bytes.
    const listed = inPython(
      scratch,
      '-c',
      'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(len(z.namelist()))',
      `${folder}.zip`,
    )
    expect(listed.stdout.trim(), listed.stderr).toBe(String(document.files.length))
  })

  it('has a Python runner that compiles and, without a driver, says so with 2', () => {
    const folder = path.join(scratch, 'pass')
    expect(inPython(folder, '-m', 'py_compile', 'run.py').status).toBe(0)
    const ran = inPython(folder, 'run.py')
    expect([0, 2], ran.stderr).toContain(ran.status)
    if (ran.status === 2) expect(ran.stderr).toMatch(/^error: /)
  })

  it.skipIf(tensorrtHeaders === null || !fs.existsSync(cudaHeaders))("has a C++ runner that compiles against NVIDIA's headers (only where they are)", () => {
    const compiled = spawnSync('g++', ['-std=c++17', '-Wall', '-fsyntax-only', '-isystem', tensorrtHeaders ?? '', '-isystem', cudaHeaders, 'cpp/main.cpp'], {
      cwd: path.join(scratch, 'pass'),
      encoding: 'utf8',
    })
    expect(compiled.status, compiled.stderr).toBe(0)
  })

  it('replaces an earlier export with --force, and nothing else', async () => {
    expect((await exported(judged, 'pass')).said).toMatchObject({ code: 2, codes: ['OUT_EXISTS'] })
    expect((await exported(judged, 'pass', '--force')).said.code).toBe(0)
    fs.mkdirSync(path.join(scratch, 'mine'))
    fs.writeFileSync(path.join(scratch, 'mine', 'thesis.txt'), 'mine')
    expect((await exported(judged, 'mine', '--force')).said).toMatchObject({ code: 2, codes: ['OUT_EXISTS'] })
    expect(fs.readdirSync(path.join(scratch, 'mine'))).toEqual(['thesis.txt'])
    expect(fs.readdirSync(scratch).filter((name) => name.startsWith('.tmp-'))).toEqual([])
  })

  it('refuses an engine that is not the one of the run any more', async () => {
    const copy = path.join(scratch, 'changed-run')
    fs.cpSync(judged, copy, { recursive: true })
    const engine = path.join(copy, 'artifacts', '39e3e976153e168c', 'model.engine')
    const bytes = fs.readFileSync(engine)
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    fs.chmodSync(engine, 0o644)
    fs.writeFileSync(engine, bytes)
    const { said, folder } = await exported(copy, 'changed')
    expect(said).toMatchObject({ code: 2, codes: ['FILE_CHANGED'] })
    expect(fs.existsSync(folder)).toBe(false)
  })
})

describe('export of a stripped engine', () => {
  it('refuses one that answered zeros', async () => {
    const { said, folder } = await exported(stripped, 'stripped')
    expect(said).toMatchObject({ code: 2, codes: ['REFIT_ALL_ZERO'] })
    expect(fs.existsSync(folder)).toBe(false)
  })

  it('warns of one that was not judged', async () => {
    const copy = path.join(scratch, 'stripped-run')
    fs.cpSync(stripped, copy, { recursive: true })
    const run = JSON.parse(fs.readFileSync(path.join(copy, 'run.json'), 'utf8'))
    fs.chmodSync(path.join(copy, 'run.json'), 0o644)
    const open = {
      ...run,
      cards: { ...run.cards, validate: null },
      verdict: null,
      stages: { ...run.stages, validate: { ...run.stages.validate, state: 'pending', findings: [] } },
    }
    fs.writeFileSync(path.join(copy, 'run.json'), JSON.stringify(open))
    const { said, document } = await exported(copy, 'stripped-open')
    expect(said.code, story(said)).toBe(0)
    expect(said.codes).toEqual(['EXPORT_NOT_PROVEN', 'REFIT_ALL_ZERO'])
    expect(document.metadata?.engine?.stripped).toBe(true)
  })
})

describe('export of a run on ONNX Runtime', () => {
  const run = path.join(scratch, 'ort-run')
  beforeAll(async () => {
    const made = await told(['run', at('resources', 'samples', 'shapes.onnx'), '--out', run, '--backend', 'onnxruntime'])
    expect([0, 6], story(made)).toContain(made.code)
  })

  it('runs where numpy and onnxruntime are, and holds its outputs against the sample', async () => {
    const { said, document, folder } = await exported(run, 'ort')
    expect(said.code, story(said)).toBe(0)
    expect(document.metadata).toMatchObject({ engine: null, sampleOutputsFrom: 'onnxruntime', model: { backend: 'onnxruntime' } })
    expect(document.files.some(({ role }) => role === 'runner-cpp')).toBe(false)
    const ran = inPython(folder, 'run.py', '--check', '--outputs', 'out.npz')
    expect(ran.status, ran.stderr + ran.stdout).toBe(0)
    expect(fs.existsSync(path.join(folder, 'out.npz'))).toBe(true)
  })

  it('says 1 where the outputs are others, and 2 where the model is another', () => {
    const folder = path.join(scratch, 'ort')
    const script = 'import numpy as np; f=dict(np.load("sample/outputs.npz")); k=next(iter(f)); f[k]=f[k]+1; np.savez("sample/outputs.npz", **f)'
    expect(inPython(folder, '-c', script).status).toBe(0)
    const ran = inPython(folder, 'run.py', '--check')
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('values differ')
    fs.appendFileSync(path.join(folder, 'model.onnx'), 'x')
    expect(inPython(folder, 'run.py')).toMatchObject({ status: 2, stderr: expect.stringContaining('SHA-256') })
  })

  it('refuses what was never built, and what is no run', async () => {
    const loaded = path.join(scratch, 'loaded')
    await told(['run', at('resources', 'samples', 'shapes.onnx'), '--out', loaded, '--backend', 'onnxruntime', '--up-to', 'load'])
    expect((await exported(loaded, 'none')).said).toMatchObject({ code: 2, codes: ['EXPORT_NOT_BUILT'] })
    expect((await exported(scratch, 'none')).said).toMatchObject({ code: 2, codes: ['RUN_UNREADABLE'] })
  })
})
