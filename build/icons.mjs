// Renders resources/icons/icon.svg into the sizes that the systems want: PNGs for Linux, one .ico, one .icns.
// Run by hand when the drawing changes (node build/icons.mjs); the results are committed.
import fs from 'node:fs'
import { withDisplay } from './lib/display.mjs'
import { electronEnv, requireElectron, scriptSwitches } from './lib/electron-path.mjs'
import { at } from './lib/paths.mjs'
import { run } from './lib/process.mjs'
import { say } from './lib/report.mjs'

const folder = at('resources', 'icons')
const sizes = [16, 24, 32, 48, 64, 96, 128, 256, 512, 1024]

await withDisplay(async (display) => {
  const args = [...scriptSwitches(), '--force-device-scale-factor=1', at('build', 'lib', 'render-icons.mjs'), folder, sizes.join(',')]
  await run(requireElectron().executable, args, { env: { ...electronEnv(), ...display }, quiet: true })
})

/** @param {number} size */
const png = (size) => fs.readFileSync(at('resources', 'icons', `${size}x${size}.png`))

/** A directory of PNGs: Windows reads them inside an .ico since Vista. @param {number[]} of @returns {Buffer} */
function ico(of) {
  const images = of.map((size) => ({ size, bytes: png(size) }))
  const head = Buffer.alloc(6 + 16 * images.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(images.length, 4)
  let offset = head.length
  images.forEach(({ size, bytes }, i) => {
    const entry = 6 + 16 * i
    head.writeUInt8(size >= 256 ? 0 : size, entry)
    head.writeUInt8(size >= 256 ? 0 : size, entry + 1)
    head.writeUInt16LE(1, entry + 4)
    head.writeUInt16LE(32, entry + 6)
    head.writeUInt32LE(bytes.length, entry + 8)
    head.writeUInt32LE(offset, entry + 12)
    offset += bytes.length
  })
  return Buffer.concat([head, ...images.map(({ bytes }) => bytes)])
}

/** Apple's container of PNGs by type. @returns {Buffer} */
function icns() {
  const types = { ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 }
  const parts = Object.entries(types).map(([type, size]) => {
    const bytes = png(size)
    const head = Buffer.alloc(8)
    head.write(type, 0, 'ascii')
    head.writeUInt32BE(bytes.length + 8, 4)
    return Buffer.concat([head, bytes])
  })
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.write('icns', 0, 'ascii')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}

// The windows' own picture.
fs.copyFileSync(at('resources', 'icons', '256x256.png'), at('resources', 'icons', 'icon.png'))
fs.writeFileSync(at('resources', 'icons', 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256]))
fs.writeFileSync(at('resources', 'icons', 'icon.icns'), icns())
say(`resources/icons: ${sizes.length} PNGs, icon.png, icon.ico, icon.icns`)
