import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runFileSchema, stageNames, type Artifact, type StageName } from '../../../contract/run'
import { settingsSchema, type Settings } from '../../../contract/settings'
import type { StageInputs, StageServices } from '../../../electron/core/pipeline/stage'
import { stageKey, subjectKey } from '../../../electron/core/pipeline/stage-key'
import { validateStage } from '../../../electron/core/pipeline/stages/validate'

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'runs', 'h200-pass')
const run = runFileSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')))
const of = <T>(pick: (name: StageName) => T) => Object.fromEntries(stageNames.map((name) => [name, pick(name)])) as Record<StageName, T>
const [h200] = run.environment.gpus
if (h200 === undefined) throw new Error('the run of the H200 names no GPU')

/** Keys of Validate on a machine with two GPUs. */
async function keys(settings: Partial<Settings>, devices: { validate?: number; build?: number } = {}, gpus = [h200, { ...h200, name: 'NVIDIA L4' }]) {
  const { recipe, cards, stages } = run
  const inputs = {
    folder,
    cards,
    recipe: {
      ...recipe,
      build: { ...recipe.build, device: devices.build ?? null },
      validate: { ...recipe.validate, device: devices.validate ?? null },
    },
    artifacts: of((name): Artifact[] => stages[name].artifacts),
    keys: of((name) => stages[name].key),
  } as unknown as StageInputs
  const services = {
    settings: () => settingsSchema.parse(settings),
    toolchain: { environment: () => Promise.resolve({ ...run.environment, gpus }) },
  } as unknown as StageServices
  const { key } = await validateStage.prepare(inputs, services)
  return { own: stageKey(key), subject: subjectKey(key) }
}

describe('what Validate is reused for', () => {
  it('is one GPU: chosen by the settings or by the call, it is the same', async () => {
    const first = await keys({})
    expect(await keys({ device: 0 })).toEqual(first)
    const second = await keys({ device: 1 })
    expect(second.own).not.toBe(first.own)
    expect((await keys({}, { validate: 1 })).own).toBe(second.own)
    // What is judged is the same thing on either.
    expect(second.subject).toBe(first.subject)
    // A recipe that names a GPU heeds no setting.
    expect(await keys({ device: 1 }, { build: 0 })).toEqual(await keys({}, { build: 0 }))
  })

  it('is none where the GPU is gone', async () => {
    await expect(keys({ device: 2 })).rejects.toMatchObject({ code: 'GPU_MISSING', evidence: { device: 2, setting: true } })
    await expect(keys({}, { validate: 7 })).rejects.toMatchObject({ code: 'GPU_MISSING', actions: [{ path: 'validate.device' }] })
    // Without any the run is not judged, as before.
    await expect(keys({ device: 2 }, {}, [])).resolves.toBeTruthy()
  })
})
