/**
 * Ends while a build is under way: `exit_while_building.mjs ADDON LIBRARY PARSER MODEL OUT exit|worker`. With `worker` the
 * build runs in a worker thread, which is terminated, and the process goes on to a normal end.
 */
import { createRequire } from 'node:module'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

function build(values, onPhase) {
  const [addonPath, path, parserPath, onnx, out] = values
  const addon = createRequire(import.meta.url)(addonPath)
  process.once('exit', () => addon.shutdown())
  const request = {
    library: { flavour: 'tensorrt-rtx', path, parserPath, version: '', table: '' },
    onnx,
    out,
    targets: ['sm86'],
    profiles: [[{ name: 'x', min: [1, 3, 96, 96], opt: [4, 3, 96, 96], max: [8, 3, 96, 96] }]],
    timingCacheOwned: false,
    failOnCacheMiss: false,
    sparsity: false,
    refit: false,
    refitIdentical: false,
    strip: false,
    weightStreaming: false,
    versionCompatible: false,
    excludeLeanRuntime: false,
    plugins: [],
  }
  void addon.build(request, addon.createToken(), (event) => {
    if (event.kind === 'phase') onPhase()
  })
}

if (!isMainThread) {
  build(workerData, () => parentPort.postMessage('building'))
} else {
  const values = process.argv.slice(2)
  const how = values.pop()
  if (how === 'exit') {
    build(values, () => process.exit(7))
  } else {
    const worker = new Worker(new URL(import.meta.url), { workerData: values })
    worker.once('message', async () => {
      await worker.terminate()
      console.log('terminated')
    })
  }
}
