// The default app of an unpacked Electron: what `electron [-r file]... <folder or file> [arguments]` needs and no more.
// A module, as the official one is: Electron is ready only when it has been evaluated, so an app that is a module may
// still say what has to be said before that.

const main = `import { app } from 'electron'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const argv = process.argv.slice(1)
const preload = []
let target
for (let i = 0; i < argv.length; i++) {
  const a = argv[i]
  if (a === '-r' || a === '--require') preload.push(argv[++i])
  else if (a === '-v' || a === '--version') { console.log('v' + process.versions.electron); process.exit(0) }
  else if (a === '-a' || a === '--abi') { console.log(process.versions.modules); process.exit(0) }
  else if (!a.startsWith('-')) { target = a; break }
}
for (const file of preload) require(path.resolve(file))
if (!target) { console.error('usage: electron [-r module] <app folder or file> [arguments]'); process.exit(2) }

const fail = (error) => { console.error('App threw an error during load'); console.error(error.stack || error); process.exit(1) }
try {
  let file = path.resolve(target)
  const manifest = path.join(file, 'package.json')
  let type = 'commonjs'
  if (fs.existsSync(manifest)) {
    const p = JSON.parse(fs.readFileSync(manifest, 'utf8'))
    type = p.type ?? type
    if (p.version) app.setVersion(p.version)
    if (p.productName || p.name) app.name = p.productName || p.name
    if (p.desktopName) app.setDesktopName(p.desktopName)
    app.setAppPath(file)
    file = path.resolve(file, p.main || 'index.js')
  } else app.setAppPath(path.dirname(file))
  if (file.endsWith('.mjs') || (file.endsWith('.js') && type === 'module')) await import(pathToFileURL(file).href)
  else require(file)
} catch (error) { fail(error) }
`

/**
 * @param {string} version of Electron
 * @returns {Record<string, Buffer>} the files of default_app.asar
 */
export const defaultAppFiles = (version) => ({
  'package.json': Buffer.from(JSON.stringify({ name: 'electron', productName: 'Electron', version, main: 'main.js', type: 'module' })),
  'main.js': Buffer.from(main),
})
