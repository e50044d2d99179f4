import { execFileSync, spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { recipeSchema } from '../../../contract/recipe'
import { runFileSchema } from '../../../contract/run'
import type { EnginesmithError } from '../../../electron/core/errors'
import { hasAddon } from '../engine-host/host-entry'
import { codes, hasPython, python, root, sampleRecipe, samples, startCore, states, type TestCore } from './core'

/** Root may mount a disk of its own size; in a container even root may not. */
const canMount = ((): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
})()

let test: TestCore
afterEach(() => test.end())

describe.runIf(hasAddon && hasPython)('a run of the sample', () => {
  it('goes from weights to a verdict, reuses everything, then runs again only what an option changes', async () => {
    test = await startCore()
    const { core } = test
    const folder = join(test.folder, 'run')
    const run = await core.runs.create({ path: join(samples, 'shapes.pt'), folder, recipe: sampleRecipe() })
    const revisions: number[] = []
    const phases = new Set<string>()
    run.onChange((snapshot) => {
      revisions.push(snapshot.revision)
      const { progress } = snapshot.stages.convert
      if (progress !== null) phases.add(progress.phase)
    })
    const first = await run.execute({ upTo: 'validate' })
    expect(states(first)).toEqual(['completed', 'completed', 'completed', 'completed'])
    expect(revisions.every((revision, index) => index === 0 || revision > revisions[index - 1]!)).toBe(true)
    expect(phases.size).toBeGreaterThan(1)
    const rows = first.comparisons.map((row) => `${row.hop} ${row.verdict}`)
    expect(rows[0]).toBe('pytorch-onnx pass')
    if (first.environment.gpus.length === 0) {
      expect(rows).toEqual(['pytorch-onnx pass', 'onnx-engine not-judged', 'pytorch-engine not-judged'])
      expect(first.verdict).toBe('not-judged')
      expect(codes(first)).toContain('ENGINE_NOT_RUN')
    }
    expect(codes(first)).toContain('PROFILE_ASSUMED')
    expect(first.comparisons[0]!.compared).toBe(24)
    expect(first.cards.build).toMatchObject({ backend: 'tensorrt-rtx', targets: ['sm86'] })
    expect(first.cards.build!.readBacks.length).toBeGreaterThan(3)
    const engine = first.stages.build.artifacts.find((artifact) => artifact.kind === 'engine')!
    expect(first.cards.validate!.engineSha256).toBe(engine.sha256)
    expect((await run.detail('pytorch-onnx', 'output'))!.scatter.length).toBe(24)
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('PyTorch → ONNX')
    expect(runFileSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))).id).toBe(run.id)
    expect((await readdir(folder)).filter((name) => name.startsWith('.scratch'))).toEqual([])

    const begin = performance.now()
    const second = await run.execute({ upTo: 'validate' })
    expect(states(second)).toEqual(['cached', 'cached', 'cached', 'cached'])
    expect(performance.now() - begin).toBeLessThan(2000)
    expect(second.comparisons).toEqual(first.comparisons)
    expect(second.verdict).toBe(first.verdict)

    const changed = await run.setRecipe(sampleRecipe({ targets: ['sm86', 'sm120'] }))
    expect(changed.stages.convert.stale).toBe(false)
    expect([changed.stages.build.stale, changed.stages.validate.stale]).toEqual([true, true])
    const third = await run.execute({ upTo: 'validate' })
    expect(states(third)).toEqual(['cached', 'cached', 'completed', 'completed'])
    expect([...third.cards.build!.targets].sort()).toEqual(['sm120', 'sm86'])
    const kept = join(folder, 'history', '1')
    expect((await readdir(kept)).sort()).toEqual(expect.arrayContaining(['build.json', 'validate.json']))
    const old = JSON.parse(await readFile(join(kept, 'build.json'), 'utf8')) as { result: { artifacts: Array<{ path: string; bytes: number }> } }
    expect((await readFile(join(folder, old.result.artifacts[0]!.path))).length).toBe(engine.bytes)

    await run.setRecipe(sampleRecipe())
    const back = await run.execute({ upTo: 'validate' })
    expect(states(back)).toEqual(['cached', 'cached', 'cached', 'cached'])
    expect(back.verdict).toBe(first.verdict)
    expect(back.comparisons).toEqual(first.comparisons)
    expect(back.stages.build.artifacts[0]!.sha256).toBe(engine.sha256)
  })

  it('validates a copied folder elsewhere with no Python, from the saved answers', async () => {
    test = await startCore()
    const folder = join(test.folder, 'run')
    const run = await test.core.runs.create({ path: join(samples, 'shapes.pt'), folder, recipe: sampleRecipe({}, { convert: { exporter: 'torchscript' } }) })
    await run.execute({ upTo: 'build' })
    await run.close()
    const copied = join(test.folder, 'copied 文件夹')
    await cp(folder, copied, { recursive: true })
    await test.core.dispose()
    const first = test
    test = await startCore({ python: '/nowhere/python', project: null }, { managedPython: '/nowhere/python' })
    try {
      const other = await test.core.runs.open(copied)
      const snapshot = await other.execute({ upTo: 'validate', only: true })
      expect(states(snapshot)).toEqual(['completed', 'completed', 'completed', 'completed'])
      expect(snapshot.comparisons[0]).toMatchObject({ hop: 'pytorch-onnx', verdict: 'pass' })
      expect(codes(snapshot)).toContain('ENVIRONMENT_DIFFERS')
    } finally {
      await first.end()
    }
  })

  it('judges against right answers that the user gives', async () => {
    test = await startCore()
    const recipe = sampleRecipe({ backend: 'onnxruntime', targets: [] }, { convert: { exporter: 'torchscript' } })
    const load = { ...recipe.load, inputs: [], inputsFile: join(samples, 'inputs.npz') }
    const run = await test.core.runs.create({
      path: join(samples, 'shapes.pt'),
      folder: join(test.folder, 'run'),
      recipe: { ...recipe, load, validate: { ...recipe.validate, expect: join(samples, 'expected.npz') } },
    })
    const snapshot = await run.execute({ upTo: 'validate' })
    expect(snapshot.comparisons.map((row) => `${row.hop} ${row.verdict}`)).toEqual(['pytorch-onnx pass', 'expected-onnx pass'])
    expect(snapshot.verdict).toBe('pass')
    expect(snapshot.stages.build.artifacts).toEqual([])
    // Tolerances of nothing at all: the same numbers, and a verdict that says no.
    await run.setRecipe({ ...snapshot.recipe, validate: { ...snapshot.recipe.validate, atol: 0, rtol: 0 } })
    const strict = await run.execute({ upTo: 'validate' })
    expect(states(strict)).toEqual(['cached', 'cached', 'cached', 'completed'])
    expect(strict.verdict).toBe('fail')
    expect(codes(strict)).toContain('OUTPUT_MISMATCH')
  })
})

describe.runIf(hasAddon)('an ONNX file', () => {
  it('needs no Python at all', async () => {
    test = await startCore({ python: '/nowhere/python', project: null }, { managedPython: '/nowhere/python' })
    const run = await test.core.runs.create({
      path: join(samples, 'shapes.onnx'),
      folder: join(test.folder, 'run'),
      recipe: recipeSchema.parse({ build: { backend: 'onnxruntime' } }),
    })
    const snapshot = await run.execute({ upTo: 'validate' })
    expect(states(snapshot)).toEqual(['completed', 'completed', 'completed', 'completed'])
    expect(codes(snapshot)).toEqual(expect.arrayContaining(['CONVERT_NOT_NEEDED', 'NOTHING_TO_COMPARE']))
    expect(snapshot.comparisons).toEqual([])
    expect(snapshot.verdict).toBe('not-judged')
  })

  it('is refused by Build with every operator that the library lacks', async () => {
    test = await startCore()
    const path = join(samples, '..', '..', 'test', 'fixtures', 'native', 'unknown_operators.onnx')
    const run = await test.core.runs.create({
      path,
      folder: join(test.folder, 'run'),
      recipe: recipeSchema.parse({ build: { backend: 'tensorrt-rtx', targets: ['sm86'] } }),
    })
    const snapshot = await run.execute({ upTo: 'validate' })
    expect(snapshot.stages.build.state).toBe('failed')
    expect(snapshot.stages.validate.state).toBe('pending')
    const finding = snapshot.stages.build.findings.find((one) => one.code === 'BUILD_UNSUPPORTED_OPERATOR')!
    expect(JSON.stringify(finding.evidence)).toContain('Frobnicate')
    expect(JSON.stringify(finding.evidence)).toContain('Twiddle')
  })

  it('refuses options that the backend lacks, in state failed', async () => {
    test = await startCore()
    const build = async (name: string, options: Record<string, unknown>): Promise<string[]> => {
      const run = await test.core.runs.create({
        path: join(samples, 'shapes.onnx'),
        folder: join(test.folder, name),
        recipe: recipeSchema.parse({ build: options }),
      })
      const snapshot = await run.execute({ upTo: 'build' })
      expect(snapshot.stages.build.state).toBe('failed')
      return snapshot.stages.build.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.code)
    }
    expect(await build('a', { backend: 'onnxruntime', precision: 'fp16' })).toEqual(['BUILD_OPTION_UNSUPPORTED'])
    expect(await build('b', { backend: 'onnxruntime', targets: ['sm86'] })).toEqual(['BUILD_OPTION_UNSUPPORTED'])
    expect(await build('c', { backend: 'tensorrt-rtx', versionCompatible: true })).toEqual(['BUILD_OPTION_UNSUPPORTED'])
    expect(await build('d', { backend: 'tensorrt-rtx', targets: ['sm50'] })).toEqual(['TARGET_UNKNOWN'])
    expect(await build('e', { backend: 'torch-tensorrt' })).toEqual(['BACKEND_MISSING'])
  })
})

describe.runIf(hasPython)('odd names', () => {
  it('take a model with its data in another file, under a name of 80 Chinese characters, spaces, quotes and emoji', async () => {
    test = await startCore()
    const folder = join(test.folder, `it's "here" 😀 ${'模'.repeat(70)}`)
    await mkdir(folder)
    execFileSync(python, [join(root, 'test', 'fixtures', 'native', 'make_models.py'), folder, '1'])
    const path = join(folder, `${'型'.repeat(80)}.onnx`)
    await rename(join(folder, 'external.onnx'), path)
    const run = await test.core.runs.create({ path, recipe: recipeSchema.parse({ build: { backend: 'onnxruntime' } }) })
    const snapshot = await run.execute({ upTo: 'build' })
    expect(states(snapshot)).toEqual(['completed', 'completed', 'completed', 'pending'])
    expect(snapshot.stages.convert.artifacts.map((artifact) => artifact.kind).slice(0, 2)).toEqual(['onnx', 'onnx-data'])
    await rm(join(folder, 'external.onnx.data'))
    const without = await test.core.runs.create({ path, recipe: recipeSchema.parse({ build: { backend: 'onnxruntime' } }) })
    const refused = await without.execute({ upTo: 'build' })
    expect(refused.stages.convert.state).toBe('failed')
    expect(codes(refused)).toContain('ONNX_EXTERNAL_DATA_MISSING')
  })
})

describe('run folders', () => {
  const recipe = recipeSchema.parse({ build: { backend: 'onnxruntime' } })

  it('are refused where they hold something else, another run, or a live process', async () => {
    test = await startCore()
    const { runs } = test.core
    const path = join(samples, 'shapes.onnx')
    const strange = join(test.folder, 'strange')
    await mkdir(strange)
    await writeFile(join(strange, 'photo.jpg'), 'x')
    await expect(runs.create({ path, folder: strange, recipe })).rejects.toMatchObject({ code: 'OUT_NOT_A_RUN' })
    expect(await readdir(strange)).toEqual(['photo.jpg'])
    const folder = join(test.folder, 'run')
    const run = await runs.create({ path, folder, recipe })
    await expect(runs.create({ path, folder, recipe })).rejects.toMatchObject({ code: 'RUN_BUSY' })
    await run.close()
    await expect(runs.create({ path: join(samples, 'shapes.pt'), folder, recipe })).rejects.toMatchObject({ code: 'OUT_NOT_A_RUN' })
    await (await runs.create({ path, folder, recipe })).close()
  })

  it('are refused where nothing can be written, and say which', async () => {
    test = await startCore()
    const path = join(samples, 'shapes.onnx')
    const refusal = (folder: string): Promise<unknown> =>
      test.core.runs.create({ path, folder }).then(
        () => null,
        (error: EnginesmithError) => error.code,
      )
    expect(await refusal(join(test.folder, 'x'.repeat(300)))).toBe('PATH_TOO_LONG')
    expect(await refusal(path)).toBe('OUT_NOT_A_RUN')
    if (process.platform === 'linux') expect(await refusal('/proc/x')).toBe('OUT_NOT_WRITABLE')
  })

  it.runIf(canMount && hasAddon)('are told of too little disk before the build, and of a full one at any time', async () => {
    test = await startCore()
    const disk = join(test.folder, 'disk')
    await mkdir(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk])
    try {
      const build = { backend: 'tensorrt-rtx', targets: ['sm86'] }
      const run = await test.core.runs.create({ path: join(samples, 'shapes.onnx'), folder: join(disk, 'run'), recipe: recipeSchema.parse({ build }) })
      const little = await run.execute({ upTo: 'build' })
      expect(states(little)).toEqual(['completed', 'completed', 'failed', 'pending'])
      expect(codes(little)).toContain('DISK_FULL')
      await writeFile(join(disk, 'fill'), Buffer.alloc(30_000_000)).catch(() => undefined)
      await expect(run.setRecipe(recipeSchema.parse({ load: { seed: 1 }, build }))).rejects.toMatchObject({ code: 'DISK_FULL' })
      const full = await run.execute({ upTo: 'build' })
      expect(full.stages.load.state).toBe('failed')
      expect(codes(full)).toContain('DISK_FULL')
      await run.close()
      await rm(join(disk, 'fill'))
      const reopened = await test.core.runs.open(join(disk, 'run'))
      expect(reopened.snapshot().stages.convert.state).toBe('completed')
      await reopened.close()
    } finally {
      execFileSync('umount', [disk])
    }
  })

  it('open where they were moved to, and are listed', async () => {
    test = await startCore()
    const { runs } = test.core
    const run = await runs.create({ path: join(samples, 'shapes.onnx'), recipe })
    await run.execute({ upTo: 'load' })
    await run.close()
    const moved = join(test.folder, 'elsewhere 😀')
    await rename(run.folder, moved)
    const opened = await runs.open(moved)
    expect(opened.snapshot().stages.load.state).toBe('completed')
    expect(await runs.open(moved)).toBe(opened)
    expect((await runs.list()).map((row) => [row.id, row.folder])).toEqual([[run.id, moved]])
    expect(await runs.remove(run.id)).toBe(moved)
    await rm(moved, { recursive: true })
    expect(await runs.list()).toEqual([])
  })

  it('say crashed for a stage that was at work when its process was killed', async () => {
    test = await startCore()
    const { runs } = test.core
    const folder = join(test.folder, 'run')
    const run = await runs.create({ path: join(samples, 'shapes.onnx'), folder, recipe })
    await run.execute({ upTo: 'load' })
    await run.close()
    const file = runFileSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')))
    file.stages.convert.state = 'running'
    await writeFile(join(folder, 'run.json'), JSON.stringify(file))
    await mkdir(join(folder, '.scratch-1', 'convert'), { recursive: true })
    const opened = await runs.open(folder)
    expect(opened.snapshot().stages.convert).toMatchObject({ state: 'crashed', findings: [{ code: 'APP_CRASHED' }] })
    expect((await readdir(folder)).filter((name) => name.startsWith('.scratch'))).toEqual([])
    const snapshot = await opened.execute({ upTo: 'convert' })
    expect(states(snapshot).slice(0, 2)).toEqual(['cached', 'completed'])
  })

  it('are not opened where run.json is not readable', async () => {
    test = await startCore()
    const folder = join(test.folder, 'broken')
    await mkdir(folder)
    await expect(test.core.runs.open(folder)).rejects.toMatchObject({ code: 'OUT_NOT_A_RUN' })
    await writeFile(join(folder, 'run.json'), '{"version":1}')
    await expect(test.core.runs.open(folder)).rejects.toMatchObject({ code: 'RUN_UNREADABLE' })
    await expect(test.core.runs.create({ path: join(samples, 'shapes.onnx'), folder, recipe })).rejects.toMatchObject({ code: 'OUT_NOT_A_RUN' })
    expect(await readdir(folder)).toEqual(['run.json'])
  })

  it('keep a file that vanished or changed out of the results', async () => {
    test = await startCore()
    const path = join(test.folder, 'model.onnx')
    await cp(join(samples, 'shapes.onnx'), path)
    const run = await test.core.runs.create({ path, folder: join(test.folder, 'run'), recipe })
    await rm(path)
    const gone = await run.execute({ upTo: 'validate' })
    expect(gone.stages.load).toMatchObject({ state: 'failed', findings: [{ code: 'FILE_NOT_FOUND' }] })
    await writeFile(path, 'something else')
    const changed = await run.execute({ upTo: 'validate' })
    expect(changed.stages.load).toMatchObject({ state: 'failed', findings: [{ code: 'FILE_CHANGED' }] })
  })
})
