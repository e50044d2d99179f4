// npm run gpu:kit -- FOLDER: what a GPU machine with Node, TensorRT and no network needs to run the checks of test/gpu.
import fs from 'node:fs'
import path from 'node:path'
import { at } from './lib/paths.mjs'
import { say } from './lib/report.mjs'

const folder = process.argv[2]
if (folder === undefined) {
  say('which folder? npm run gpu:kit -- FOLDER')
  process.exit(2)
}
fs.rmSync(folder, { recursive: true, force: true })
const parts = [
  'package.json',
  'out/cli',
  'native/build/enginesmith.node',
  'resources/python/enginesmith_worker',
  'resources/samples',
  'test/gpu',
  'node_modules/onnxruntime-common',
  'node_modules/onnxruntime-node/package.json',
  'node_modules/onnxruntime-node/dist',
  `node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}`,
]
for (const part of parts) fs.cpSync(at(part), path.join(folder, part), { recursive: true, dereference: true })
// NVIDIA's headers are in no package registry: they travel where they were named, and test/gpu/checks/export.mjs compiles against them.
const headers = process.env['TENSORRT_INCLUDE']
if (headers !== undefined) fs.cpSync(headers, path.join(folder, '.tensorrt-include'), { recursive: true, dereference: true })
say(`${folder}: unpack it on the GPU machine and run there: node test/gpu/run.mjs --out OUT`)
