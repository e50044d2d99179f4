/** Parses a model with a library: `parse.mjs ADDON LIBRARY PARSER MODEL`. For libraries that may take the process with them. */
import { createRequire } from 'node:module'

const [, , addonPath, path, parserPath, onnx] = process.argv
const addon = createRequire(import.meta.url)(addonPath)
const library = { flavour: 'tensorrt-rtx', path, parserPath, version: '', table: '' }
console.log('before')
await addon.parse({ library, onnx }, addon.createToken(), () => undefined)
console.log('after')
