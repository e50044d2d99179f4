// The refit drill of a ResNet-50: every step verified, timed and weighed against the engine that was built with its weights.
import path from 'node:path'

const MiB = 1024 * 1024
/** TensorRT writes an engine that can be refitted once more with this flag, in versions that know it. */
const knows = (/** @type {string} */ version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 10 || (major === 10 && minor >= 14)
}
const drills = /** @type {const} */ ([
  { title: 'FP32, new weights as ONNX', folder: 'fp32', precision: 'fp32', checkpoint: 'resnet50-second.onnx', flags: [] },
  // In the same folder: both builds are there already.
  { title: 'FP32, new weights as safetensors', folder: 'fp32', precision: 'fp32', checkpoint: 'resnet50-second.safetensors', flags: [] },
  // Random weights make large outputs: FP16 differs by up to 0.2 there, in a full engine as in a refitted one.
  { title: 'FP16, new weights as ONNX', folder: 'fp16', precision: 'fp16', checkpoint: 'resnet50-second.onnx', flags: ['--atol', '0.3'] },
])

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'drill',
  title: 'Refit drill: a ResNet-50 stripped, refitted, stripped and refitted again, and with a second checkpoint',
  async run({ cli, dir, models, expect, row, note }) {
    for (const { title, folder, precision, checkpoint, flags } of drills) {
      const { code, doc, seconds, stderr } = await cli(
        [
          ...['drill', models['resnet50.onnx'] ?? '', '--checkpoint', models[checkpoint] ?? '', '--out', path.join(dir, folder)],
          ...['--backend', 'tensorrt', '--precision', precision, '--opt-level', '1', '--python', 'python3', ...flags],
        ],
        { timeout: 400_000 },
      )
      const told = `exit ${code}: ${JSON.stringify(doc?.findings ?? []).slice(0, 600)} ${stderr.slice(-200)}`
      if (!expect(code === 0 && doc?.verdict === 'pass', `${title}: passes (${told})`) && doc === null) continue
      /** @type {any[]} */
      const steps = doc.steps
      for (const step of steps) {
        row(`${title}: ${step.step}`, {
          verdict: step.verdict,
          zeros: step.zeros,
          s: step.seconds,
          'of the build': step.ofFull.seconds,
          'MiB with': mib(step.bytesWith),
          'MiB without': mib(step.bytesWithout),
          'without, of full': step.ofFull.bytesWithout,
          'GPU ms': step.gpuMs,
          'GPU, of full': step.ofFull.gpuMs,
          'latency ms': step.latencyMs,
          'latency, of full': step.ofFull.latencyMs,
          weights: step.weights === null ? null : `${step.weights.set}/${step.weights.total}`,
          'max abs': step.comparisons[0]?.maxAbs,
        })
        if (step.reason !== null) note(`${title}, ${step.step}: ${step.reason}`)
      }
      expect(
        steps.map(({ step }) => step).join() === 'full,stripped,refit,again,checkpoint' && steps.every(({ reason }) => reason === null),
        `${title}: all five steps were done (${steps.map(({ step, reason }) => `${step}: ${reason}`).join('; ')})`,
      )
      const of = (/** @type {string} */ name) => steps.find(({ step }) => step === name)
      for (const step of steps) {
        const stripped = step.step === 'stripped'
        expect(step.zeros === stripped, `${title}, ${step.step}: ${stripped ? 'every output is zero' : 'no output is all zero'} (${step.zeros})`)
        expect(stripped ? step.verdict !== 'pass' : step.verdict === 'pass', `${title}, ${step.step}: ${step.verdict}`)
        expect(step.gpuMs > 0 && step.latencyMs >= step.gpuMs, `${title}, ${step.step}: timed (GPU ${step.gpuMs} ms, latency ${step.latencyMs} ms)`)
      }
      // A share that is not known is none.
      const small = (/** @type {number | null | undefined} */ share) => (share ?? 0) > 0 && (share ?? 1) <= 0.05
      const share = of('stripped')?.ofFull.bytesWithout
      expect(small(share), `${title}: stripped has ${share} of the full size, at most 0.05`)
      for (const name of ['refit', 'again', 'checkpoint']) {
        const { ofFull, flagsWith, flagsWithout, weights, comparisons } = of(name) ?? { ofFull: {}, flagsWith: [], flagsWithout: [], comparisons: [] }
        expect(small(ofFull.bytesWithout), `${title}, ${name}: written without weights it has ${ofFull.bytesWithout} of the full size`)
        expect(
          !flagsWith.includes('EXCLUDE_WEIGHTS') && flagsWithout.includes('EXCLUDE_WEIGHTS'),
          `${title}, ${name}: EXCLUDE_WEIGHTS on the file without weights alone (${flagsWith} / ${flagsWithout})`,
        )
        expect(
          [flagsWith, flagsWithout].every((flags) => flags.includes('INCLUDE_REFIT') === knows(doc.version ?? '')),
          `${title}, ${name}: INCLUDE_REFIT on both where ${doc.version} knows it (${flagsWith} / ${flagsWithout})`,
        )
        expect(weights?.total > 0 && weights.set === weights.total, `${title}, ${name}: every weight was set (${weights?.set} of ${weights?.total})`)
        expect(comparisons.length > 0 && comparisons.every((/** @type {any} */ one) => one.compared > 0), `${title}, ${name}: its outputs were compared`)
      }
      note(`${title}: TensorRT ${doc.version} on ${doc.device}, ${seconds.toFixed(1)} s in all`)
    }
  },
}

/** @param {number | null} bytes */
const mib = (bytes) => (bytes === null ? null : bytes / MiB)
