// GPU latency of one engine file: this program beside TensorRT's own Python binding, by turns, both with CUDA events and two runs in flight.
import path from 'node:path'

const peer = String.raw`
import sys, json, torch, tensorrt as trt
logger = trt.Logger(trt.Logger.ERROR)
engine = trt.Runtime(logger).deserialize_cuda_engine(open(sys.argv[1], "rb").read())
context = engine.create_execution_context()
stream = torch.cuda.Stream()
keep = []
for i in range(engine.num_io_tensors):
    name = engine.get_tensor_name(i)
    if engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT:
        shape = tuple(engine.get_tensor_profile_shape(name, 0)[1])
        context.set_input_shape(name, shape)
for i in range(engine.num_io_tensors):
    name = engine.get_tensor_name(i)
    tensor = torch.rand(tuple(context.get_tensor_shape(name)), device="cuda") * 0.5 + 0.5
    keep.append(tensor)
    context.set_tensor_address(name, tensor.data_ptr())
torch.cuda.synchronize()
import time
pairs, times = [], []
began = time.time()
warm = True
while True:
    a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    a.record(stream)
    context.execute_async_v3(stream.cuda_stream)
    b.record(stream)
    pairs.append((a, b))
    if len(pairs) >= 2:
        x, y = pairs.pop(0)
        y.synchronize()
        if not warm: times.append(x.elapsed_time(y))
    if warm and time.time() - began > 0.2: warm, began = False, time.time()
    if not warm and time.time() - began > float(sys.argv[2]): break
times.sort()
print("RESULT " + json.dumps({"median": times[len(times) // 2], "n": len(times)}))
`

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'time-verb',
  title: 'Timing: this program beside the Python binding on the same engine file',
  async run({ cli, python, dir, models, expect, row, note }) {
    const engine = path.join(dir, 'resnet50.engine')
    const built = await cli(['build', models['resnet50.onnx'] ?? '', '-o', engine, '--backend', 'tensorrt', '--precision', 'fp16', '--opt-level', '2'], {
      timeout: 200_000,
    })
    if (!expect(built.code === 0, `ResNet-50 is built (exit ${built.code}): ${built.stderr.slice(-300)}`)) return
    const ours = []
    const theirs = []
    for (let turn = 0; turn < 5; turn += 1) {
      const mine = await cli(['time', engine, '--duration', '1500', '--cuda-graph', 'off'])
      const their = await python(peer, [engine, '1.5'])
      const line = their.stdout.split('\n').find((text) => text.startsWith('RESULT '))
      expect(
        mine.code === 0 && mine.doc?.rows?.length === 1,
        `turn ${turn}: time works (exit ${mine.code}) ${JSON.stringify(mine.doc?.findings ?? mine.stderr).slice(0, 400)}`,
      )
      if (!expect(line !== undefined, `turn ${turn}: the peer works: ${their.stderr.slice(-300)}`)) return
      ours.push(mine.doc?.rows?.[0]?.gpu?.median)
      theirs.push(JSON.parse(String(line).slice(7)).median)
      if (turn === 0) note(`conditions: ${JSON.stringify(mine.doc?.conditions)}`)
    }
    const spread = (Math.max(...theirs) - Math.min(...theirs)) / median(theirs)
    const ratio = median(ours) / median(theirs)
    row('GPU ms, median of 5', { ours: median(ours), binding: median(theirs), ratio, 'spread of the binding': spread })
    expect(Math.abs(ratio - 1) <= Math.max(0.03, spread), `the ratio ${ratio} is within 1 ± ${Math.max(0.03, spread)}`)

    const both = await cli(['time', engine, '--duration', '1000'])
    for (const one of both.doc?.rows ?? []) {
      row(one.cudaGraph ? 'with CUDA graph' : 'without', {
        'GPU ms': one.gpu.median,
        'enqueue ms': one.enqueue.median,
        'latency p99': one.latency.p99,
        'runs/s': one.throughput,
      })
    }
    expect(
      both.doc?.rows?.some((/** @type {any} */ one) => one.cudaGraph),
      'a CUDA graph was captured',
    )
    const plain = await cli(['time', engine, '--duration', '1000', '--cuda-graph', 'off', '--plain-loop'])
    const [beside, loop] = [both.doc?.rows?.[0]?.throughput, plain.doc?.rows?.[0]?.throughput]
    row('copies', { 'overlapped, runs/s': beside, 'plain loop, runs/s': loop, ratio: beside / loop })
    expect(beside >= loop * 0.98, 'overlapped copies are no slower than a plain loop')
    const { before, after } = both.doc?.conditions ?? {}
    expect(
      before?.smClock > 0 && before?.temperature > 0 && after?.smClock > 0 && after?.temperature > 0,
      `clocks and temperature are noted (${JSON.stringify(after)})`,
    )

    // ResNet-50 above has one size: a sweep walks a profile.
    const dynamic = path.join(dir, 'dynamic.engine')
    const profile = ['--shapes', 'x:1x3x32x32/8x3x32x32/32x3x32x32']
    const small = await cli([
      'build',
      models['small.onnx'] ?? '',
      '-o',
      dynamic,
      '--backend',
      'tensorrt',
      '--precision',
      'fp32',
      '--opt-level',
      '0',
      ...profile,
    ])
    expect(small.code === 0, `an engine with a profile is built (exit ${small.code}): ${small.stderr.slice(-300)}`)
    const sweeping = (/** @type {string} */ limit) => cli(['time', dynamic, '--duration', '300', '--cuda-graph', 'off', '--sweep', '--latency-limit', limit])
    const sweep = await sweeping('1000')
    /** @type {any[]} */
    const points = sweep.doc?.rows ?? []
    for (const one of points) row(`batch ${one.batch}`, { 'latency p99': one.latency.p99, 'runs/s': one.throughput, 'items/s': one.throughput * one.batch })
    const batches = points.map((one) => one.batch)
    expect(sweep.code === 0 && batches.length > 2 && batches[0] === 1 && batches.at(-1) === 32, `the sweep walks the profile (${batches.join(' ')})`)
    expect(
      points.every((one, index) => one.batch > (batches[index - 1] ?? 0)),
      'upwards, each size once',
    )
    const most = Math.max(...points.map((one) => one.throughput * one.batch))
    const best = points[sweep.doc?.best ?? -1]
    expect(best !== undefined && best.throughput * best.batch === most, `the best has the most items a second (batch ${best?.batch})`)
    // A limit between the fastest and the slowest point leaves some out; one below all leaves none.
    const latencies = points.map((one) => one.latency.p99)
    const limit = (Math.min(...latencies) + Math.max(...latencies)) / 2
    const limited = await sweeping(String(limit))
    const chosen = limited.doc?.rows?.[limited.doc?.best ?? -1]
    expect(chosen === undefined || chosen.latency.p99 <= limit, `the best under ${limit} ms keeps to it (${chosen?.latency.p99})`)
    const none = await sweeping('0.0001')
    expect(none.code === 0 && none.doc?.rows?.length > 2 && none.doc?.best === null, `and under a limit that nothing keeps there is none (${none.doc?.best})`)
  },
}
