import type { Gpu } from '../../../../contract/environment'
import type { Artifact, Comparison, ComparisonDetail, Hop, ValidateCard } from '../../../../contract/run'
import type { EngineUse } from '../../../../contract/run-options'
import type { DType } from '../../../../contract/tensor'
import { isStripped } from '../../engines/card-facts'
import { engineBackend, type EngineBackend } from '../../engines'
import { refuseRunOptions, runFindings } from '../../engines/run-options'
import { EnginesmithError, isAbort, makeFinding } from '../../errors'
import { artifactPath, needUnchanged } from '../../store/artifacts'
import { tensorsDigest } from '../../tensors'
import { chooseGpu } from '../../toolchain/gpu'
import { lossEnters, notJudged, nothingCompared, rowFindings, toComparison, toDetails, toleranceTable, verdictOf } from '../../verdict'
import { judgedFor, precisionOf } from '../precision'
import type { PreparedStage, Stage, StageContext, StageInputs, StageOutput } from '../stage'
import { subjectKey, type StageKeyParts } from '../stage-key'
import { outputFiles, tensorSets } from '../tensor-sets'
import { readExpected } from './expected'

const version = 1

/** Validate: the very files that ship, on the very inputs of this run, hop by hop; rows also where nothing could be judged. */
export const validateStage: Stage<'validate'> = {
  name: 'validate',
  async prepare(inputs, services): Promise<PreparedStage<'validate'>> {
    const { recipe, artifacts, cards } = inputs
    const made = subject(inputs)
    const { expect, device, weightBudget, runtimeCache, ...options } = recipe.validate
    refuseRunOptions(made.backend.name, recipe.validate, recipe.build.weightStreaming)
    const environment = await services.toolchain.environment()
    const { onnxruntime, gpus, driver, tensorrt, tensorrtRtx, packages } = environment
    const library = { tensorrt, 'tensorrt-rtx': tensorrtRtx, 'torch-tensorrt': packages['torch-tensorrt'] ?? null, onnxruntime }[made.backend.name]
    const gpu = engineGpu(inputs, made.backend, services.settings().device, gpus)
    // What the options do not tell already; the first GPU is the first, chosen or not.
    const elsewhere = device ?? (recipe.build.device === null && gpu !== 0 ? gpu : null)
    const key: StageKeyParts = {
      stage: 'validate',
      version,
      options: {
        ...options,
        backend: made.backend.name,
        device: recipe.build.device,
        precision: precisionOf(cards.build),
        ...(cards.convert?.precision ? { graph: cards.convert.precision } : {}),
      },
      inputs: [
        // By its key, not by its content alone: a Build with other options is validated anew even where the engine came out the same.
        inputs.keys.build ?? '',
        expect === null ? '' : await tensorsDigest(expect, 'output').catch(() => 'missing'),
        ...[...artifacts.load, ...artifacts.convert, ...artifacts.build]
          .filter((artifact) => artifact.kind !== 'timing-cache')
          .map((artifact) => `${artifact.kind} ${artifact.sha256}`),
      ],
      environment: made.backend.hasEngine
        ? {
            onnxruntime,
            library,
            driver,
            gpu: gpus.map((gpu) => `${gpu.name} ${gpu.computeCapability}`).join(', ') || null,
            // How it is run, not what is judged. Only where it is asked for: the key of a run of an earlier version stays what it was.
            ...(elsewhere === null ? {} : { device: `${elsewhere}` }),
            ...(weightBudget === null ? {} : { weightBudget }),
            ...(runtimeCache === null ? {} : { runtimeCache }),
          }
        : { onnxruntime },
    }
    const judged = { subject: subjectKey(key), judgedOn: environment }
    return {
      key,
      durationName: `validate ${made.backend.name} ${made.onnx.sha256}`,
      run: async (context) => {
        const output = await new Validation(inputs, made, gpu ?? context.device, context).run()
        return { ...output, card: { ...output.card, ...judged } }
      },
    }
  },
}

interface Subject {
  backend: EngineBackend
  onnx: Artifact
  /** Null where the backend has no engine file. */
  engine: Artifact | null
}

/** What there is to judge. @throws EnginesmithError NOTHING_TO_COMPARE where the run was never built */
function subject(inputs: StageInputs): Subject {
  const onnx = inputs.artifacts.convert.find((artifact) => artifact.kind === 'onnx')
  const { build } = inputs.cards
  const backend = build === null ? null : engineBackend(build.backend)
  const engine = inputs.artifacts.build.find((artifact) => artifact.kind === backend?.engineKind) ?? null
  if (onnx !== undefined && backend !== null && (!backend.hasEngine || engine !== null)) return { backend, onnx, engine }
  throw new EnginesmithError(
    'NOTHING_TO_COMPARE',
    'This run holds no finished Build, so there is nothing to validate.',
    'Run its earlier stages first, then validate it.',
    { folder: inputs.folder },
    [{ kind: 'run-again', label: 'Run the earlier stages' }],
  )
}

/** The GPU that the engine runs on, where one is named. @throws EnginesmithError GPU_MISSING */
function engineGpu({ recipe }: StageInputs, backend: EngineBackend, setting: number | null, gpus: readonly Gpu[]): number | null {
  const { validate, build } = recipe
  const path = validate.device === null ? 'build.device' : 'validate.device'
  return chooseGpu({ named: validate.device ?? build.device, path, setting: backend.hasEngine ? setting : null }, gpus)
}

/** One side of a hop: its output files, or why it has none. */
type Side = { files: string[]; reason: null } | { files: null; reason: string }

class Validation {
  private readonly comparisons: Comparison[] = []
  private readonly details: ComparisonDetail[] = []
  private readonly sets: string[]
  private latency: ValidateCard['latency'] = null
  private engineUse: EngineUse | null = null
  private outputs: Array<{ name: string; dtype: DType }>

  constructor(
    private readonly inputs: StageInputs,
    private readonly subject: Subject,
    private readonly device: number | null,
    private readonly context: StageContext,
  ) {
    this.sets = tensorSets(inputs.folder, inputs.artifacts.load, 'inputs')
    this.outputs = inputs.cards.convert?.signature?.outputs ?? inputs.cards.load?.signature?.outputs ?? []
  }

  async run(): Promise<StageOutput<'validate'>> {
    const { context, inputs, subject } = this
    await this.verify(subject.onnx)
    const engineSha256 = subject.engine === null ? null : await this.verify(subject.engine)
    const reference = tensorSets(inputs.folder, inputs.artifacts.load, 'reference')
    const torch: Side | null = reference.length === 0 ? null : { files: reference, reason: null }
    const { expect } = inputs.recipe.validate
    const told = { outputs: this.outputs, sets: this.sets.length, dataSets: inputs.cards.load?.dataSets ?? null }
    const expected = expect === null ? null : await readExpected(expect, told, outputFiles(context.scratch, 'expected', this.sets.length))
    const onnx = await this.runOnnx()
    const engine = subject.engine === null ? null : await this.runEngine(subject.engine)
    if (torch !== null) await this.hop('pytorch-onnx', torch, onnx)
    if (engine !== null) {
      await this.hop('onnx-engine', onnx, engine)
      if (torch !== null) await this.hop('pytorch-engine', torch, engine)
      await this.compiledHops(torch, engine)
    }
    if (expected !== null) {
      await this.hop('expected-onnx', { files: expected, reason: null }, onnx, true)
      if (engine !== null) await this.hop('expected-engine', { files: expected, reason: null }, engine, true)
    }
    if (nothingCompared(this.comparisons)) this.nothingCompared()
    return {
      produced: [],
      card: {
        engineSha256,
        sets: this.sets.length,
        rule: inputs.recipe.validate.rule,
        lossEnters: lossEnters(this.comparisons),
        subject: null,
        judgedOn: null,
        latency: this.latency,
        engineUse: this.engineUse,
      },
      comparisons: this.comparisons,
      details: this.details,
      verdict: verdictOf(this.comparisons),
    }
  }

  /** Torch-TensorRT kept what it computed before it saved: an error is then seen to come from compiling or from saving. */
  private async compiledHops(torch: Side | null, engine: Side): Promise<void> {
    const { folder, artifacts } = this.inputs
    const files = tensorSets(folder, artifacts.build, 'compiled')
    if (files.length === 0) return
    const compiled: Side = { files, reason: null }
    if (torch !== null) await this.hop('pytorch-compiled', torch, compiled)
    await this.hop('compiled-engine', compiled, engine)
  }

  /** Judged is the very file that ships: its content must still be what the run says. */
  private verify(artifact: Artifact): Promise<string> {
    const { context, inputs } = this
    context.progress({ phase: `Verifying the ${artifact.kind} file`, fraction: null })
    return needUnchanged(inputs.folder, artifact, context.signal)
  }

  private async runOnnx(): Promise<Side> {
    const { context, inputs, subject } = this
    context.progress({ phase: 'Running ONNX Runtime', fraction: null })
    const files = outputFiles(context.scratch, 'onnx', this.sets.length)
    try {
      const onnx = artifactPath(inputs.folder, subject.onnx)
      const { latency } = await context.native('ort.run', { onnx, inputs: this.sets, outputs: files, latency: true })
      if (latency !== null) this.latency = { of: 'onnxruntime', ...latency }
      return { files, reason: null }
    } catch (error) {
      if (isAbort(error) || !(error instanceof EnginesmithError) || !unfit.has(error.code)) throw error
      context.report(makeFinding('HOP_NOT_JUDGED', 'warning', `The ONNX file could not be run on ONNX Runtime: ${error.message}`, error.remedy, error.evidence))
      return { files: null, reason: error.message }
    }
  }

  private async runEngine(engine: Artifact): Promise<Side> {
    const { context, inputs, subject } = this
    context.progress({ phase: 'Running the engine', fraction: null })
    const files = outputFiles(context.scratch, 'engine', this.sets.length)
    const onnx = artifactPath(inputs.folder, subject.onnx)
    const result = await subject.backend.execute.execute(
      {
        onnx,
        engine: artifactPath(inputs.folder, engine),
        device: this.device,
        hostCode: context.trust.hostCode(engine.sha256),
        ask: inputs.recipe.validate,
        inputs: this.sets,
        outputs: files,
        signature: inputs.cards.load?.signature ?? null,
      },
      context,
    )
    if (result.ran) {
      if (result.latency !== null) this.latency = { of: 'engine', ...result.latency }
      this.engineUse = result.use ?? null
      if (this.engineUse !== null) for (const finding of runFindings(this.engineUse)) context.report(finding)
      return { files, reason: null }
    }
    const reason = result.reason ?? 'the engine host gave no reason'
    context.report(
      makeFinding(
        'ENGINE_NOT_RUN',
        'warning',
        `The engine was not run on this machine, so its hops are not judged: ${reason}`,
        'Copy the run folder to a machine with a GPU that the engine was built for and run: enginesmith validate RUN. The result merges back when the folder returns.',
        { reason, backend: subject.backend.name, builtFor: inputs.cards.build?.targets ?? [] },
      ),
    )
    return { files: null, reason }
  }

  /** @param onlyKnown leave out what the reference has no answer for: it holds the answers that somebody cared to state */
  private async hop(hop: Hop, reference: Side, candidate: Side, onlyKnown = false): Promise<void> {
    const { context, inputs } = this
    const { cards, recipe } = inputs
    const reason = reference.reason ?? candidate.reason
    if (reference.files === null || candidate.files === null) {
      const names = this.outputs.length === 0 ? ['*'] : this.outputs.map((output) => output.name)
      for (const name of names) this.comparisons.push(notJudged(hop, name, reason ?? 'one side was not run'))
      return
    }
    context.progress({ phase: `Comparing ${hop}`, fraction: null })
    const withEngine = hop.endsWith('engine') || hop.endsWith('compiled')
    const { outputs } = await context.native('tensors.compare', {
      reference: reference.files,
      candidate: candidate.files.slice(0, reference.files.length),
      rule: inputs.recipe.validate.rule,
      tolerances: toleranceTable(this.outputs, ...judgedFor(recipe.validate, cards.convert?.precision ?? null, withEngine ? cards.build : null)),
    })
    const rows = outputs.filter((row) => !onlyKnown || row.problem !== 'extra')
    this.comparisons.push(...rows.map((row) => toComparison(hop, row)))
    this.details.push(...toDetails(hop, rows))
    const stripped = withEngine && inputs.cards.build !== null && isStripped(inputs.cards.build)
    for (const row of rows) {
      if (stripped && row.problem === 'zero') context.report(refitZero(hop, row.output))
      else for (const finding of rowFindings(hop, row)) context.report(finding)
    }
  }

  private nothingCompared(): void {
    this.context.report(
      makeFinding(
        'NOTHING_TO_COMPARE',
        'warning',
        'Nothing was compared: there is no second side to hold the result against.',
        'Begin with the PyTorch model, give the right answers with --expect FILE.npz, or validate on a machine that runs the engine.',
        { backend: this.subject.backend.name },
        [{ kind: 'choose-file', label: 'Choose the right answers', path: 'validate.expect' }],
      ),
    )
  }
}

/** Faults of the model on ONNX Runtime: a hop that cannot be judged, not a stage that cannot go on. */
const unfit: ReadonlySet<EnginesmithError['code']> = new Set(['ONNX_INVALID', 'HOP_NOT_JUDGED', 'SHAPE_CONTRADICTS_MODEL', 'ONNX_EXTERNAL_DATA_MISSING'])

function refitZero(hop: Hop, output: string): ReturnType<typeof makeFinding> {
  return makeFinding(
    'REFIT_ALL_ZERO',
    'error',
    `${hop}: the output ${output} is zero everywhere because the engine was stripped of its weights and not refitted.`,
    'Refit the engine with the weights of the ONNX file before it is run, or build it without strip.',
    { hop, output },
    [{ kind: 'set-option', label: 'Build with weights', path: 'build.strip', value: false }],
  )
}
