import fs from 'node:fs'
import path from 'node:path'
import { execute } from '../harness.mjs'

// Holds the arrays of two folders or files against each other, byte by byte.
const compare = String.raw`
import sys, pathlib, re
import numpy as np
python = dict(np.load(sys.argv[1]))
for name, a in python.items():
    b = np.load(pathlib.Path(sys.argv[2]) / (re.sub(r"[^A-Za-z0-9._-]", "_", name) + ".npy"))
    assert a.shape == b.shape and a.dtype == b.dtype, (name, a.shape, a.dtype, b.shape, b.dtype)
    off = np.abs(a.astype(np.float64) - b.astype(np.float64)).max() if a.dtype.kind != "V" else int((a.tobytes() != b.tobytes()))
    print(name, float(off), bool(np.any(a)))
`

// Where a pip-installed PyTorch keeps NVIDIA's headers and runtime, for machines without a toolkit.
const wheels = String.raw`
import importlib.util, pathlib, glob, json
def folder(name):
    spec = importlib.util.find_spec(name)
    return list(spec.submodule_search_locations)[0] if spec and spec.submodule_search_locations else None
triton = folder("triton")
nvidia = folder("nvidia")
libraries = sorted(glob.glob(nvidia + "/**/libcudart.so.*", recursive=True)) if nvidia else []
include = str(pathlib.Path(triton) / "backends/nvidia/include") if triton else None
print(json.dumps({"include": include, "cudart": libraries[-1] if libraries else None}))
`

/** @param {Array<string | undefined | null>} folders @param {string} file */
const holding = (folders, file) => folders.find((folder) => folder && fs.existsSync(path.join(folder, file))) ?? null

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'export',
  title: 'Taken away: engine, metadata, a Python and a C++ runner, run on the GPU',
  async run({ cli, python, dir, root, models, expect, row }) {
    const found = JSON.parse((await python(wheels, [], { timeout: 60_000 })).stdout || '{}')
    const tensorrt = process.env['TENSORRT_ROOT'] ?? ''
    const headers = holding(
      [process.env['TENSORRT_INCLUDE'], path.join(root, '.tensorrt-include'), path.join(tensorrt, 'include'), '/usr/include/x86_64-linux-gnu'],
      'NvInferRuntime.h',
    )
    const cuda = holding(['/usr/local/cuda/include', found.include], 'cuda_runtime_api.h')
    const cases = [
      { name: 'small', flags: ['--precision', 'fp32', '--shapes', 'x:1x3x32x32/4x3x32x32/8x3x32x32'] },
      { name: 'small-fp16', flags: ['--precision', 'fp16', '--shapes', 'x:1x3x32x32/4x3x32x32/8x3x32x32'] },
    ]
    for (const { name, flags } of cases) {
      const run = path.join(dir, `run-${name}`)
      const folder = path.join(dir, `out-${name}`)
      const ran = await cli(['run', models['small.onnx'] ?? '', '--out', run, '--backend', 'tensorrt', ...flags], { timeout: 240_000 })
      expect(ran.code === 0, `${name}: the run passes (exit ${ran.code}) ${ran.code === 0 ? '' : ran.stderr.slice(-300)}`)
      const made = await cli(['export', run, '-o', folder, '--zip'])
      expect(made.code === 0 && made.doc?.verdict === 'pass', `${name}: exported with its verdict (exit ${made.code}, ${made.doc?.verdict})`)
      expect(fs.existsSync(`${folder}.zip`), `${name}: the zip is there`)
      const plain = path.join(dir, `${name}.npz`)
      const inPython = await python(path.join(folder, 'run.py'), ['--check', '--outputs', plain], { cwd: folder })
      expect(
        inPython.code === 0,
        `${name}: run.py answers as the model does (exit ${inPython.code}) ${inPython.stdout.slice(-200)} ${inPython.stderr.slice(-500)}`,
      )
      if (headers === null || cuda === null) {
        expect(
          false,
          `${name}: the C++ runner was not judged: ${headers === null ? 'NvInferRuntime.h' : 'cuda_runtime_api.h'} is not here; name its folder in TENSORRT_INCLUDE`,
        )
        row(name, { bytes: made.doc?.files?.[0]?.bytes, python: inPython.seconds, cpp: null, difference: null })
        continue
      }
      const hints = [`-DTENSORRT_INCLUDE=${headers}`, `-DCUDA_INCLUDE=${cuda}`, `-DTENSORRT_ROOT=${tensorrt}`, '-DCMAKE_CXX_FLAGS=-Wno-deprecated-declarations']
      // Libraries under their full names, as wheels and redistributables have them.
      const library = fs.existsSync(path.join(tensorrt, 'lib'))
        ? fs.readdirSync(path.join(tensorrt, 'lib')).find((file) => /^libnvinfer\.so(\.\d+)?$/.test(file))
        : undefined
      if (library !== undefined) hints.push(`-DTENSORRT_LIBRARY=${path.join(tensorrt, 'lib', library)}`)
      if (!fs.existsSync('/usr/local/cuda/lib64/libcudart.so') && found.cudart) hints.push(`-DCUDART_LIBRARY=${found.cudart}`)
      const configured = await execute('cmake', ['-S', path.join(folder, 'cpp'), '-B', path.join(folder, 'cpp', 'build'), ...hints], { timeout: 120_000 })
      expect(configured.code === 0, `${name}: CMake finds everything (${configured.code}) ${configured.stderr.slice(-500)}`)
      const built = await execute('cmake', ['--build', path.join(folder, 'cpp', 'build')], { timeout: 240_000 })
      expect(built.code === 0, `${name}: the C++ runner compiles (${built.code}) ${(built.stdout + built.stderr).slice(-800)}`)
      const outputs = path.join(dir, `cpp-${name}`)
      const program = path.join(folder, 'cpp', 'build', 'run')
      const inCpp = await execute(program, [path.join(folder, 'model.engine'), path.join(folder, 'sample', 'inputs'), outputs])
      expect(inCpp.code === 0, `${name}: the C++ runner runs (exit ${inCpp.code}) ${inCpp.stderr.slice(-500)}`)
      const held = await python(compare, [plain, outputs])
      const lines = held.stdout.trim().split('\n')
      // The same engine, the same inputs, the same GPU.
      expect(
        held.code === 0 && lines.every((line) => line.split(' ')[1] === '0.0'),
        `${name}: both runners give the same (${held.stdout.trim()}) ${held.stderr.slice(-300)}`,
      )
      expect(
        lines.every((line) => line.endsWith('True')),
        `${name}: and not zeros`,
      )
      row(name, {
        bytes: made.doc?.files?.[0]?.bytes,
        python: inPython.seconds,
        cpp: inCpp.seconds,
        difference: lines.map((line) => line.split(' ')[1]).join(', '),
      })
    }
    // Stripped: never handed out once seen to answer zeros, and refused by both runners where it was not judged.
    const run = path.join(dir, 'run-stripped')
    const first = await cli(
      ['run', models['small.onnx'] ?? '', '--out', run, '--backend', 'tensorrt', '--strip', '--up-to', 'build', ...(cases[0]?.flags ?? [])],
      { timeout: 240_000 },
    )
    expect(first.code === 0 || first.code === 6, `stripped: built (exit ${first.code})`)
    const folder = path.join(dir, 'out-stripped')
    const made = await cli(['export', run, '-o', folder])
    const codes = (made.doc?.findings ?? []).map((/** @type {any} */ one) => one.code)
    expect(made.code === 0 && codes.includes('REFIT_ALL_ZERO'), `stripped: exported with a warning (exit ${made.code}, ${codes.join(' ')})`)
    const inPython = await python(path.join(folder, 'run.py'), [], { cwd: folder })
    expect(
      inPython.code === 1 && inPython.stderr.includes('every output is zero'),
      `stripped: run.py refuses the zeros (exit ${inPython.code}) ${inPython.stderr.slice(-300)}`,
    )
    const judged = await cli(['validate', run], { timeout: 240_000 })
    expect(judged.code === 1, `stripped: fails (exit ${judged.code})`)
    const again = await cli(['export', run, '-o', path.join(dir, 'out-zero')])
    const why = (again.doc?.findings ?? []).map((/** @type {any} */ one) => one.code)
    expect(again.code === 2 && why.includes('REFIT_ALL_ZERO'), `stripped: not handed out any more (exit ${again.code}, ${why.join(' ')})`)
  },
}
