// npm run dist: the installers of this system, in dist/. On Linux the .deb; `npm run dist -- AppImage` and the like name
// others, which electron-builder makes with tools that it fetches.
import fs from 'node:fs'
import path from 'node:path'
import { manifestOf } from './lib/manifest.mjs'
import { thirdPartyNotices } from './lib/notices.mjs'
import { at, folders } from './lib/paths.mjs'
import { elapsed, megabytes, say } from './lib/report.mjs'
import { filesUnder, keyOf, readStamp, writeStamp } from './lib/stamp.mjs'
import { setupOrExit } from './setup.mjs'

const started = Date.now()
await setupOrExit({ only: ['packages', 'electron', 'native', 'compile'], quiet: true })

const { configuration } = await import('./packaging/builder-config.mjs')
const { extraResources, manifestName, staging, unpacked } = await import('./packaging/contents.mjs')
const config = configuration()
const targets = process.argv.slice(2).filter((arg) => !arg.startsWith('-'))
const key = keyOf({
  files: filesUnder([at('out'), at('resources'), at('build', 'packaging'), at('package.json'), at('LICENSE'), ...extraResources.map(({ from }) => from)]),
  values: { config, targets },
})
const made = () => (fs.existsSync(folders.dist) ? fs.readdirSync(folders.dist).filter((name) => /\.(deb|rpm|AppImage|exe|dmg|tar\.gz)$/.test(name)) : [])
if (!process.argv.includes('--force') && readStamp('dist') === key && made().length > 0) {
  say(`dist: nothing changed, ${made().join(', ')}`)
} else {
  fs.rmSync(staging, { recursive: true, force: true })
  const staged = extraResources.map(({ from, to, keep = () => true }) => {
    const copy = path.join(staging, 'resources', to)
    fs.cpSync(from, copy, { recursive: true, filter: (file) => file === from || keep(path.relative(from, file).split(path.sep).join('/')) })
    return { from: copy, to }
  })
  fs.writeFileSync(path.join(staging, manifestName), JSON.stringify(manifestOf([...staged, unpacked]), null, 2) + '\n')
  fs.writeFileSync(path.join(staging, 'THIRD-PARTY.txt'), thirdPartyNotices())
  if (process.platform === 'linux') {
    process.env.CUSTOM_FPM_PATH = at('build', 'packaging', 'fpm.mjs')
    process.env.FPM_DEB_COMPRESSION ??= 'zstd'
    process.env.FPM_DEB_LEVEL ??= '12'
  }
  const { build, Platform } = await import('electron-builder')
  const platform = process.platform === 'linux' ? Platform.LINUX : process.platform === 'darwin' ? Platform.MAC : Platform.WINDOWS
  const chosen = targets.length > 0 ? targets : process.platform === 'linux' ? ['deb'] : []
  await build({ targets: platform.createTarget(chosen.length > 0 ? chosen : null), config, projectDir: at() })
  writeStamp('dist', key)
}
for (const name of made()) say(`dist/${name}: ${megabytes(fs.statSync(path.join(folders.dist, name)).size)}`)
say(`dist: ${elapsed(started)}`)
