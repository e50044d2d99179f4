// What an installation consists of: the asar's content, and what must lie beside it to be opened by others.
import fs from 'node:fs'
import { addonFile, at } from '../lib/paths.mjs'

/** The only packages that no bundle contains; ONNX Runtime's installer packages are not needed to run it. */
export const shippedPackages = ['onnxruntime-node', 'onnxruntime-common']

/** Python that is run; not its caches, and not what only tests need. @param {string} name */
export const isShippedPython = (name) => !/(^|\/)__pycache__(\/|$)|\.pyc$|(^|\/)requirements-test\.txt$/.test(name)

/** Outside of the asar, by its place under the app's resources folder. */
export const extraResources = [
  { from: addonFile, to: 'native/enginesmith.node' },
  { from: at('resources', 'python'), to: 'python', keep: isShippedPython },
  { from: at('resources', 'samples'), to: 'samples', keep: isShippedPython },
]

/** Where a package is put together: what lies there is what the manifest was made from, whatever happens to the clone meanwhile. */
export const staging = at('.cache', 'packaging')

/** Where main looks for the list of their hashes: at the root of the asar. */
export const manifestName = 'manifest.json'

/** This system's ONNX Runtime, unpacked beside the asar: a shared library cannot be opened inside of one. */
const runtimeFolder = `node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}`
export const unpacked = { from: at(runtimeFolder), to: `app.asar.unpacked/${runtimeFolder}` }

/** @returns {string[]} names of all packages that npm installed for production, shipped ones left out */
export function leftOutPackages() {
  /** @type {Record<string, { dev?: boolean }>} */
  const packages = JSON.parse(fs.readFileSync(at('package-lock.json'), 'utf8')).packages
  const names = Object.keys(packages)
    .filter((place) => place.startsWith('node_modules/'))
    // A package that lies within another is packed at the top.
    .flatMap((place) => place.slice('node_modules/'.length).split('/node_modules/'))
  return [...new Set(names)].filter((name) => !shippedPackages.includes(name)).sort()
}

/** Patterns of electron-builder for the asar. */
export const asarFiles = () => [
  'package.json',
  // The command line of an installation is in main's own bundle: out/cli stays behind.
  'out/{main,preload,renderer}/**/*',
  { from: '.cache/packaging', to: '.', filter: [manifestName] },
  ...leftOutPackages().map((name) => `!node_modules/${name}/**/*`),
  `!node_modules/onnxruntime-node/bin/napi-v6/!(${process.platform})/**/*`,
  `!node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/!(${process.arch})/**/*`,
  '!node_modules/onnxruntime-node/{lib,script}/**/*',
  '!node_modules/onnxruntime-common/{lib,dist/esm}/**/*',
  '!node_modules/**/*.{map,d.ts,md}',
]
