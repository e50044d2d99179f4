import { stat } from 'node:fs/promises'
import type { BuildOptions } from '../../../../contract/recipe'
import type { Finding } from '../../../../contract/finding'
import type { Profile } from '../../../../contract/tensor'
import { chooseBackend, engineBackend, type Built } from '../../engines'
import { EnginesmithError } from '../../errors'
import { sha256File } from '../../files/hash'
import { planInputs } from '../../inputs'
import { emptyTensor } from '../../tensors'
import { artifactPath } from '../../store/artifacts'
import { blameShapes } from './blame-shapes'
import type { PreparedStage, Stage, StageContext, StageInputs, StageServices } from '../stage'

const version = 1

/** Build: choose the backend, complete the profiles, refuse what the library cannot do, build, read back what came out. */
export const buildStage: Stage<'build'> = {
  name: 'build',
  async prepare(inputs, services, signal): Promise<PreparedStage<'build'>> {
    const onnxFiles = inputs.artifacts.convert.filter((artifact) => artifact.kind === 'onnx' || artifact.kind === 'onnx-data')
    const onnx = onnxFiles.find((artifact) => artifact.kind === 'onnx')
    if (onnx === undefined) throw new Error('Build needs an ONNX file from Convert')
    const { options, chosen } = await resolveBackend(inputs.recipe.build, services)
    const backend = engineBackend(options.backend)
    const { profiles, findings } = planProfiles(inputs)
    const plan = await backend.build.plan(options, services, inputs, signal)
    return {
      key: {
        stage: 'build',
        version,
        options: { ...options, profiles },
        inputs: [...onnxFiles.map((artifact) => `${artifact.kind} ${artifact.sha256}`), ...(plan.inputs ?? [])],
        environment: plan.environment,
      },
      ...(plan.onGpu ? { onGpu: { device: plan.device } } : {}),
      durationName: `build ${options.backend} ${onnx.sha256}`,
      async run(context) {
        for (const finding of [...chosen, ...findings]) context.report(finding)
        refuseEmpty(inputs, artifactPath(inputs.folder, onnx))
        let onnxBytes = 0
        for (const artifact of onnxFiles) onnxBytes += (await stat(artifactPath(inputs.folder, artifact))).size
        try {
          const made = await backend.build.build(
            plan,
            {
              options: { ...options, device: plan.device ?? context.device },
              onnx: artifactPath(inputs.folder, onnx),
              onnxBytes,
              profiles,
              operators: inputs.cards.convert?.operators ?? {},
              stage: inputs,
            },
            context,
          )
          await noteHostCode(made, options, context)
          return made
        } catch (error) {
          throw blameShapes(error, findings)
        }
      },
    }
  },
}

/** Code for the CPU in an engine that was built a moment ago is the library's own. */
async function noteHostCode({ produced }: Built, options: BuildOptions, context: StageContext): Promise<void> {
  if (!options.versionCompatible) return
  for (const file of produced.flat()) if (file.kind === 'engine') context.trust.noteBuilt(await sha256File(file.path, context.signal))
}

/** A file without a node computes nothing; a library that builds it all the same hands back an engine that proves nothing. */
function refuseEmpty({ cards }: StageInputs, path: string): void {
  if (cards.convert?.nodes !== 0) return
  throw new EnginesmithError(
    'BUILD_EMPTY_NETWORK',
    'The ONNX file parses to a network without layers: there is nothing to build.',
    'Check that this is the right ONNX file; export it again.',
    { path, layers: 0 },
  )
}

type ResolvedOptions = BuildOptions & { backend: NonNullable<BuildOptions['backend']> }

async function resolveBackend(options: BuildOptions, services: StageServices): Promise<{ options: ResolvedOptions; chosen: Finding[] }> {
  if (options.backend !== null) return { options: { ...options, backend: options.backend }, chosen: [] }
  const { backend, finding } = chooseBackend(await services.toolchain.doctor())
  return { options: { ...options, backend }, chosen: [finding] }
}

/** Complete profiles for the ONNX inputs: as stated, or assumed around the sample that Load fixed. */
function planProfiles(inputs: StageInputs): { profiles: Profile[]; findings: Finding[] } {
  const { load, convert } = inputs.cards
  const onnx = convert?.signature ?? null
  if (load === null || onnx === null) return { profiles: inputs.recipe.build.profiles, findings: [] }
  const ofFile = inputs.recipe.load.inputsFile !== null
  const sample = new Map(load.sample.map(({ name, dtype, shape }) => [name, { ...emptyTensor(dtype, []), shape: shape.map(Number) }]))
  const known = new Set(onnx.inputs.map((input) => input.name))
  const plan = planInputs({
    signature: { ...onnx, symbols: load.signature?.symbols ?? onnx.symbols },
    forward: null,
    // Load's narrowing holds here too: a size that the user fixed stays fixed in the profile.
    load: { inputs: (load.signature?.inputs ?? []).filter((input) => known.has(input.name)) },
    profiles: inputs.recipe.build.profiles,
    keepNames: true,
    arrays: ofFile && [...sample.keys()].every((name) => known.has(name)) && sample.size === known.size ? sample : null,
  })
  return { profiles: plan.profiles, findings: plan.findings }
}
