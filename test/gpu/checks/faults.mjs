// What goes wrong on a GPU machine, provoked from outside: the exit code, the finding, its remedy, and that the next call works.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** @typedef {{ name: string, args: string[], exits: number[], codes: string[], options?: import('../harness.mjs').ProcessOptions }} Fault */
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Children of a process and theirs, with their command lines. @param {number} pid @returns {Array<{ pid: number, command: string }>} */
function family(pid) {
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n')
  const rows = listed.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? ['', '0', '0', ''])
  const children = rows.filter((row) => Number(row[2]) === pid).map((row) => ({ pid: Number(row[1]), command: row[3] ?? '' }))
  return children.flatMap((child) => [child, ...family(child.pid)])
}

/** Sends a signal to the first child that fits, `after` ms after it is there. @param {RegExp} which @param {NodeJS.Signals} signal @param {number} after */
const signalling = (which, signal, after) => (/** @type {import('node:child_process').ChildProcess} */ cli) => {
  void (async () => {
    for (let i = 0; i < 400 && cli.exitCode === null; i++, await sleep(50)) {
      const child = family(cli.pid ?? 0).find(({ command }) => which.test(command))
      if (child === undefined) continue
      await sleep(after)
      if (cli.exitCode === null) process.kill(child.pid, signal)
      return
    }
  })().catch(() => undefined)
}
const interrupting = (/** @type {number} */ after) => (/** @type {import('node:child_process').ChildProcess} */ cli) =>
  void setTimeout(() => cli.kill('SIGINT'), after)
const host = /engine-host/
const worker = /enginesmith_worker/

/** A libcuda whose cuInit says this. @param {string} dir @param {number} result */
function driverSaying(dir, result) {
  const folder = path.join(dir, `driver-${result}`)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'stub.c'), `int cuInit(unsigned flags) { return ${result}; }\n`)
  execFileSync('gcc', ['-shared', '-fPIC', '-Wl,-soname,libcuda.so.1', '-o', path.join(folder, 'libcuda.so.1'), path.join(folder, 'stub.c')])
  return { LD_LIBRARY_PATH: `${folder}:${process.env['LD_LIBRARY_PATH'] ?? ''}` }
}

/** The TensorRT of this machine without some files, or with some cut short. @param {string} dir @param {string} name @param {RegExp} which @param {boolean} cut */
function libraryLacking(dir, name, which, cut) {
  const lib = path.join(process.env['TENSORRT_ROOT'] ?? '', 'lib')
  const folder = path.join(dir, name, 'lib')
  fs.mkdirSync(folder, { recursive: true })
  for (const file of fs.readdirSync(lib)) {
    if (!which.test(file)) fs.symlinkSync(fs.realpathSync(path.join(lib, file)), path.join(folder, file))
    else if (cut) fs.writeFileSync(path.join(folder, file), fs.readFileSync(path.join(lib, file)).subarray(0, 1_000_000))
  }
  const others = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((one) => one !== '' && path.resolve(one) !== path.resolve(lib))
  return { TENSORRT_ROOT: path.join(dir, name), LD_LIBRARY_PATH: [folder, ...others].join(':') }
}

/** A copy of a run whose engine is another. @param {string} run @param {string} to @param {(engine: Buffer) => Buffer} change */
function tampered(run, to, change) {
  fs.cpSync(run, to, { recursive: true })
  const file = path.join(to, 'run.json')
  const content = JSON.parse(fs.readFileSync(file, 'utf8'))
  const artifact = content.stages.build.artifacts.find((/** @type {any} */ one) => one.kind === 'engine')
  const engine = change(fs.readFileSync(path.join(to, artifact.path)))
  fs.rmSync(path.join(to, artifact.path))
  fs.writeFileSync(path.join(to, artifact.path), engine)
  Object.assign(artifact, { bytes: engine.length, sha256: createHash('sha256').update(engine).digest('hex') })
  fs.writeFileSync(file, JSON.stringify(content))
  return to
}

/**
 * A TensorRT 11 whose builder has no kernels, and RTX in the place of TensorRT: only where such libraries lie on this machine.
 * @param {string} small @param {(onnx: string, name: string, ...more: string[]) => string[]} build @returns {Fault[]}
 */
function elsewhereFaults(small, build) {
  /** @type {Fault[]} */
  const faults = []
  const [newer, rtx] = [process.env['ENGINESMITH_TEST_TRT11'], process.env['ENGINESMITH_TEST_RTX']]
  const at = (/** @type {string} */ root) => ({ env: { TENSORRT_ROOT: root, LD_LIBRARY_PATH: root } })
  if (newer !== undefined)
    faults.push({
      name: 'TensorRT 11 without its kernels',
      args: build(small, 'p'),
      exits: [2, 3],
      codes: ['BUILD_FAILED', 'BACKEND_MISSING'],
      options: at(newer),
    })
  if (rtx !== undefined)
    faults.push({ name: 'RTX in the place of TensorRT', args: build(small, 'q'), exits: [3], codes: ['BACKEND_MISSING'], options: at(rtx) })
  return faults
}

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'faults',
  title: 'Faults: exit code, finding, and the command line alive after each',
  async run({ cli, python, dir, models, expect, row, note }) {
    const at = (/** @type {string} */ name) => path.join(dir, name)
    const small = models['small.onnx'] ?? ''
    const large = models['resnet50.onnx'] ?? models['vit.onnx'] ?? small
    const program = models['resnet50.pt2'] ?? models['vit.pt2'] ?? ''
    const build = (/** @type {string} */ onnx, /** @type {string} */ name, /** @type {string[]} */ ...more) => [
      'build',
      onnx,
      '-o',
      at(`${name}.engine`),
      '--backend',
      'tensorrt',
      ...more,
    ]
    const base = await cli(['run', small, '--out', at('base'), '--backend', 'tensorrt'], { timeout: 120_000 })
    if (!expect(base.code === 0, `the run that faults are injected into passes (${base.code})`))
      note(JSON.stringify(base.doc?.findings ?? base.stderr.slice(-500)))
    const cut = tampered(at('base'), at('cut'), (engine) => engine.subarray(0, engine.length >> 1))
    const flipped = tampered(at('base'), at('flipped'), (engine) => (engine.fill(0x5a, 0x400, 0x480), engine))
    const elsewhere = tampered(at('base'), at('elsewhere'), (engine) => (engine.writeInt32LE(7, 0x90), engine.writeInt32LE(5, 0x98), engine))
    const rtx = tampered(
      at('base'),
      at('rtx'),
      (engine) => (engine.write('vtrt', 0, 'latin1'), engine.writeUInt32LE(0x01070174, 0x18), engine.writeUInt32LE(4, 0x20), engine),
    )
    fs.writeFileSync(at('noise.onnx'), Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 2654435761) >>> 24)))
    await python(
      `import onnx, os\nm = onnx.load(${JSON.stringify(small)})\nonnx.save(m, 'split.onnx', save_as_external_data=True, location='split.data', size_threshold=0)\nos.remove('split.data')`,
    )

    // Many input sets, so that there is time to stop; engines for the verbs that take one; a disk of two megabytes.
    await cli(['run', large, '--out', at('many'), '--backend', 'tensorrt', '--sets', '16', '--opt-level', '0'], { timeout: 200_000 })
    await cli(build(small, 'plain', '--opt-level', '0'))
    await cli(build(large, 'refittable', '--opt-level', '0', '--refit'), { timeout: 120_000 })
    const full = at('full')
    fs.mkdirSync(full)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', full]).status === 0
    if (!mounted) note('disk full: no small disk can be made on this machine, not judged.')

    /** @type {Fault[]} */
    const faults = [
      {
        name: 'no GPU for the driver',
        args: build(small, 'a'),
        exits: [3],
        codes: ['GPU_MISSING'],
        options: { env: driverSaying(dir, 100) },
      },
      {
        name: 'driver too old (35)',
        args: build(small, 'b'),
        exits: [3],
        codes: ['DRIVER_TOO_OLD'],
        options: { env: driverSaying(dir, 35) },
      },
      {
        name: 'driver and kernel differ (803)',
        args: build(small, 'c'),
        exits: [3],
        codes: ['DRIVER_TOO_OLD'],
        options: { env: driverSaying(dir, 803) },
      },
      { name: 'CUDA_VISIBLE_DEVICES empty', args: build(small, 'd'), exits: [3], codes: ['GPU_MISSING'], options: { env: { CUDA_VISIBLE_DEVICES: '' } } },
      { name: 'no GPU 7', args: build(small, 'e', '--device', '7'), exits: [3], codes: ['GPU_MISSING'] },
      {
        name: 'library cut short',
        args: build(small, 'f'),
        exits: [3],
        codes: ['BACKEND_MISSING'],
        options: { env: libraryLacking(dir, 'cut-lib', /^libnvinfer\.so/, true) },
      },
      {
        name: 'builder resource missing',
        args: build(small, 'g'),
        exits: [2, 3],
        codes: ['BACKEND_MISSING', 'BUILD_FAILED', 'BACKEND_UNSUPPORTED_VERSION'],
        options: { env: libraryLacking(dir, 'no-resource', /builder_resource/, false) },
      },
      { name: 'host aborts in a build', args: build(large, 'h'), exits: [4], codes: ['HOST_CRASHED'], options: { onStart: signalling(host, 'SIGABRT', 2500) } },
      {
        name: 'host segfaults in a build',
        args: build(large, 'i'),
        exits: [4],
        codes: ['HOST_CRASHED'],
        options: { onStart: signalling(host, 'SIGSEGV', 2500) },
      },
      { name: 'host killed in a build', args: build(large, 'j'), exits: [4], codes: ['HOST_CRASHED'], options: { onStart: signalling(host, 'SIGKILL', 2500) } },
      {
        name: 'host hangs past the limit',
        args: build(large, 'k', '--time-limit', '0.1'),
        exits: [4],
        codes: ['STAGE_TIMEOUT'],
        options: { onStart: signalling(host, 'SIGSTOP', 2500), timeout: 60_000 },
      },
      { name: 'engine cut short', args: ['validate', cut], exits: [2, 6], codes: ['FILE_TRUNCATED', 'ENGINE_NOT_RUN'] },
      {
        name: 'engine with other bytes',
        args: ['validate', flipped],
        exits: [1, 2, 4, 6],
        codes: ['ENGINE_NOT_RUN', 'HOST_CRASHED', 'OUTPUT_MISMATCH', 'OUTPUT_NAN'],
      },
      { name: 'engine of another GPU', args: ['validate', elsewhere], exits: [6], codes: ['ENGINE_NOT_RUN'] },
      { name: 'engine of TensorRT-RTX', args: ['validate', rtx], exits: [6], codes: ['ENGINE_NOT_RUN'] },
      { name: 'noise for ONNX', args: build(at('noise.onnx'), 'l'), exits: [2], codes: ['FILE_UNKNOWN_FORMAT', 'ONNX_INVALID'] },
      { name: 'external data missing', args: build(at('split.onnx'), 'm'), exits: [2], codes: ['ONNX_EXTERNAL_DATA_MISSING', 'ONNX_INVALID'] },
      { name: 'stripped engine run', args: ['run', small, '--out', at('stripped'), '--backend', 'tensorrt', '--strip'], exits: [1], codes: ['REFIT_ALL_ZERO'] },
      {
        name: 'cancel in Load',
        args: ['run', program, '--out', at('p1'), '--python', 'python3', '--backend', 'tensorrt'],
        exits: [130],
        codes: ['CANCELLED'],
        options: { onStart: interrupting(1500) },
      },
      {
        name: 'cancel in Convert',
        args: ['run', program, '--out', at('p2'), '--python', 'python3', '--backend', 'tensorrt'],
        exits: [130],
        codes: ['CANCELLED'],
        options: { onStart: interrupting(8000) },
      },
      {
        name: 'cancel in Validate',
        // A byte more makes another engine of it, which was not judged yet.
        args: ['validate', tampered(at('many'), at('many-again'), (engine) => Buffer.concat([engine, Buffer.alloc(1)]))],
        exits: [130],
        codes: ['CANCELLED'],
        options: { onStart: interrupting(1800) },
      },
      {
        name: 'cancel in time',
        args: ['time', at('plain.engine'), '--duration', '20000', '--cuda-graph', 'off'],
        exits: [130],
        codes: ['CANCELLED'],
        options: { onStart: interrupting(5000) },
      },
      {
        name: 'cancel in refit',
        args: ['refit', at('refittable.engine'), '--from', large, '-o', at('never.engine')],
        exits: [130],
        codes: ['CANCELLED'],
        options: { onStart: interrupting(1800) },
      },
      ...(mounted
        ? [
            {
              name: 'disk full',
              args: ['build', large, '-o', path.join(full, 'r.engine'), '--backend', 'tensorrt', '--opt-level', '0'],
              exits: [2, 4],
              codes: ['DISK_FULL'],
            },
          ]
        : []),
      ...elsewhereFaults(small, build),
      { name: 'cancel in Build', args: build(large, 'n'), exits: [130], codes: ['CANCELLED'], options: { onStart: interrupting(5000) } },
      {
        name: 'worker killed',
        args: ['run', program, '--out', at('p3'), '--python', 'python3', '--backend', 'tensorrt'],
        exits: [4],
        codes: ['WORKER_CRASHED'],
        options: { onStart: signalling(worker, 'SIGKILL', 1500) },
      },
    ]
    expect(faults.length >= 20, `${faults.length} faults are provoked, and those of the GPU's memory`)
    for (const fault of faults) await provoke(fault)
    // Nearly all of the GPU's memory in another process.
    const hog = spawn('python3', [
      '-c',
      'import torch, time\nfree, _ = torch.cuda.mem_get_info()\nx = torch.empty(free - (64 << 20), dtype=torch.uint8, device="cuda")\nprint("held", flush=True)\ntime.sleep(120)',
    ])
    await Promise.race([new Promise((resolve) => hog.stdout.once('data', resolve)), sleep(40_000)])
    await provoke({ name: 'GPU memory taken: build', args: build(large, 'o'), exits: [2, 3], codes: ['OUT_OF_GPU_MEMORY', 'BUILD_FAILED'] })
    await provoke({
      name: 'GPU memory taken: validate',
      args: ['validate', tampered(at('base'), at('taken'), (engine) => Buffer.concat([engine, Buffer.alloc(1)]))],
      exits: [2, 6],
      codes: ['OUT_OF_GPU_MEMORY', 'ENGINE_NOT_RUN'],
    })
    hog.kill('SIGKILL')
    if (mounted) execFileSync('umount', [full])
    await sleep(1000)
    const end = await cli(['run', small, '--out', at('after'), '--backend', 'tensorrt'], { timeout: 120_000 })
    expect(end.code === 0, `after all of it a run passes (${end.code})`)

    /** @param {Fault} fault */
    async function provoke({ name, args, exits, codes, options }) {
      const { code, doc, seconds } = await cli(args, { timeout: 120_000, ...options })
      /** @type {any[]} */
      const findings = doc?.findings ?? []
      const found = findings.find((finding) => codes.includes(finding.code))
      expect(code !== null && exits.includes(code), `${name}: exit ${code}, wanted ${exits.join(' or ')}`)
      expect(found !== undefined, `${name}: ${findings.map((finding) => finding.code).join(' ') || 'no finding'}, wanted ${codes.join(' or ')}`)
      expect(
        findings.every((finding) => finding.remedy),
        `${name}: every finding has a remedy`,
      )
      const doctor = await cli(['doctor'])
      expect(doctor.code === 0 && doctor.doc?.gpus?.length > 0, `${name}: doctor works after it (${doctor.code})`)
      row(name, {
        exit: code,
        finding: found?.code ?? findings.map((finding) => finding.code).join(' '),
        message: String(found?.message ?? '').slice(0, 160),
        seconds,
      })
    }
  },
}
