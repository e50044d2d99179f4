import { devDependencies } from '../../../package.json'

/** This Electron, and the one that the program is made for; null outside of Electron. */
export function runningElectron(): { electron: string; wanted: string } | null {
  const electron = process.versions['electron']
  return electron === undefined ? null : { electron, wanted: devDependencies.electron }
}
