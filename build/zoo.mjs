// npm run zoo [architectures] [yolo] [packages] [--again]: models as people have them, by the command line; each part
// writes a table into docs/measurements. What is fetched and found is kept under .cache/zoo; --again forgets what was found.
import { architectures } from './zoo/architectures.mjs'
import { environment } from './zoo/common.mjs'
import { packages } from './zoo/packages.mjs'
import { yolo } from './zoo/yolo.mjs'
import { setupOrExit } from './setup.mjs'

const parts = { architectures, yolo, packages }

await setupOrExit({ quiet: true })
const asked = process.argv.slice(2).filter((word) => word !== '--again')
const unknown = asked.filter((word) => !Object.hasOwn(parts, word))
if (unknown.length > 0) {
  process.stderr.write(`Known are ${Object.keys(parts).join(', ')}; not ${unknown.join(', ')}.\n`)
  process.exit(2)
}
const python = await environment()
let failed = 0
for (const [name, part] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) failed += await part(python, process.argv.includes('--again'))
process.exit(failed === 0 ? 0 : 1)
